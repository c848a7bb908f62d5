/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

/*
 * What group and instance normalization share: every sample's values of one group of channels are
 * brought to mean 0 and variance 1, then scaled and shifted channel by channel. Layer
 * normalization, of vectors, shares the options.
 */
typedef struct {
    int groups; /* of the channels of an image; 0: each is one */
    double epsilon;
    FaltungVariant gamma_init, beta_init;
} FaltungNormalize;

/* Their options. The first, groups, is group_norm's alone: the others begin behind it. */
extern const FaltungOptionSpec faltung_normalize_options[];

/** faltung_normalize_shape: the end of infer_shape: the output has the input's shape; gamma and
 *  beta, one a channel or feature. Returns: %TRUE. */
gboolean faltung_normalize_shape(FaltungLayer *layer);

/** faltung_normalize_refuse: Returns: %FALSE, with the error that the input is no @wanted, and that
 *  @other is for what came. */
gboolean faltung_normalize_refuse(const FaltungLayer *layer, const char *wanted, const char *other,
                                  GError **error);

/* For the descriptor, as they are; but for the first, of images alone. */
double faltung_normalize_flops(const FaltungLayer *layer);
size_t faltung_normalize_state_size(const FaltungLayer *layer, int batch);
size_t faltung_normalize_workspace_size(const FaltungLayer *layer, int batch, int threads);
void faltung_normalize_forward(const FaltungStep *step);
void faltung_normalize_backward(const FaltungStep *step);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

/*
 * What layer, group and instance normalization share: every sample's values of one group of
 * channels are brought to mean 0 and variance 1, then scaled and shifted channel by channel.
 */
typedef struct {
    size_t samples; /* normalized each by itself */
    int pixels, channels, groups;
    double epsilon; /* added to the variance */
} FaltungNormalization;

enum { FALTUNG_NORMALIZE_GAMMA, FALTUNG_NORMALIZE_BETA }; /* the parameters of all three */

/** faltung_normalize_add_parameters: for infer_shape: gamma and beta, one a channel. */
void faltung_normalize_add_parameters(FaltungLayer *layer, int channels,
                                      const FaltungVariant *gamma_init,
                                      const FaltungVariant *beta_init);

/** faltung_normalize_flops: of one sample. */
double faltung_normalize_flops(const FaltungLayer *layer);

/* Bytes of step->state (mean and 1 / deviation of every group) and floats of the workspace. */
size_t faltung_normalize_state_size(const FaltungNormalization *norm);
size_t faltung_normalize_workspace_size(const FaltungNormalization *norm);

void faltung_normalize_forward(const FaltungStep *step, const FaltungNormalization *norm);
void faltung_normalize_backward(const FaltungStep *step, const FaltungNormalization *norm);

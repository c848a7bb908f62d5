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

/* What lies inside any normalization: mean and deviation along @axis, scale and shift of every
   channel. @spread: what the equation calls the deviation or the variance. */
enum { FALTUNG_INNER_MEAN, FALTUNG_INNER_DEVIATION };
#define FALTUNG_NORMALIZE_INNER(axis, spread)                                                      \
    {"mean", "what is taken away", "mean", {axis}, FALSE, FALTUNG_INNER_MEAN},                     \
        {"deviation", "the standard deviation, by which the rest is divided",                      \
         spread,      {axis},                                                                      \
         FALSE,       FALTUNG_INNER_DEVIATION},                                                    \
        {"gamma", "the scale that is learned", "gamma", {FALTUNG_AXIS_CHANNEL}, TRUE},             \
        {"beta", "the shift that is learned", "beta", {FALTUNG_AXIS_CHANNEL}, TRUE}, {             \
        NULL                                                                                       \
    }

/** faltung_normalize_inner_places: those of the channels, steps and groups. */
int faltung_normalize_inner_places(const FaltungLayer *layer, FaltungInnerAxis axis);
/** faltung_normalize_read_inner: of all whose state is mean and 1 / deviation, pair by pair. */
void faltung_normalize_read_inner(const FaltungStep *step, const FaltungInner *inner, int sample,
                                  float *values);

/* For the descriptor, as they are; but for the first, of images alone. */
double faltung_normalize_flops(const FaltungLayer *layer);
size_t faltung_normalize_state_size(const FaltungLayer *layer, int batch);
size_t faltung_normalize_workspace_size(const FaltungLayer *layer, int batch, int threads);
void faltung_normalize_forward(const FaltungStep *step);
void faltung_normalize_backward(const FaltungStep *step);

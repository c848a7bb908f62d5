/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"

/* The same tensor of two networks: of two runs, or of two moments of one. */
typedef struct {
    char *name; /* output, weight, bias */
    FaltungShape shape;
    size_t n;
    float *a, *b, *difference;           /* (shape): b - a */
    double rms_a, rms_b, rms_difference; /* root mean squares */
    float largest;                       /* absolute value in a and b */
    float largest_difference;            /* and in the difference */
} FaltungCompared;

void faltung_compared_free(FaltungCompared *compared);

/**
 * faltung_compare_layer: what a layer gives for the same sample, and its parameters.
 * @a, @b: with the outputs of that sample (FALTUNG_NETWORK_KEEPS_OUTPUTS), see
 *   faltung_compare_forward()
 * @layer: of @a; that of the same name of @b
 *
 * Returns: (transfer full) (element-type FaltungCompared): the output first, then what both have in
 *   the same shape. Errors: %FALTUNG_ERROR_SHAPE: @b has no such layer, or it gives another shape.
 */
GPtrArray *faltung_compare_layer(FaltungNetwork *a, FaltungNetwork *b, int layer, GError **error);

/** faltung_compare_forward: the sample, as the networks take it, through both. Errors:
 *  %FALTUNG_ERROR_SHAPE: they do not take the same. */
gboolean faltung_compare_forward(FaltungNetwork *a, FaltungNetwork *b, const float *sample,
                                 GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"

/* What the units of the first layer look for in an image, ordered from coarse to fine. */
typedef struct {
    int layer;
    int n;
    FaltungShape shape; /* of a filter: [C, kh, kw], of a dense layer the image's */
    float *values;      /* (n, shape), in the order of the units */
    int *order;         /* (n): the units by rising centre frequency */
    double *centre;     /* (n): of each unit, cycles a pixel, 0 to 0.71 */
} FaltungFilters;

/** faltung_filters_layer: Returns: the first layer whose weights are images as the network takes
 *  them: of a convolution, of a dense layer right on the image; -1: there is none. */
int faltung_filters_layer(const FaltungGraph *graph);

/** faltung_filters_new: Returns: (transfer full). Errors: there is no such layer
 *  (%FALTUNG_ERROR_INPUT). */
FaltungFilters *faltung_filters_new(FaltungNetwork *network, GError **error);
void faltung_filters_free(FaltungFilters *filters);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungFilters, faltung_filters_free)

/**
 * faltung_centre_frequency: the mean size of the frequencies of @image, weighted by its power
 * spectrum: sum |F(u, v)|^2 sqrt(u^2 + v^2) / sum |F(u, v)|^2, over all channels. F is the discrete
 * Fourier transform of the image with zeros around it, to a square whose side is a power of two and
 * at least 32, and u and v go from -1/2 to 1/2 cycles a pixel.
 * @image: (C, H, W)
 *
 * Returns: 0 of an image of zeros.
 */
double faltung_centre_frequency(const float *image, const FaltungShape *shape);

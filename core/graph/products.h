/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/graph.h"

/* The sum that a value of dense or conv2d is, before its activation: weights and what they are
   multiplied with. */
typedef struct {
    int channels, rows, columns; /* of the window; of dense as many channels as inputs, 1 x 1 */
    float *weights, *inputs;     /* (channels, rows, columns); inputs beside the image are 0 */
    double bias;                 /* 0 where there is none */
    double sum;                  /* of all products, and the bias */
} FaltungProducts;

/**
 * faltung_products_new:
 * @index: of the layer's output, in the field's layout
 * @input: its input, @weight and @bias (nullable): its parameters, all in the field's layout
 *
 * Returns: (transfer full) (nullable): %NULL of a layer that is no such sum.
 */
FaltungProducts *faltung_products_new(const FaltungLayer *layer, size_t index, const float *input,
                                      const float *weight, const float *bias);
void faltung_products_free(FaltungProducts *products);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungProducts, faltung_products_free)

/** faltung_products_by_size: @channels: (out): at most @most: those that add most, largest in size
 *  first; none that is not a number. Returns: how many they are. */
int faltung_products_by_size(const FaltungProducts *products, int most, int *channels);

/** faltung_products_channel: Returns: the sum of the products of one channel. */
double faltung_products_channel(const FaltungProducts *products, int channel);

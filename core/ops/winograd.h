/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/panels.h"
#include "core/ops/slide.h"

#include <glib.h>

/*
 * A 3 x 3 window that slides by one pixel, by minimal filtering: F(2 x 2, 3 x 3) of Lavin and
 * Gray, "Fast Algorithms for Convolutional Neural Networks" (arXiv:1509.09308),
 *
 *     y = A^T [ sum_c (G w G^T) . (B^T x B) ] A     for every 2 x 2 pixels y, 4 x 4 pixels x,
 *
 * which takes 4 products for a pixel instead of 9. Over many tiles the sums over c are 16 matrix
 * products. Both gradients are the same with the transforms transposed. G holds halves and the
 * others ones only, so nothing is lost on small integers, and because the sums are nine times
 * shorter the results are closer to the exact ones than those of the plain window. (A NaN
 * also reaches the other pixels of its tile.)
 */
typedef struct {
    int channels, filters;
    int in_height, in_width; /* of the maps slid over */
    int top, left;           /* zeros before them */
    int height, width;       /* of the maps made */
    FaltungPanels panels;    /* of each of the 16 products: filters by channels */
    int tile_rows, tile_columns;
} FaltungWinograd;

/** faltung_winograd: @rows, @columns: with kernel 3 and stride 1. */
FaltungWinograd faltung_winograd(int channels, int filters, const FaltungSlide *rows,
                                 const FaltungSlide *columns);

/** faltung_winograd_pays: Returns: whether a window of these can be made so, in less time than
 *  plainly. */
gboolean faltung_winograd_pays(int channels, int filters, const FaltungSlide *rows,
                               const FaltungSlide *columns);

/** faltung_winograd_weights: @weights: packed, filters by (3, 3, channels), to their 16 planes,
 *  @to, faltung_winograd_weights_size() floats. */
void faltung_winograd_weights(const FaltungWinograd *w, int threads, const float *weights,
                              float *to);
size_t faltung_winograd_weights_size(const FaltungWinograd *w);

/**
 * faltung_winograd_slide: @out = f(@weights * @in + bias), see @finish.
 * @weights: from faltung_winograd_weights()
 * @in: (batch, in_height, in_width, channels)
 * @out: (batch, height, width, filters)
 * @scratch: @threads times faltung_winograd_slide_scratch() floats
 */
void faltung_winograd_slide(const FaltungWinograd *w, int batch, int threads, const float *weights,
                            const FaltungFinish *finish, const float *in, float *out,
                            float *scratch);
size_t faltung_winograd_slide_scratch(const FaltungWinograd *w);

/** faltung_winograd_gradient: @sum, 16 planes as the weights', += those of samples @from to
 *  @to - 1. @scratch: faltung_winograd_gradient_scratch() floats. */
void faltung_winograd_gradient(const FaltungWinograd *w, int from, int to, const float *in,
                               const float *out_gradient, float *sum, float *scratch);
size_t faltung_winograd_gradient_scratch(const FaltungWinograd *w);

/** faltung_winograd_fold: @gradient, packed as the weights are learned, += @sum. */
void faltung_winograd_fold(const FaltungWinograd *w, int threads, const float *sum,
                           float *gradient);

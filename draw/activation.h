/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/tensor.h"

/* A layer's output as it looks best: an image's maps side by side, a sequence as one with a row a
   step, a vector as bars. */
typedef struct {
    FaltungShape shape;
    const float *values; /* in the field's layout */
    FaltungColormap colormap;
} FaltungActivation;

/** faltung_activation_size: @width, @height: (out): of the picture. Returns: how many pixels of a
 *  PNG a unit of it has. */
double faltung_activation_size(const FaltungActivation *activation, double *width, double *height);
/** faltung_activation_draw: draws into (0, 0, @width, @height), which are its size. */
void faltung_activation_draw(cairo_t *cr, const FaltungTheme *theme,
                             const FaltungActivation *activation, double width, double height);

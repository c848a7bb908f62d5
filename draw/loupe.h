/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/products.h"
#include "draw/theme.h"

/*
 * How one value is computed, as a picture: of a convolution the kernel of the channel that adds
 * most, the patch that it lies on and their products, cell by cell; of a dense layer the largest
 * products; below, the equation with these numbers.
 */

/** faltung_loupe_size: the room that it takes. */
void faltung_loupe_size(const FaltungProducts *products, const char *activation, double value,
                        double *width, double *height);

/**
 * faltung_loupe_draw: with its top left corner at the origin.
 * @activation: (nullable): the name of the layer's
 * @value: what it makes of the sum
 */
void faltung_loupe_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungProducts *products,
                        const char *activation, double value);

/** faltung_loupe_equation: Returns: (transfer full): the equation, as TeX. */
char *faltung_loupe_equation(const FaltungProducts *products, const char *activation, double value);

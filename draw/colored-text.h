/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/theme.h"

/* A text whose characters stand on colours, those of what a unit said at each. */
typedef struct {
    const gunichar *text; /* (n) */
    const float *values;  /* (n), with a stride */
    int stride;
    int n;
    int columns;       /* characters in a row, at the most; lines end where those of the text do */
    const char *title; /* (nullable) */
} FaltungColoredText;

/** faltung_colored_text_size: how much room it takes. */
void faltung_colored_text_size(cairo_t *cr, const FaltungTheme *theme,
                               const FaltungColoredText *text, double *width, double *height);

/** faltung_colored_text_draw: with the theme's diverging colours about 0. */
void faltung_colored_text_draw(cairo_t *cr, const FaltungTheme *theme,
                               const FaltungColoredText *text, double x, double y);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/theme.h"

/* Points of a plane, coloured by class: an embedding. Classes beyond the colours of the theme have
   the same colours in another shape. */
typedef struct {
    const float *points; /* (n, 2) */
    int n;
    const gint32 *classes;    /* (nullable): (n); -1: of none */
    const char *const *names; /* (nullable): of the classes */
    int n_classes;            /* 0: no legend */
    const char *title;        /* (nullable) */
    int selected;             /* the point that is marked, or -1 */
} FaltungScatter;

/** faltung_scatter_draw: the points in @rect, with both directions on one scale, and the legend to
 *  their right. */
void faltung_scatter_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungScatter *scatter,
                          FaltungRect rect);

/** faltung_scatter_hit: Returns: the point nearest to (@x, @y) of the same drawing, or -1 where
 *  none is within @reach. */
int faltung_scatter_hit(cairo_t *cr, const FaltungTheme *theme, const FaltungScatter *scatter,
                        FaltungRect rect, double x, double y, double reach);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/theme.h"

/* What is written along the edges of a matrix: what its rows and columns are, and their names. Bars
   are columns, and have no edges: of them it is said under the pointer. */
typedef struct {
    const char *rows, *columns; /* step, unit */
    /* (nullable) each: of every row, every column; "" of one that has none. Where only some have
       one, these are marked. */
    char *const *row_names, *const *column_names;
} FaltungEdges;

/** faltung_edges_inside: Returns: the part of @rect that is left for the matrix. */
FaltungRect faltung_edges_inside(cairo_t *cr, const FaltungTheme *theme, const FaltungEdges *edges,
                                 FaltungRect rect);

/** faltung_edges_draw: around @inside, a matrix of @n_rows x @n_columns. Names are as large as
 * there is room for; those that would lie over one another are left out. */
void faltung_edges_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungEdges *edges,
                        int n_rows, int n_columns, FaltungRect inside);

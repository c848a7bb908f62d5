/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/expression.h"
#include "draw/theme.h"

/*
 * The graph of a formula as the book draws it: operations from left to right, values above the
 * edges, gradients below them.
 */

/** faltung_expression_measure: how much room the graph takes. */
void faltung_expression_measure(cairo_t *cr, const FaltungTheme *theme,
                                const FaltungExpression *expression, double *width, double *height);

/** faltung_expression_draw: @selected: the term that is marked, or -1. @stop: (nullable): with what
 *  is known there alone. */
void faltung_expression_draw(cairo_t *cr, const FaltungTheme *theme,
                             const FaltungExpression *expression, double x, double y, int selected,
                             const FaltungExpressionStop *stop);

/** faltung_expression_hit: Returns: the term at (@x, @y) of a graph drawn at (0, 0), or -1. */
int faltung_expression_hit(cairo_t *cr, const FaltungTheme *theme,
                           const FaltungExpression *expression, double x, double y);

/** faltung_format_matrix: Returns: (transfer full): as short as it can be: `0.731`, `[1, 2]`, or
 *  its shape. */
char *faltung_format_matrix(const double *values, int rows, int columns);

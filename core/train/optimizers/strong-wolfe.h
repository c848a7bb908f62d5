/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* A function along a line, t = 0 where one stands. */
typedef struct {
    /* Returns: f(t). @slope: (out): its derivative. Where it cannot be told f is infinite. */
    double (*at)(gpointer data, double t, double *slope);
    gpointer data;
} FaltungLine;

/**
 * faltung_strong_wolfe: looks for a step that satisfies the strong Wolfe conditions,
 *
 *     f(t) <= f(0) + 1e-4 t f'(0)    and    |f'(t)| <= 0.9 |f'(0)|,
 *
 * with at most 25 evaluations behind the first (Nocedal and Wright, Numerical Optimization,
 * algorithms 3.5 and 3.6, with cubic interpolation), as PyTorch's L-BFGS does.
 * @t: the first step that is tried
 * @value, @slope: f(0) and f'(0) < 0
 * @width: the largest change of a parameter per unit of t
 * @tolerance: a bracket narrower than that, in a parameter, is searched no further
 *
 * Returns: t
 */
double faltung_strong_wolfe(const FaltungLine *line, double t, double value, double slope,
                            double width, double tolerance);

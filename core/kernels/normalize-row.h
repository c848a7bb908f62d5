/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/row.h"

#include <math.h>

/*
 * One row brought to mean 0 and variance 1 by itself (layer normalization), and its gradient. As
 * in softmax, sums are made in short runs, lane by lane.
 */
enum { NORMALIZE_ROW_RUN = 16 /* vectors */ };

/* The mean, then the variance about it. */
INLINE float mean_of_row(int n, const float *x) {
    Vector total = splat(0);
    for (int begin = 0; begin < n; begin += NORMALIZE_ROW_RUN * LANES) {
        Vector run = splat(0);
        for (int i = begin; i < n && i < begin + NORMALIZE_ROW_RUN * LANES; i += LANES)
            run += load_of_row(x, n, i, 0);
        total += run;
    }
    return sum_of_lanes(total) / n;
}

INLINE double variance_of_row(int n, const float *x, float mean) {
    Vector total = splat(0);
    for (int begin = 0; begin < n; begin += NORMALIZE_ROW_RUN * LANES) {
        Vector run = splat(0);
        for (int i = begin; i < n && i < begin + NORMALIZE_ROW_RUN * LANES; i += LANES) {
            Vector d = load_of_row(x, n, i, mean) - mean;
            run += d * d;
        }
        total += run;
    }
    return sum_of_lanes(total) / n;
}

static void normalize_row(int n, const float *x, const float *gamma, const float *beta,
                          double epsilon, float *moments, float *y) {
    float mean = moments[0] = mean_of_row(n, x);
    float inverse = moments[1] = 1 / sqrt(variance_of_row(n, x, mean) + epsilon);
    for (int i = 0; i < n; i += LANES) {
        Vector normalized = (load(x + i) - mean) * inverse;
        store_partial(y + i, normalized * load(gamma + i) + load(beta + i), n - i);
    }
}

/* Adds to @dgamma and @dbeta. @means: (out): of gamma dy, and of that times the normalized x */
INLINE void sum_row_gradients(int n, const float *x, const float *dy, const float *gamma,
                              float mean, float inverse, float *dgamma, float *dbeta,
                              float means[2]) {
    Vector total = splat(0), product_total = splat(0);
    for (int begin = 0; begin < n; begin += NORMALIZE_ROW_RUN * LANES) {
        Vector run = splat(0), product_run = splat(0);
        for (int i = begin; i < n && i < begin + NORMALIZE_ROW_RUN * LANES; i += LANES) {
            Vector gradient = load_of_row(dy, n, i, 0);
            Vector normalized = (load_of_row(x, n, i, mean) - mean) * inverse;
            Vector product = gradient * normalized;
            store_partial(dbeta + i, load(dbeta + i) + gradient, n - i);
            store_partial(dgamma + i, load(dgamma + i) + product, n - i);
            run += load_of_row(gamma, n, i, 0) * gradient;
            product_run += load_of_row(gamma, n, i, 0) * product;
        }
        total += run;
        product_total += product_run;
    }
    means[0] = sum_of_lanes(total) / n;
    means[1] = sum_of_lanes(product_total) / n;
}

static void normalize_row_backward(int n, const float *x, const float *dy, const float *gamma,
                                   const float *moments, float *dgamma, float *dbeta, float *dx,
                                   int accumulate) {
    float mean = moments[0], inverse = moments[1], means[2];
    sum_row_gradients(n, x, dy, gamma, mean, inverse, dgamma, dbeta, means);
    for (int i = 0; dx && i < n; i += LANES) {
        Vector normalized = (load(x + i) - mean) * inverse;
        Vector gradient =
            inverse * (load(gamma + i) * load(dy + i) - means[0] - normalized * means[1]);
        if (accumulate)
            gradient += load(dx + i);
        store_partial(dx + i, gradient, n - i);
    }
}

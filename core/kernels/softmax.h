/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/row.h"

#include <math.h>

/* Softmax of one row, and its gradient. Sums may have thousands of terms: they are added up in
   short runs, lane by lane, so that their error does not grow with them. */
enum { SOFTMAX_RUN = 16 /* vectors */ };

static void softmax(int n, float scale, const float *x, float *p) {
    Vector most = splat(-INFINITY), total = splat(0);
    for (int i = 0; i < n; i += LANES)
        most = maximum(load_of_row(x, n, i, -INFINITY), most);
    float largest = largest_lane(most);
    for (int begin = 0; begin < n; begin += SOFTMAX_RUN * LANES) {
        Vector run = splat(0);
        for (int i = begin; i < n && i < begin + SOFTMAX_RUN * LANES; i += LANES) {
            Vector e = exponential(scale * (load_of_row(x, n, i, -INFINITY) - largest));
            store_partial(p + i, e, n - i);
            run += e;
        }
        total += run;
    }
    float inverse = 1 / sum_of_lanes(total);
    for (int i = 0; i < n; i += LANES)
        store_partial(p + i, load(p + i) * inverse, n - i);
}

/* The same before it is divided, of a row that nothing may be read behind. */
static float powers_of_row(int n, const float *x, float *p, float *largest) {
    Vector most = splat(-INFINITY), total = splat(0);
    for (int i = 0; i < n; i += LANES)
        most = maximum(load_end_of_row(x, n, i, -INFINITY), most);
    *largest = largest_lane(most);
    for (int begin = 0; begin < n; begin += SOFTMAX_RUN * LANES) {
        Vector run = splat(0);
        for (int i = begin; i < n && i < begin + SOFTMAX_RUN * LANES; i += LANES) {
            Vector e = exponential(load_end_of_row(x, n, i, -INFINITY) - *largest);
            if (p)
                store_partial(p + i, e, n - i);
            run += e;
        }
        total += run;
    }
    return sum_of_lanes(total);
}

static void softmax_backward(int n, float scale, const float *p, const float *dp, float *dx,
                             int accumulate) {
    Vector total = splat(0);
    for (int begin = 0; begin < n; begin += SOFTMAX_RUN * LANES) {
        Vector run = splat(0);
        for (int i = begin; i < n && i < begin + SOFTMAX_RUN * LANES; i += LANES)
            run += load_of_row(p, n, i, 0) * load_of_row(dp, n, i, 0);
        total += run;
    }
    float mean = sum_of_lanes(total);
    for (int i = 0; i < n; i += LANES) {
        Vector gradient = scale * load(p + i) * (load(dp + i) - mean);
        if (accumulate)
            gradient += load(dx + i);
        store_partial(dx + i, gradient, n - i);
    }
}

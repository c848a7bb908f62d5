/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/vector.h"

/* What passes over one row of numbers have in common. */

/* All ones in the first n lanes. */
INLINE IntVector first_lanes(int n) {
    static const int32_t lanes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    IntVector lane;
    memcpy(&lane, lanes, sizeof lane);
    return lane < n;
}

/* Those of the row's n numbers that begin at i, and @beyond behind its end. */
INLINE Vector load_of_row(const float *row, int n, int i, float beyond) {
    Vector v = load(row + i);
    return n - i >= LANES ? v : blend(first_lanes(n - i), v, splat(beyond));
}

/* The same of a row whose last number is the last that may be read. */
INLINE Vector load_end_of_row(const float *row, int n, int i, float beyond) {
    return n - i >= LANES ? load(row + i)
                          : blend(first_lanes(n - i), load_partial(row + i, n - i), splat(beyond));
}

INLINE float largest_lane(Vector v) {
    float largest = v[0];
    for (int i = 1; i < LANES; i++)
        largest = v[i] > largest ? v[i] : largest;
    return largest;
}

INLINE double sum_of_lanes(Vector v) {
    double sum = 0;
    for (int i = 0; i < LANES; i++)
        sum += v[i];
    return sum;
}

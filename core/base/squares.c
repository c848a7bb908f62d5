/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/squares.h"

#include "core/base/clones.h"

#include <string.h>

/*
 * In doubles, so that squares of small and large floats neither vanish nor overflow. An addition
 * takes four cycles, though one or two begin in each: with a single sum, or vector of sums, the
 * next waits for the last. So there are LANES of them, which the compiler makes vectors of.
 */
enum { LANES = 32 };

typedef double Sums __attribute__((vector_size(LANES / 4 * sizeof(double))));
typedef float Part __attribute__((vector_size(LANES / 4 * sizeof(float))));

/* @b: NULL: nothing is subtracted */
static inline __attribute__((always_inline)) double sum(const float *a, const float *b, size_t n) {
    enum { WIDTH = LANES / 4 };
    Sums sums[4] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
#pragma GCC unroll 4
        for (int v = 0; v < 4; v++) {
            Part x, y = {0};
            memcpy(&x, a + i + v * WIDTH, sizeof x);
            if (b)
                memcpy(&y, b + i + v * WIDTH, sizeof y);
            Sums d = __builtin_convertvector(x - y, Sums);
            sums[v] += d * d;
        }
    }
    Sums all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    double total = 0;
    for (int lane = 0; lane < WIDTH; lane++)
        total += all[lane];
    for (; i < n; i++) {
        double d = b ? a[i] - b[i] : a[i];
        total += d * d;
    }
    return total;
}

FALTUNG_CLONES static double sum_of_squares(const float *a, size_t n) {
    return sum(a, NULL, n);
}

double faltung_sum_of_squares(const float *a, size_t n) {
    return sum_of_squares(a, n);
}

FALTUNG_CLONES static double sum_of_squared_differences(const float *a, const float *b, size_t n) {
    return sum(a, b, n);
}

double faltung_sum_of_squared_differences(const float *a, const float *b, size_t n) {
    return sum_of_squared_differences(a, b, n);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/noise.h"

#include "core/base/clones.h"

#include <math.h>
#include <string.h>

/*
 * Normally distributed numbers, many at a time: two random words u and t make
 * sqrt(-2 ln u) cos 2 pi t  and  sqrt(-2 ln u) sin 2 pi t. The functions are polynomials, so that
 * the compiler makes vectors of the loop; each is right to some 1e-7. This file is compiled
 * without fused multiply-adds, so that every instruction set has the same bits.
 */

enum { HALF = FALTUNG_NOISE_GROUP / 2 };

/* ln of x in (0, 1]: of the exponent, and of what is left as 2 atanh ((m - 1) / (m + 1)). */
static inline __attribute__((always_inline)) float logarithm(float x) {
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    int32_t exponent = (bits - 0x3f3504f3) >> 23; /* m from sqrt(1/2) to sqrt(2) */
    bits -= exponent * (1 << 23);
    float m;
    memcpy(&m, &bits, sizeof m);
    float f = (m - 1.0f) / (m + 1.0f), square = f * f;
    float series = 1.0f + square * (1.0f / 3 + square * (1.0f / 5 + square * (1.0f / 7)));
    return exponent * 0.693147181f + 2.0f * f * series;
}

/* sin 2 pi r of r from -1/4 to 1/4: Taylor's. */
static inline __attribute__((always_inline)) float sine(float r) {
    float x = 6.28318531f * r, square = x * x;
    float series = 1.0f / 362880 - square * (1.0f / 39916800);
    series = 1.0f / 120 - square * (1.0f / 5040 - square * series);
    return x * (1.0f - square * (1.0f / 6 - square * series));
}

FALTUNG_CLONES static void normal(const uint32_t *restrict words, float *restrict out) {
#pragma omp simd
    for (int i = 0; i < HALF; i++) {
        /* exact, and from 2^-24 on, so that the logarithm is finite: |z| reaches 5.8 */
        float u = ((float)(int32_t)(words[i] >> 9) + 0.5f) * 0x1p-23f;
        float t = (float)(int32_t)words[HALF + i] * 0x1p-32f; /* -1/2 to 1/2 */
        float radius = sqrtf(-2.0f * logarithm(u));
        float size = fabsf(t);
        float folded = size > 0.25f ? 0.5f - size : size;
        out[i] = radius * sine(0.25f - size); /* the cosine */
        out[HALF + i] = radius * copysignf(sine(folded), t);
    }
}

FALTUNG_CLONES static void add_scaled(size_t n, float scale, const float *numbers, const float *x,
                                      float *y) {
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] + scale * numbers[i];
}

void faltung_noise_add(const uint32_t *words, float deviation, size_t n, const float *x, float *y) {
    float numbers[FALTUNG_NOISE_GROUP];
    normal(words, numbers);
    add_scaled(n, deviation, numbers, x, y);
}

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>
#include <string.h>

/*
 * One vector of LANES floats, in GNU C's vector types, and the functions of it that the library
 * of C has only for scalars. Included once for every instruction set.
 */

#ifndef LANES
#error "kernels.c is compiled with -DLANES=4, 8 or 16"
#endif

typedef float Vector __attribute__((vector_size(LANES * 4)));
typedef int32_t IntVector __attribute__((vector_size(LANES * 4)));
/* The same, anywhere in memory. */
typedef float UnalignedVector __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE Vector load(const float *from) {
    return *(const UnalignedVector *)from;
}

INLINE void store(float *to, Vector v) {
    *(UnalignedVector *)to = v;
}

/* Copies n < LANES floats: by the binary digits of n, since a call of memcpy costs more than all
   of them. */
INLINE void copy_lanes(float *to, const float *from, int n) {
#pragma GCC unroll 4
    for (int part = LANES / 2; part >= 1; part /= 2) {
        if (n & part) {
            memcpy(to, from, part * sizeof(float));
            to += part;
            from += part;
        }
    }
}

/* The first n lanes only. */
INLINE void store_partial(float *to, Vector v, int n) {
    if (n >= LANES) {
        store(to, v);
    } else {
        float lanes[LANES];
        store(lanes, v);
        copy_lanes(to, lanes, n);
    }
}

/* The first n lanes, the others zero. */
INLINE Vector load_partial(const float *from, int n) {
    if (n >= LANES)
        return load(from);
    float lanes[LANES] = {0};
    copy_lanes(lanes, from, n);
    return load(lanes);
}

INLINE Vector splat(float x) {
    return x - (Vector){}; /* x + 0 would be an addition, for the sake of -0 */
}

/* a where the mask is all ones, b where it is zero. */
INLINE Vector blend(IntVector mask, Vector a, Vector b) {
    return (Vector)(((IntVector)a & mask) | ((IntVector)b & ~mask));
}

INLINE Vector maximum(Vector a, Vector b) { /* b where a is NaN */
    return blend(a > b, a, b);
}

INLINE Vector minimum(Vector a, Vector b) {
    return blend(a < b, a, b);
}

INLINE Vector absolute(Vector x) {
    return (Vector)((IntVector)x & 0x7fffffff);
}

/*
 * e^x: x = n ln 2 + r, e^r by a polynomial of degree 6 (fitted on |r| < 0.347; its own error is
 * 8e-9). Within 1.1 ulp; infinity above 88.72, 0 below -87.33 (no denormals); NaN stays NaN.
 */
INLINE Vector exponential(Vector x) {
    const float shift = 0x1.8p23f; /* adding it rounds to an integer */
    Vector clamped = blend(x > 88.8f, splat(88.8f), blend(x < -87.5f, splat(-87.5f), x));
    Vector n = (clamped * 0x1.715476p+0f + shift) - shift;
    Vector r = clamped - n * 0x1.62e4p-1f; /* ln 2 in two parts, the first exact times n */
    r = r - n * 0x1.7f7d1cp-20f;
    Vector p = splat(0.001390131551f);
    p = p * r + 0.008363213919f;
    p = p * r + 0.04166685427f;
    p = p * r + 0.1666657688f;
    p = p * r + 0.4999999955f;
    p = p * r * r + r + 1;
    /* 2^n in two factors, since n reaches 128 */
    IntVector whole = __builtin_convertvector(n, IntVector), half = whole >> 1;
    Vector y = p * (Vector)((half + 127) << 23) * (Vector)((whole - half + 127) << 23);
    y = blend(x < -87.33f, splat(0), y);
    return blend(x == x, y, x);
}

/*
 * For y <= 0: e^y = scale + scale q, with a power of two and a small q, so that e^y - 1 can be had
 * without losing what is left of a y near 0. 0 below -88.
 */
INLINE void exponential_parts(Vector y, Vector *scale, Vector *q) {
    /* adding it rounds to an integer, whose bits are then last, already with the exponent's bias */
    const float shift = 0x1.8p23f + 127;
    Vector clamped = blend(y < -88.0f, splat(-88.0f), y);
    Vector biased = clamped * 0x1.715476p+0f + shift, n = biased - shift;
    Vector r = clamped - n * 0x1.62e4p-1f; /* ln 2 in two parts, the first exact times n */
    r = r - n * 0x1.7f7d1cp-20f;
    Vector p = splat(0.001390131551f);
    p = p * r + 0.008363213919f;
    p = p * r + 0.04166685427f;
    p = p * r + 0.1666657688f;
    p = p * r + 0.4999999955f;
    *q = p * r * r + r;
    *scale = (Vector)((IntVector)biased << 23);
}

/* By e^-|x|, which cannot overflow; never by tanh, which loses every digit at -20. Within 2.5 ulp.
 */
INLINE Vector sigmoid(Vector x) {
    Vector scale, q;
    exponential_parts((Vector)((IntVector)x | (int32_t)0x80000000), &scale, &q);
    Vector e = scale * q + scale;
    return blend(x < 0.0f, e, splat(1)) / (1.0f + e);
}

/* (1 - e^-2|x|) / (1 + e^-2|x|) with the sign of x. Within 2.5 ulp. */
INLINE Vector hyperbolic_tangent(Vector x) {
    Vector scale, q;
    exponential_parts(-2.0f * absolute(x), &scale, &q);
    Vector less = scale * q + (scale - 1.0f); /* e^-2|x| - 1 */
    Vector y = less / (-2.0f - less);
    return (Vector)(((IntVector)y & 0x7fffffff) | ((IntVector)x & (int32_t)0x80000000));
}

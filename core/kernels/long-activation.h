/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/kernels.h"
#include "core/kernels/vector.h"

/* Activations that are a pass of their own, and the functions that they need. */

/* e^x - 1 where e^x would lose the digits: by the hyperbolic tangent of half of it. Within 4 ulp.
 */
INLINE Vector exponential_minus_one(Vector x) {
    Vector t = hyperbolic_tangent(0.5f * x);
    Vector near = 2.0f * t / (1.0f - t);
    return blend(x < 1.0f, near, exponential(x) - 1.0f);
}

/* ln (1 + u) for u in 0 ... 1: 2 artanh z of z = u / (2 + u), by its series. Within 3 ulp. */
INLINE Vector logarithm_of_one_plus(Vector u) {
    Vector z = u / (2.0f + u), square = z * z;
    Vector p = splat(1.0f / 15);
    p = p * square + 1.0f / 13;
    p = p * square + 1.0f / 11;
    p = p * square + 1.0f / 9;
    p = p * square + 1.0f / 7;
    p = p * square + 1.0f / 5;
    p = p * square + 1.0f / 3;
    p = p * square + 1.0f;
    return 2.0f * z * p;
}

INLINE Vector softplus(Vector x) {
    Vector y = maximum(x, splat(0)) + logarithm_of_one_plus(exponential(-absolute(x)));
    return blend(x == x, y, x);
}

/*
 * The chance that a normal random number is below x, given e^(-x^2 / 2): by erfc(u) = e^(-u^2) t
 * p(t) of u = |x| / sqrt 2 and t = 1 / (1 + 0.35 u) (p fitted to a relative error of 8e-9 up to u =
 * 10.5). Within 3e-7 absolutely; relatively within 6 (1 + x^2) ulp, as far as floats reach.
 */
INLINE Vector normal_below(Vector x, Vector power) {
    Vector u = absolute(x) * 0.707106781f, t = 1.0f / (1.0f + 0.35f * u);
    Vector p = splat(0.0390826426f);
    p = p * t - 0.162735328f;
    p = p * t + 0.190693796f;
    p = p * t - 0.0404425636f;
    p = p * t + 0.0980144218f;
    p = p * t + 0.139893413f;
    p = p * t + 0.153409421f;
    p = p * t + 0.18740204f;
    p = p * t + 0.197201863f;
    p = p * t + 0.197480321f;
    Vector half = 0.5f * power * t * p;
    return blend(x < 0.0f, half, 1.0f - half);
}

#define SELU_ALPHA 1.67326324f
#define SELU_SCALE 1.05070099f

INLINE Vector long_activate(FaltungEpilogue f, float parameter, Vector x) {
    switch (f) {
    case FALTUNG_EPILOGUE_ELU:
        return blend(x > 0.0f, x, parameter * exponential_minus_one(x));
    case FALTUNG_EPILOGUE_SELU:
        return SELU_SCALE * blend(x > 0.0f, x, SELU_ALPHA * exponential_minus_one(x));
    case FALTUNG_EPILOGUE_SOFTPLUS:
        return softplus(x);
    case FALTUNG_EPILOGUE_HARD_TANH:
        return maximum(splat(-1), minimum(splat(1), x));
    case FALTUNG_EPILOGUE_HARD_SIGMOID:
        return maximum(splat(0), minimum(splat(1), (x + 3.0f) * (1.0f / 6)));
    case FALTUNG_EPILOGUE_HARD_SWISH:
        return blend(x <= -3.0f, splat(0), x * minimum(splat(1), (x + 3.0f) * (1.0f / 6)));
    case FALTUNG_EPILOGUE_SILU:
        return blend(x < -87.3f, splat(0), x * sigmoid(x)); /* not -infinity times 0 */
    case FALTUNG_EPILOGUE_GELU:
        return blend(x < -14.0f, splat(0), x * normal_below(x, exponential(-0.5f * x * x)));
    default:
        return x;
    }
}

/* f'(x), told from y = f(x), or from y = x where it needs the input. */
INLINE Vector long_slope(FaltungEpilogue f, float parameter, Vector y) {
    switch (f) {
    case FALTUNG_EPILOGUE_ELU:
        return blend(y > 0.0f, splat(1), y + parameter);
    case FALTUNG_EPILOGUE_SELU:
        return blend(y > 0.0f, splat(SELU_SCALE), y + SELU_SCALE * SELU_ALPHA);
    case FALTUNG_EPILOGUE_SOFTPLUS:
        return -exponential_minus_one(-y);
    case FALTUNG_EPILOGUE_HARD_TANH:
        return blend((y > -1.0f) & (y < 1.0f), splat(1), splat(0));
    case FALTUNG_EPILOGUE_HARD_SIGMOID:
        return blend((y > 0.0f) & (y < 1.0f), splat(1.0f / 6), splat(0));
    case FALTUNG_EPILOGUE_HARD_SWISH:
        return blend(y <= -3.0f, splat(0), blend(y >= 3.0f, splat(1), y * (1.0f / 3) + 0.5f));
    case FALTUNG_EPILOGUE_SILU: {
        Vector s = sigmoid(y);
        return blend(absolute(y) > 88.0f, s, s * (1.0f + y * (1.0f - s)));
    }
    case FALTUNG_EPILOGUE_GELU: {
        Vector power = exponential(-0.5f * y * y);
        return normal_below(y, power) + 0.398942280f * y * power;
    }
    default:
        return splat(1);
    }
}

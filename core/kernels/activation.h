/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/kernels.h"
#include "core/kernels/long-activation.h"
#include "core/kernels/vector.h"

INLINE Vector activate(FaltungEpilogue f, float parameter, Vector x) {
    switch (f) {
    case FALTUNG_EPILOGUE_NONE:
        return x;
    case FALTUNG_EPILOGUE_RELU:
        return blend(x < 0.0f, splat(0), x);
    case FALTUNG_EPILOGUE_LEAKY_RELU:
        return blend(x < 0.0f, parameter * x, x);
    case FALTUNG_EPILOGUE_SIGMOID:
        return sigmoid(x);
    case FALTUNG_EPILOGUE_TANH:
        return hyperbolic_tangent(x);
    default:
        return x; /* a pass of its own */
    }
}

/* f'(x), told from y = f(x), or from y = x where it needs the input. */
INLINE Vector slope(FaltungEpilogue f, float parameter, Vector y) {
    switch (f) {
    case FALTUNG_EPILOGUE_NONE:
        return splat(1);
    case FALTUNG_EPILOGUE_RELU:
        return blend(y > 0.0f, splat(1), splat(0));
    case FALTUNG_EPILOGUE_LEAKY_RELU:
        return blend(y > 0.0f, splat(1), splat(parameter));
    case FALTUNG_EPILOGUE_SIGMOID:
        return y * (1.0f - y);
    case FALTUNG_EPILOGUE_TANH:
        return 1.0f - y * y;
    default:
        return long_slope(f, parameter, y);
    }
}

static void activate_all(FaltungEpilogue f, float parameter, size_t n, const float *x, float *y) {
    const int is_long = f > FALTUNG_EPILOGUE_TANH;
    for (size_t i = 0; i < n; i += LANES) {
        Vector v = load(x + i);
        v = is_long ? long_activate(f, parameter, v) : activate(f, parameter, v);
        store_partial(y + i, v, n - i < LANES ? n - i : LANES);
    }
}

static void activate_backward_all(FaltungEpilogue f, float parameter, size_t n, const float *y,
                                  const float *dy, float *dx, int accumulate) {
    for (size_t i = 0; i < n; i += LANES) {
        Vector gradient = load(dy + i) * slope(f, parameter, load(y + i));
        if (accumulate)
            gradient += load(dx + i);
        store_partial(dx + i, gradient, n - i < LANES ? n - i : LANES);
    }
}

static void exponential_all(size_t n, const float *x, float *out) {
    for (size_t i = 0; i < n; i += LANES)
        store_partial(out + i, exponential(load(x + i)), n - i < LANES ? n - i : LANES);
}

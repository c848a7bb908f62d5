/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/activation.h"

/*
 * The passes of batch normalization over rows of channels, see FaltungRows. A vector of channels at
 * a time goes over all the rows, so that what belongs to the channel stays in registers.
 */

/* Sums are made in runs of so many rows, so that their error does not grow with all of them. */
enum { NORMALIZE_RUN = 16 };

static void normalize_moments(const FaltungRows *r, const float *shift, float *sums,
                              float *squares) {
    for (int c = 0; c < r->channels; c += LANES) {
        const float *x = r->x + c;
        Vector own_shift = load(shift + c), sum = load(sums + c), square = load(squares + c);
        for (size_t row = 0; row < r->rows;) {
            Vector run = splat(0), square_run = splat(0);
            size_t end = row + NORMALIZE_RUN < r->rows ? row + NORMALIZE_RUN : r->rows;
            for (; row < end; row++, x += r->channels) {
                Vector d = load(x) - own_shift;
                run += d;
                square_run += d * d;
            }
            sum += run;
            square += square_run;
        }
        store(sums + c, sum);
        store(squares + c, square);
    }
}

INLINE void normalize_rows(const FaltungRows *r, const FaltungEpilogue f, float *y) {
    for (int c = 0; c < r->channels; c += LANES) {
        const float *x = r->x + c;
        float *to = y + c;
        Vector scale = load(r->scale + c), shift = load(r->shift + c);
        int left = r->channels - c;
        for (size_t row = 0; row < r->rows; row++, x += r->channels, to += r->channels)
            store_partial(to, activate(f, r->parameter, load(x) * scale + shift), left);
    }
}

/* The gradient of the normalized value: the slope is told from the output, made once more. */
INLINE Vector pass_back(const FaltungRows *r, const FaltungEpilogue f, Vector x, Vector scale,
                        Vector shift, Vector dy) {
    if (f == FALTUNG_EPILOGUE_NONE)
        return dy;
    Vector y = activate(f, r->parameter, x * scale + shift);
    if (f == FALTUNG_EPILOGUE_RELU)
        return blend(y > 0.0f, dy, splat(0));
    return dy * slope(f, r->parameter, y);
}

INLINE void gradient_rows(const FaltungRows *r, const FaltungEpilogue f, const float *dy,
                          const float *mean, const float *inverse, float *sums, float *products) {
    for (int c = 0; c < r->channels; c += LANES) {
        const float *x = r->x + c, *from = dy + c;
        Vector scale = load(r->scale + c), shift = load(r->shift + c);
        Vector own_mean = load(mean + c), own_inverse = load(inverse + c);
        Vector sum = load(sums + c), product = load(products + c);
        for (size_t row = 0; row < r->rows;) {
            Vector run = splat(0), product_run = splat(0);
            size_t end = row + NORMALIZE_RUN < r->rows ? row + NORMALIZE_RUN : r->rows;
            for (; row < end; row++, x += r->channels, from += r->channels) {
                Vector value = load(x);
                Vector gradient = pass_back(r, f, value, scale, shift, load(from));
                run += gradient;
                product_run += gradient * ((value - own_mean) * own_inverse);
            }
            sum += run;
            product += product_run;
        }
        store(sums + c, sum);
        store(products + c, product);
    }
}

INLINE void mix_rows(const FaltungRows *r, const FaltungEpilogue f, const float *dy, const float *a,
                     const float *b, const float *constant, float *dx, const int accumulate) {
    for (int c = 0; c < r->channels; c += LANES) {
        const float *x = r->x + c, *from = dy + c;
        float *to = dx + c;
        Vector scale = load(r->scale + c), shift = load(r->shift + c);
        Vector own_a = load(a + c), own_b = load(b + c), own_constant = load(constant + c);
        int left = r->channels - c;
        for (size_t row = 0; row < r->rows;
             row++, x += r->channels, from += r->channels, to += r->channels) {
            Vector value = load(x);
            Vector gradient = pass_back(r, f, value, scale, shift, load(from));
            Vector mixed = own_a * gradient + own_b * value + own_constant;
            if (accumulate)
                mixed += load(to);
            store_partial(to, mixed, left);
        }
    }
}

/* The usual two have loops of their own, without a question about the activation. */

static void normalize(const FaltungRows *r, float *y) {
    if (r->epilogue == FALTUNG_EPILOGUE_NONE)
        normalize_rows(r, FALTUNG_EPILOGUE_NONE, y);
    else if (r->epilogue == FALTUNG_EPILOGUE_RELU)
        normalize_rows(r, FALTUNG_EPILOGUE_RELU, y);
    else
        normalize_rows(r, r->epilogue, y);
}

static void normalize_gradients(const FaltungRows *r, const float *dy, const float *mean,
                                const float *inverse, float *sums, float *products) {
    if (r->epilogue == FALTUNG_EPILOGUE_NONE)
        gradient_rows(r, FALTUNG_EPILOGUE_NONE, dy, mean, inverse, sums, products);
    else if (r->epilogue == FALTUNG_EPILOGUE_RELU)
        gradient_rows(r, FALTUNG_EPILOGUE_RELU, dy, mean, inverse, sums, products);
    else
        gradient_rows(r, r->epilogue, dy, mean, inverse, sums, products);
}

static void normalize_mix(const FaltungRows *r, const float *dy, const float *a, const float *b,
                          const float *constant, float *dx, int accumulate) {
    if (r->epilogue == FALTUNG_EPILOGUE_NONE)
        mix_rows(r, FALTUNG_EPILOGUE_NONE, dy, a, b, constant, dx, accumulate);
    else if (r->epilogue == FALTUNG_EPILOGUE_RELU)
        mix_rows(r, FALTUNG_EPILOGUE_RELU, dy, a, b, constant, dx, accumulate);
    else
        mix_rows(r, r->epilogue, dy, a, b, constant, dx, accumulate);
}

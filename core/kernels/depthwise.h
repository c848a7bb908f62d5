/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/activation.h"
#include "core/kernels/row.h"

/*
 * Depthwise convolution: every channel has a window of its own, so there is no sum over channels
 * and no matrix product: a tap is a multiply-add of whole vectors of channels. Some pixels are made
 * at once, for each load of the weights.
 */

/* The products of @vectors of channels from channel @c of @pixels pixels, at @x. */
INLINE void depthwise_products(const FaltungDepthwise *d, const int pixels, const int vectors,
                               int c, const float *x, const float *w, Vector sum[4][2]) {
#pragma GCC unroll 4
    for (int p = 0; p < pixels; p++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++)
            sum[p][v] = splat(0);
    const ptrdiff_t x_pixel = d->x_pixel;
    for (int a = 0; a < d->taps[0]; a++)
        for (int i = 0; i < d->taps[1]; i++) {
            const float *xt = x + c + a * d->x_tap[0] + i * d->x_tap[1];
            const float *wt = w + c + a * d->w_tap[0] + i * d->w_tap[1];
            for (int j = 0; j < d->taps[2]; j++, xt += d->x_tap[2], wt += d->w_tap[2]) {
#pragma GCC unroll 2
                for (int v = 0; v < vectors; v++) {
                    Vector weight = load(wt + v * LANES);
#pragma GCC unroll 4
                    for (int p = 0; p < pixels; p++)
                        sum[p][v] += weight * load(xt + p * x_pixel + v * LANES);
                }
            }
        }
}

/* The same, finished, at @y. */
INLINE void depthwise_tile(const FaltungDepthwise *d, const int pixels, const int vectors, int c,
                           const float *x, const float *w, const FaltungFinish *finish, float *y) {
    Vector sum[4][2];
    depthwise_products(d, pixels, vectors, c, x, w, sum);
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) {
        int from = c + v * LANES, left = d->channels - from;
        Vector bias = finish->bias ? load(finish->bias + from) : splat(0);
#pragma GCC unroll 4
        for (int p = 0; p < pixels; p++) {
            float *to = y + p * d->y_pixel + from;
            Vector value = sum[p][v] + bias;
            if (finish->accumulate)
                value += load_partial(to, left);
            store_partial(to, activate(finish->epilogue, finish->parameter, value), left);
        }
    }
}

/* All channels of @pixels pixels. */
INLINE void depthwise_pixels(const FaltungDepthwise *d, const int pixels, const float *x,
                             const float *w, const FaltungFinish *finish, float *y) {
    int c = 0;
    for (; c + LANES < d->channels; c += 2 * LANES)
        depthwise_tile(d, pixels, 2, c, x, w, finish, y);
    if (c < d->channels)
        depthwise_tile(d, pixels, 1, c, x, w, finish, y);
}

static void depthwise(const FaltungDepthwise *d, const float *x, const float *w,
                      const FaltungFinish *finish, float *y) {
    int p = 0;
    for (; p + 4 <= d->pixels; p += 4)
        depthwise_pixels(d, 4, x + p * d->x_pixel, w, finish, y + p * d->y_pixel);
    for (; p < d->pixels; p++)
        depthwise_pixels(d, 1, x + p * d->x_pixel, w, finish, y + p * d->y_pixel);
}

/* @pixels pixels, the channels of each added up. */
INLINE void depthwise_sum_pixels(const FaltungDepthwise *d, const int pixels, const float *x,
                                 const float *w, const FaltungFinish *finish, float *y) {
    Vector total[4];
#pragma GCC unroll 4
    for (int p = 0; p < pixels; p++)
        total[p] = splat(0);
    for (int c = 0; c < d->channels; c += LANES) {
        Vector sum[4][2];
        depthwise_products(d, pixels, 1, c, x, w, sum);
        IntVector there = first_lanes(d->channels - c);
#pragma GCC unroll 4
        for (int p = 0; p < pixels; p++)
            total[p] += blend(there, sum[p][0], splat(0));
    }
    float values[LANES] = {0};
#pragma GCC unroll 4
    for (int p = 0; p < pixels; p++) {
        values[p] = sum_of_lanes(total[p]) + (finish->bias ? finish->bias[0] : 0);
        if (finish->accumulate)
            values[p] += y[p * d->y_pixel];
    }
    Vector done = activate(finish->epilogue, finish->parameter, load(values));
    for (int p = 0; p < pixels; p++)
        y[p * d->y_pixel] = done[p];
}

static void depthwise_sum(const FaltungDepthwise *d, const float *x, const float *w,
                          const FaltungFinish *finish, float *y) {
    int p = 0;
    for (; p + 4 <= d->pixels; p += 4)
        depthwise_sum_pixels(d, 4, x + p * d->x_pixel, w, finish, y + p * d->y_pixel);
    for (; p < d->pixels; p++)
        depthwise_sum_pixels(d, 1, x + p * d->x_pixel, w, finish, y + p * d->y_pixel);
}

/* The gradients of @taps taps, each with its place in x and in the gradient, over all pixels. */
INLINE void depthwise_gradient_taps(const FaltungDepthwise *d, const int taps, int c,
                                    const ptrdiff_t *xs, const ptrdiff_t *gs, const float *x,
                                    const float *dy, float *gradient) {
    Vector sum[9];
#pragma GCC unroll 9
    for (int t = 0; t < taps; t++)
        sum[t] = splat(0);
    x += c;
    dy += c;
    for (int p = 0; p < d->pixels; p++, x += d->x_pixel, dy += d->y_pixel) {
        Vector slope = load(dy);
#pragma GCC unroll 9
        for (int t = 0; t < taps; t++)
            sum[t] += slope * load(x + xs[t]);
    }
    int left = d->channels - c;
#pragma GCC unroll 9
    for (int t = 0; t < taps; t++) {
        float *to = gradient + gs[t] + c;
        store_partial(to, load_partial(to, left) + sum[t], left);
    }
}

static void depthwise_gradient(const FaltungDepthwise *d, const float *x, const float *dy,
                               float *gradient) {
    int all = d->taps[0] * d->taps[1] * d->taps[2];
    for (int begin = 0, n; begin < all; begin += n) {
        n = all - begin >= 9 ? 9 : all - begin >= 3 ? 3 : 1;
        ptrdiff_t xs[9], gs[9];
        for (int t = 0; t < n; t++) {
            int j = (begin + t) % d->taps[2], row = (begin + t) / d->taps[2];
            int i = row % d->taps[1], a = row / d->taps[1];
            xs[t] = a * d->x_tap[0] + i * d->x_tap[1] + j * d->x_tap[2];
            gs[t] = a * d->w_tap[0] + i * d->w_tap[1] + j * d->w_tap[2];
        }
        for (int c = 0; c < d->channels; c += LANES) {
            if (n == 9)
                depthwise_gradient_taps(d, 9, c, xs, gs, x, dy, gradient);
            else if (n == 3)
                depthwise_gradient_taps(d, 3, c, xs, gs, x, dy, gradient);
            else
                depthwise_gradient_taps(d, 1, c, xs, gs, x, dy, gradient);
        }
    }
}

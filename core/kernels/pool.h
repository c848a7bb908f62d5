/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/vector.h"

typedef uint8_t Bytes __attribute__((vector_size(LANES)));

INLINE void store_bytes(uint8_t *to, IntVector values, int n) {
    Bytes bytes = __builtin_convertvector(values, Bytes);
    memcpy(to, &bytes, n < LANES ? n : LANES);
}

INLINE IntVector load_bytes(const uint8_t *from, int n) {
    Bytes bytes = {0};
    memcpy(&bytes, from, n < LANES ? n : LANES);
    return __builtin_convertvector(bytes, IntVector);
}

/* The largest of every window and its place in it, of a row of pixels: see FaltungPooling. */
static void max_pool(const FaltungPooling *p, const float *x, float *y, uint8_t *from) {
    for (int pixel = 0; pixel < p->pixels; pixel++) {
        for (int c = 0; c < p->channels; c += LANES) {
            const float *window = x + c;
            int left = p->channels - c;
            Vector largest = load(window);
            IntVector place = {0};
            for (int a = 0, at = 0; a < p->planes; a++)
                for (int i = 0; i < p->rows; i++) {
                    const float *row = window + a * p->plane + i * p->row;
                    for (int j = 0; j < p->columns; j++, at++) {
                        Vector value = load(row + (ptrdiff_t)j * p->channels);
                        /* written so that NaN wins and stays */
                        IntVector greater = ~(value <= largest) & (largest == largest);
                        largest = blend(greater, value, largest);
                        place = (place & ~greater) | (greater & at);
                    }
                }
            store_partial(y + c, largest, left);
            store_bytes(from + c, place, left);
        }
        x += p->step;
        y += p->channels;
        from += p->channels;
    }
}

static void max_pool_backward(const FaltungPooling *p, const float *dy, const uint8_t *from,
                              float *dx, int accumulate) {
    for (int pixel = 0; pixel < p->pixels; pixel++) {
        for (int c = 0; c < p->channels; c += LANES) {
            float *window = dx + c;
            int left = p->channels - c;
            Vector gradient = load(dy + c);
            IntVector place = load_bytes(from + c, left);
            for (int a = 0, at = 0; a < p->planes; a++)
                for (int i = 0; i < p->rows; i++) {
                    float *row = window + a * p->plane + i * p->row;
                    for (int j = 0; j < p->columns; j++, at++) {
                        float *to = row + (ptrdiff_t)j * p->channels;
                        Vector share = blend(place == at, gradient, splat(0));
                        if (accumulate)
                            share += load(to);
                        store_partial(to, share, left);
                    }
                }
        }
        dx += p->step;
        dy += p->channels;
        from += p->channels;
    }
}

INLINE float larger(float a, float b) {
    return (!(b <= a) & (a == a)) ? b : a;
}

/* The largest of every column. Of few columns several rows lie in the vectors side by side, and
   come together in the end. */
static void largest_of_rows(int rows, int columns, const float *x, float *y) {
    enum { VECTORS = 4, WIDTH = VECTORS * LANES };
    for (int first = 0; first < columns; first += WIDTH) {
        int n = columns - first < WIDTH ? columns - first : WIDTH;
        int together = n == columns ? WIDTH / columns : 1;
        together = together < rows ? together : rows;
        const float *at = x + first;
        Vector largest[VECTORS];
        for (int i = 0; i < VECTORS; i++)
            largest[i] = load(at + i * LANES);
        int row = together;
        for (; row + together <= rows; row += together) {
            at += (size_t)together * columns;
            for (int i = 0; i < VECTORS; i++) {
                Vector value = load(at + i * LANES);
                IntVector greater = ~(value <= largest[i]) & (largest[i] == largest[i]);
                largest[i] = blend(greater, value, largest[i]);
            }
        }
        float lanes[WIDTH];
        for (int i = 0; i < VECTORS; i++)
            store(lanes + i * LANES, largest[i]);
        for (at += (size_t)together * columns; row < rows; row++, at += columns)
            for (int c = 0; c < n; c++)
                lanes[c] = larger(lanes[c], at[c]);
        for (int i = n; i < together * n; i++)
            lanes[i % n] = larger(lanes[i % n], lanes[i]);
        for (int c = 0; c < n; c++)
            y[first + c] = lanes[c];
    }
}

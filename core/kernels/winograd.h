/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/activation.h"

/*
 * The transforms of Winograd's F(2 x 2, 3 x 3), see FaltungPatches: one-dimensional ones, applied
 * to the columns of a patch and then to its rows. With
 *
 *     B^T = 1  0 -1  0     G = 1    0    0     A^T = 1 1  1  0
 *           0  1  1  0         1/2  1/2  1/2         0 1 -1 -1
 *           0 -1  1  0         1/2 -1/2  1/2
 *           0  1  0 -1         0    0    1
 */

INLINE void times_bt(const Vector d[4], Vector to[4]) {
    to[0] = d[0] - d[2];
    to[1] = d[1] + d[2];
    to[2] = d[2] - d[1];
    to[3] = d[1] - d[3];
}

INLINE void times_a(const Vector y[2], Vector to[4]) {
    to[0] = y[0];
    to[1] = y[0] + y[1];
    to[2] = y[0] - y[1];
    to[3] = -y[1];
}

INLINE void times_at(const Vector m[4], Vector to[2]) {
    to[0] = m[0] + m[1] + m[2];
    to[1] = m[1] - m[2] - m[3];
}

INLINE void times_g(const Vector g[3], Vector to[4]) {
    Vector outer = 0.5f * (g[0] + g[2]), middle = 0.5f * g[1];
    to[0] = g[0];
    to[1] = outer + middle;
    to[2] = outer - middle;
    to[3] = g[2];
}

INLINE void times_gt(const Vector u[4], Vector to[3]) {
    Vector sum = 0.5f * (u[1] + u[2]);
    to[0] = u[0] + sum;
    to[1] = 0.5f * (u[1] - u[2]);
    to[2] = sum + u[3];
}

/* `rows` pixels of one column of the map, zeros where they lie outside. */
INLINE void load_column(const FaltungPatches *p, const int rows, int c, int column, Vector *to) {
    for (int i = 0; i < rows; i++) {
        int row = p->row + i;
        int inside = row >= 0 && row < p->height && column >= 0 && column < p->width;
        to[i] =
            inside ? load(p->map + ((ptrdiff_t)row * p->width + column) * p->pixel + c) : splat(0);
    }
}

/* Planes 4 i + j of patch k. */
INLINE float *plane_of(const FaltungPatches *p, int k, int c) {
    return p->planes + k * p->patch + c;
}

static void winograd_input(const FaltungPatches *p) {
    for (int c = 0; c < p->channels; c += LANES) {
        /* the last two columns of a patch are the first two of the next */
        Vector column[4], done[4][4];
        for (int j = 0; j < 2; j++) {
            load_column(p, 4, c, p->column + j, column);
            times_bt(column, done[j + 2]);
        }
        for (int k = 0; k < p->patches; k++) {
            memcpy(done, done + 2, sizeof done / 2);
            for (int j = 2; j < 4; j++) {
                load_column(p, 4, c, p->column + 2 * k + j, column);
                times_bt(column, done[j]);
            }
            float *to = plane_of(p, k, c);
            for (int i = 0; i < 4; i++) {
                Vector row[4] = {done[0][i], done[1][i], done[2][i], done[3][i]}, v[4];
                times_bt(row, v);
                for (int j = 0; j < 4; j++)
                    store(to + (4 * i + j) * p->plane, v[j]);
            }
        }
    }
}

static void winograd_output_gradient(const FaltungPatches *p) {
    for (int c = 0; c < p->channels; c += LANES) {
        for (int k = 0; k < p->patches; k++) {
            Vector column[2], done[2][4];
            for (int j = 0; j < 2; j++) {
                load_column(p, 2, c, p->column + 2 * k + j, column);
                times_a(column, done[j]);
            }
            float *to = plane_of(p, k, c);
            for (int i = 0; i < 4; i++) {
                Vector row[2] = {done[0][i], done[1][i]}, v[4];
                times_a(row, v);
                for (int j = 0; j < 4; j++)
                    store(to + (4 * i + j) * p->plane, v[j]);
            }
        }
    }
}

/* What is known of the vectors of an output, so that it is not asked for each of them. */
typedef enum {
    OUTPUT_ANY,
    OUTPUT_WHOLE_RELU, /* all lanes are channels, the activation is relu, and nothing is added to */
    OUTPUT_PLAIN,      /* all lanes are channels, and stored as they are */
} OutputKind;

INLINE void finish_pixel(const FaltungPatches *p, const FaltungFinish *finish,
                         const OutputKind kind, int row, int column, int c, Vector y) {
    if (row >= p->height || column >= p->width)
        return;
    float *to = p->map + ((ptrdiff_t)row * p->width + column) * p->pixel + c;
    if (kind == OUTPUT_PLAIN) {
        store(to, y);
        return;
    }
    if (finish->bias)
        y += load(finish->bias + c);
    if (kind == OUTPUT_WHOLE_RELU) {
        store(to, activate(FALTUNG_EPILOGUE_RELU, 0, y));
        return;
    }
    if (finish->accumulate)
        y += load(to);
    store_partial(to, activate(finish->epilogue, finish->parameter, y), p->channels - c);
}

INLINE void output_tiles(const FaltungPatches *p, const FaltungFinish *finish,
                         const OutputKind kind) {
    for (int c = 0; c < p->channels; c += LANES) {
        for (int k = 0; k < p->patches; k++) {
            const float *from = plane_of(p, k, c);
            Vector done[4][2];
            for (int j = 0; j < 4; j++) {
                Vector column[4];
                for (int i = 0; i < 4; i++)
                    column[i] = load(from + (4 * i + j) * p->plane);
                times_at(column, done[j]);
            }
            for (int i = 0; i < 2; i++) {
                Vector row[4] = {done[0][i], done[1][i], done[2][i], done[3][i]}, y[2];
                times_at(row, y);
                for (int j = 0; j < 2; j++)
                    finish_pixel(p, finish, kind, p->row + i, p->column + 2 * k + j, c, y[j]);
            }
        }
    }
}

static void winograd_output(const FaltungPatches *p, const FaltungFinish *finish) {
    int whole = !finish->accumulate && p->channels % LANES == 0;
    if (whole && !finish->bias && finish->epilogue == FALTUNG_EPILOGUE_NONE)
        output_tiles(p, finish, OUTPUT_PLAIN);
    else if (whole && finish->epilogue == FALTUNG_EPILOGUE_RELU)
        output_tiles(p, finish, OUTPUT_WHOLE_RELU);
    else
        output_tiles(p, finish, OUTPUT_ANY);
}

static void winograd_weights(size_t n, const float *weights, float *to, ptrdiff_t plane) {
    for (size_t at = 0; at < n; at += LANES) {
        int left = n - at < LANES ? n - at : LANES;
        Vector done[3][4];
        for (int j = 0; j < 3; j++) {
            Vector column[3];
            for (int i = 0; i < 3; i++)
                column[i] = load(weights + (3 * i + j) * n + at);
            times_g(column, done[j]);
        }
        for (int i = 0; i < 4; i++) {
            Vector row[3] = {done[0][i], done[1][i], done[2][i]}, u[4];
            times_g(row, u);
            for (int j = 0; j < 4; j++)
                store_partial(to + (4 * i + j) * plane + at, u[j], left);
        }
    }
}

static void winograd_weight_gradient(size_t n, const float *from, ptrdiff_t plane,
                                     float *gradient) {
    for (size_t at = 0; at < n; at += LANES) {
        int left = n - at < LANES ? n - at : LANES;
        Vector done[4][3];
        for (int j = 0; j < 4; j++) {
            Vector column[4];
            for (int i = 0; i < 4; i++)
                column[i] = load(from + (4 * i + j) * plane + at);
            times_gt(column, done[j]);
        }
        for (int i = 0; i < 3; i++) {
            Vector row[4] = {done[0][i], done[1][i], done[2][i], done[3][i]}, g[3];
            times_gt(row, g);
            for (int j = 0; j < 3; j++) {
                float *to = gradient + (3 * i + j) * n + at;
                store_partial(to, load(to) + g[j], left);
            }
        }
    }
}

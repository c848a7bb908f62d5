/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the reference code of recurrent layers and of attention shares. */

/* y += W x + b; W: (rows, columns). */
static inline void add_affine(int rows, int columns, const double *weight, const double *bias,
                              const double *x, double *y) {
    for (int o = 0; o < rows; o++) {
        if (bias)
            y[o] += bias[o];
        for (int i = 0; i < columns; i++)
            y[o] += weight[o * columns + i] * x[i];
    }
}

/* The gradients of that, given dy: dW += dy x^T, db += dy, dx += W^T dy. */
static inline void add_affine_gradients(int rows, int columns, const double *weight,
                                        const double *x, const double *dy, double *dweight,
                                        double *dbias, double *dx) {
    for (int o = 0; o < rows; o++) {
        if (dbias)
            dbias[o] += dy[o];
        for (int i = 0; i < columns; i++) {
            dweight[o * columns + i] += dy[o] * x[i];
            dx[i] += dy[o] * weight[o * columns + i];
        }
    }
}

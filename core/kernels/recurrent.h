/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/activation.h"
#include "core/kernels/cell.h"

/* The cells of recurrent layers: see FaltungCell. But for rnn a panel is one vector wide. */

INLINE const float *cell_products(const FaltungCell *c, int n) {
    return c->x + (c->index ? c->index[n] : n) * c->x_row;
}

/* The new state into the next step's input and the layer's output. */
INLINE void cell_put(const FaltungCell *c, int n, int column, Vector y) {
    store(c->after + n * c->state_row + column, y);
    if (c->output && c->units > column)
        store_partial(c->output + n * c->output_row + column, y, c->units - column);
}

/* The whole gradient of the state after. */
INLINE Vector cell_gradient(const FaltungCell *c, int n, int column) {
    Vector dh = load(c->gradient + n * c->state_row + column);
    if (c->output_gradient && c->units > column)
        dh += load_partial(c->output_gradient + n * c->output_row + column, c->units - column);
    return dh;
}

/* -- rnn ------------------------------------------------------------------------------------- */

INLINE void rnn_rows(const FaltungCell *c, FaltungEpilogue f) {
    for (int n = 0; n < c->rows; n++) {
        const float *x = cell_products(c, n), *h = c->h + n * c->width;
        for (int i = 0; i < c->width; i += LANES)
            cell_put(c, n, i, activate(f, 0, load(x + i) + load(c->bias + i) + load(h + i)));
    }
}

static void rnn_forward(const FaltungCell *c) {
    if (c->relu)
        rnn_rows(c, FALTUNG_EPILOGUE_RELU);
    else
        rnn_rows(c, FALTUNG_EPILOGUE_TANH);
}

static void rnn_backward(const FaltungCell *c) {
    FaltungEpilogue f = c->relu ? FALTUNG_EPILOGUE_RELU : FALTUNG_EPILOGUE_TANH;
    for (int n = 0; n < c->rows; n++) {
        for (int i = 0; i < c->width; i += LANES) {
            Vector y = load(c->after + n * c->state_row + i);
            store(c->gates + n * c->width + i, cell_gradient(c, n, i) * slope(f, 0, y));
        }
    }
}

/* -- lstm ------------------------------------------------------------------------------------ */

INLINE void lstm_rows_forward(const FaltungCell *c, const Vector *peepholes) {
    const Vector bias[] = {load(c->bias), load(c->bias + LANES), load(c->bias + 2 * LANES),
                           load(c->bias + 3 * LANES)};
    for (int n = 0; n < c->rows; n++) {
        const float *x = cell_products(c, n), *h = c->h + n * 4 * LANES;
        Vector before = load(c->cell_before + n * LANES);
        Vector in = load(x) + bias[0] + load(h);
        Vector forget = load(x + LANES) + bias[1] + load(h + LANES);
        Vector out = load(x + 3 * LANES) + bias[3] + load(h + 3 * LANES);
        Vector i = sigmoid(peepholes ? in + peepholes[0] * before : in);
        Vector f = sigmoid(peepholes ? forget + peepholes[1] * before : forget);
        Vector g = hyperbolic_tangent(load(x + 2 * LANES) + bias[2] + load(h + 2 * LANES));
        Vector cell = f * before + i * g;
        Vector o = sigmoid(peepholes ? out + peepholes[2] * cell : out);
        store(c->cell + n * LANES, cell);
        cell_put(c, n, 0, o * hyperbolic_tangent(cell));
        if (c->gates) {
            float *gates = c->gates + n * 4 * LANES;
            store(gates, i);
            store(gates + LANES, f);
            store(gates + 2 * LANES, g);
            store(gates + 3 * LANES, o);
        }
    }
}

static void lstm_forward(const FaltungCell *c) {
    if (c->peepholes) {
        const Vector peepholes[] = {load(c->peepholes), load(c->peepholes + LANES),
                                    load(c->peepholes + 2 * LANES)};
        lstm_rows_forward(c, peepholes);
    } else {
        lstm_rows_forward(c, NULL);
    }
}

INLINE void lstm_rows_backward(const FaltungCell *c, const Vector *peepholes) {
    for (int n = 0; n < c->rows; n++) {
        float *gates = c->gates + n * 4 * LANES, *dcell = c->cell_gradient + n * LANES;
        Vector i = load(gates), f = load(gates + LANES);
        Vector g = load(gates + 2 * LANES), o = load(gates + 3 * LANES);
        Vector y = hyperbolic_tangent(load(c->cell + n * LANES));
        Vector dh = cell_gradient(c, n, 0);
        Vector dc = load(dcell) + dh * o * (1.0f - y * y), dout = dh * y * o * (1.0f - o);
        if (peepholes)
            dc += dout * peepholes[2];
        Vector din = dc * g * i * (1.0f - i);
        Vector dforget = dc * load(c->cell_before + n * LANES) * f * (1.0f - f);
        store(gates, din);
        store(gates + LANES, dforget);
        store(gates + 2 * LANES, dc * i * (1.0f - g * g));
        store(gates + 3 * LANES, dout);
        store(dcell, peepholes ? dc * f + din * peepholes[0] + dforget * peepholes[1] : dc * f);
    }
}

static void lstm_backward(const FaltungCell *c) {
    if (c->peepholes) {
        const Vector peepholes[] = {load(c->peepholes), load(c->peepholes + LANES),
                                    load(c->peepholes + 2 * LANES)};
        lstm_rows_backward(c, peepholes);
    } else {
        lstm_rows_backward(c, NULL);
    }
}

/* -- gru ------------------------------------------------------------------------------------- */

static void gru_forward(const FaltungCell *c) {
    const Vector bias_n = load(c->bias), bias_r = load(c->bias + LANES),
                 bias_z = load(c->bias + 2 * LANES);
    for (int n = 0; n < c->rows; n++) {
        const float *x = cell_products(c, n), *h = c->h + n * 3 * LANES;
        Vector r = sigmoid(load(x + LANES) + bias_r + load(h));
        Vector z = sigmoid(load(x + 2 * LANES) + bias_z + load(h + LANES));
        Vector product = load(h + 2 * LANES);
        Vector candidate = hyperbolic_tangent(load(x) + bias_n + r * product);
        Vector before = load(c->before + n * c->state_row);
        cell_put(c, n, 0, (1.0f - z) * candidate + z * before);
        if (c->gates) {
            float *gates = c->gates + n * 4 * LANES;
            store(gates, candidate);
            store(gates + LANES, r);
            store(gates + 2 * LANES, z);
            store(gates + 3 * LANES, product);
        }
    }
}

/* The gradients that both kinds have in common. Returns: that of the candidate. */
INLINE Vector gru_update_backward(const FaltungCell *c, int n) {
    float *gates = c->gates + n * 4 * LANES;
    Vector candidate = load(gates), z = load(gates + 2 * LANES);
    Vector before = load(c->before + n * c->state_row), dh = cell_gradient(c, n, 0);
    Vector dn = dh * (1.0f - z) * (1.0f - candidate * candidate);
    store(gates, dn);
    store(gates + 2 * LANES, dh * (before - candidate) * z * (1.0f - z));
    store(c->gradient + n * c->state_row, dh * z);
    return dn;
}

static void gru_backward(const FaltungCell *c) {
    for (int n = 0; n < c->rows; n++) {
        float *gates = c->gates + n * 4 * LANES;
        Vector r = load(gates + LANES), product = load(gates + 3 * LANES);
        Vector dn = gru_update_backward(c, n);
        store(gates + LANES, dn * product * r * (1.0f - r));
        store(gates + 3 * LANES, dn * r);
    }
}

static void gru_reset_forward(const FaltungCell *c) {
    const Vector bias_r = load(c->bias + LANES), bias_z = load(c->bias + 2 * LANES);
    for (int n = 0; n < c->rows; n++) {
        const float *x = cell_products(c, n), *h = c->h + n * 2 * LANES;
        float *gates = c->gates + n * 4 * LANES;
        Vector r = sigmoid(load(x + LANES) + bias_r + load(h));
        store(gates + LANES, r);
        store(gates + 2 * LANES, sigmoid(load(x + 2 * LANES) + bias_z + load(h + LANES)));
        store(c->reset + n * c->state_row, r * load(c->before + n * c->state_row));
    }
}

static void gru_candidate_forward(const FaltungCell *c) {
    const Vector bias_n = load(c->bias);
    for (int n = 0; n < c->rows; n++) {
        float *gates = c->gates + n * 4 * LANES;
        Vector candidate =
            hyperbolic_tangent(load(cell_products(c, n)) + bias_n + load(c->h + n * LANES));
        Vector before = load(c->before + n * c->state_row), z = load(gates + 2 * LANES);
        store(gates, candidate);
        cell_put(c, n, 0, (1.0f - z) * candidate + z * before);
    }
}

static void gru_candidate_backward(const FaltungCell *c) {
    for (int n = 0; n < c->rows; n++)
        store(c->gates + n * 4 * LANES + 3 * LANES, gru_update_backward(c, n));
}

static void gru_reset_backward(const FaltungCell *c) {
    for (int n = 0; n < c->rows; n++) {
        float *gates = c->gates + n * 4 * LANES, *gradient = c->gradient + n * c->state_row;
        Vector r = load(gates + LANES),
               dreset = load(c->reset_gradient + n * c->reset_gradient_row);
        Vector before = load(c->before + n * c->state_row);
        store(gates + LANES, dreset * before * r * (1.0f - r));
        store(gradient, load(gradient) + dreset * r);
    }
}

#define FALTUNG_CELL_KERNELS                                                                       \
    {                                                                                              \
        .rnn_forward = rnn_forward, .rnn_backward = rnn_backward, .lstm_forward = lstm_forward,    \
        .lstm_backward = lstm_backward, .gru_forward = gru_forward, .gru_backward = gru_backward,  \
        .gru_reset_forward = gru_reset_forward, .gru_candidate_forward = gru_candidate_forward,    \
        .gru_candidate_backward = gru_candidate_backward,                                          \
        .gru_reset_backward = gru_reset_backward,                                                  \
    }

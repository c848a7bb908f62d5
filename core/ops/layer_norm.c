/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/layout.h"
#include "core/ops/normalize.h"
#include "core/ops/operations.h"

#include <math.h>

/* Ba, Kiros and Hinton, "Layer Normalization", arXiv:1607.06450. */
static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    if (faltung_layout_is_map(&layer->input_shapes[0]))
        return faltung_normalize_refuse(layer, "a vector or a sequence",
                                        "for images take group_norm with one group", error);
    return faltung_normalize_shape(layer);
}

/* Of one row: its mean, and 1 / the standard deviation. */
static void moments_reference(const double *x, int features, double epsilon, double *mean,
                              double *scale) {
    double variance = 0;
    *mean = 0;
    for (int i = 0; i < features; i++)
        *mean += x[i] / features;
    for (int i = 0; i < features; i++)
        variance += (x[i] - *mean) * (x[i] - *mean) / features;
    *scale = 1 / sqrt(variance + epsilon);
}

static void layer_norm_forward_reference(const FaltungReference *r) {
    int features = faltung_layout_columns(&r->layer->output_shape);
    int rows = r->batch * faltung_layout_rows(&r->layer->output_shape); /* of all time steps */
    const double(*x)[features] = (const void *)r->inputs[0];
    const double *gamma = r->parameters[0], *beta = r->parameters[1];
    double(*y)[features] = (void *)r->output;
    double epsilon = ((const FaltungNormalize *)r->layer->options)->epsilon, mean, scale;

    for (int n = 0; n < rows; n++) {
        moments_reference(x[n], features, epsilon, &mean, &scale);
        for (int i = 0; i < features; i++)
            y[n][i] = gamma[i] * (x[n][i] - mean) * scale + beta[i];
    }
}

static void layer_norm_backward_reference(const FaltungReference *r) {
    int features = faltung_layout_columns(&r->layer->output_shape);
    int rows = r->batch * faltung_layout_rows(&r->layer->output_shape);
    const double(*x)[features] = (const void *)r->inputs[0];
    const double(*dy)[features] = (const void *)r->output_gradient;
    const double *gamma = r->parameters[0];
    double(*dx)[features] = (void *)r->input_gradients[0];
    double *dgamma = r->parameter_gradients[0], *dbeta = r->parameter_gradients[1];
    double epsilon = ((const FaltungNormalize *)r->layer->options)->epsilon, mean, scale;

    for (int n = 0; n < rows; n++) {
        moments_reference(x[n], features, epsilon, &mean, &scale);
        double sum = 0, product = 0;
        for (int i = 0; i < features; i++) {
            double normalized = (x[n][i] - mean) * scale;
            dgamma[i] += dy[n][i] * normalized;
            dbeta[i] += dy[n][i];
            sum += gamma[i] * dy[n][i] / features;
            product += gamma[i] * dy[n][i] * normalized / features;
        }
        for (int i = 0; i < features; i++) {
            double normalized = (x[n][i] - mean) * scale;
            dx[n][i] += scale * (gamma[i] * dy[n][i] - sum - normalized * product);
        }
    }
}

const FaltungOperation faltung_operation_layer_norm = {
    .kind =
        {
            .name = "layer_norm",
            .title = "Layer normalization",
            .summary = "brings every vector, or step of a sequence, to mean 0 and variance 1",
            .options = faltung_normalize_options + 1,
            .options_size = sizeof(FaltungNormalize),
        },
    .group = FALTUNG_GROUP_NORMALIZATION,
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FORGETS_OUTPUT,
    .equation =
        "\\mark{y}{y_i} = \\mark{gamma}{\\gamma_i} \\frac{\\mark{x}{x_i} - "
        "\\mark{mean}{\\mu}}{\\mark{scale}{\\sqrt{\\sigma^2 + \\varepsilon}}} + "
        "\\mark{beta}{\\beta_i}, \\quad \\mark{mean}{\\mu} = \\frac{1}{F} \\sum_{i} \\mark{x}{x_i}",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = faltung_normalize_flops,
    .state_size = faltung_normalize_state_size,
    .workspace_size = faltung_normalize_workspace_size,
    .forward = faltung_normalize_forward,
    .backward = faltung_normalize_backward,
    .forward_reference = layer_norm_forward_reference,
    .backward_reference = layer_norm_backward_reference,
    .file = "layer_norm.c",
};

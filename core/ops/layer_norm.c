/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/layout.h"
#include "core/ops/normalize.h"
#include "core/ops/operations.h"
#include "core/train/initializer.h"

#include <math.h>

/* Ba, Kiros and Hinton, "Layer Normalization", arXiv:1607.06450. */
typedef struct {
    double epsilon;
    FaltungVariant gamma_init, beta_init;
} LayerNorm;

static const FaltungOptionSpec options[] = {
    {"epsilon", "added to the variance, so that nothing is divided by zero", FALTUNG_NUMBER,
     offsetof(LayerNorm, epsilon), "1e-05", 1e-12, 1},
    {"gamma_init", "how the scales begin", FALTUNG_VARIANT, offsetof(LayerNorm, gamma_init), "ones",
     .table = faltung_initializers},
    {"beta_init", "how the shifts begin", FALTUNG_VARIANT, offsetof(LayerNorm, beta_init), "zeros",
     .table = faltung_initializers},
    {NULL},
};

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const LayerNorm *norm = layer->options;
    const FaltungShape *input = &layer->input_shapes[0];
    if (input->rank == 3) {
        g_autofree char *came = faltung_shape_format(input);
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                    "layer_norm takes a vector or a sequence, but its input is %s; for images "
                    "take group_norm with one group",
                    came);
        return FALSE;
    }
    layer->output_shape = *input;
    faltung_normalize_add_parameters(layer, faltung_layout_columns(input), &norm->gamma_init,
                                     &norm->beta_init);
    return TRUE;
}

/* Every vector, every step of a sequence, by itself. */
static FaltungNormalization normalization(const FaltungLayer *layer, int batch) {
    return (FaltungNormalization){
        .samples = (size_t)batch * faltung_layout_rows(&layer->output_shape),
        .pixels = 1,
        .channels = faltung_layout_columns(&layer->output_shape),
        .groups = 1,
        .epsilon = ((const LayerNorm *)layer->options)->epsilon,
    };
}

static size_t state_size(const FaltungLayer *layer, int batch) {
    FaltungNormalization norm = normalization(layer, batch);
    return faltung_normalize_state_size(&norm);
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    FaltungNormalization norm = normalization(layer, batch);
    return faltung_normalize_workspace_size(&norm);
}

static void forward(const FaltungStep *step) {
    FaltungNormalization norm = normalization(step->layer, step->batch);
    faltung_normalize_forward(step, &norm);
}

static void backward(const FaltungStep *step) {
    FaltungNormalization norm = normalization(step->layer, step->batch);
    faltung_normalize_backward(step, &norm);
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
    double epsilon = ((const LayerNorm *)r->layer->options)->epsilon, mean, scale;

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
    double epsilon = ((const LayerNorm *)r->layer->options)->epsilon, mean, scale;

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
            .options = options,
            .options_size = sizeof(LayerNorm),
        },
    .group = FALTUNG_GROUP_NORMALIZATION,
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FORGETS_OUTPUT,
    .equation = "y_i = \\gamma_i \\frac{x_i - \\mu}{\\sqrt{\\sigma^2 + \\varepsilon}} + \\beta_i, "
                "\\quad \\mu = \\frac{1}{F} \\sum_{i} x_i",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = faltung_normalize_flops,
    .state_size = state_size,
    .workspace_size = workspace_size,
    .forward = forward,
    .backward = backward,
    .forward_reference = layer_norm_forward_reference,
    .backward_reference = layer_norm_backward_reference,
    .file = "layer_norm.c",
};

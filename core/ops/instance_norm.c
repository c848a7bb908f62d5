/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/layout.h"
#include "core/ops/normalize.h"
#include "core/ops/operations.h"
#include "core/train/initializer.h"

#include <math.h>

/* Ulyanov, Vedaldi and Lempitsky, "Instance Normalization", arXiv:1607.08022. */
typedef struct {
    double epsilon;
    FaltungVariant gamma_init, beta_init;
} InstanceNorm;

static const FaltungOptionSpec options[] = {
    {"epsilon", "added to the variance, so that nothing is divided by zero", FALTUNG_NUMBER,
     offsetof(InstanceNorm, epsilon), "1e-05", 1e-12, 1},
    {"gamma_init", "how the scales begin", FALTUNG_VARIANT, offsetof(InstanceNorm, gamma_init),
     "ones", .table = faltung_initializers},
    {"beta_init", "how the shifts begin", FALTUNG_VARIANT, offsetof(InstanceNorm, beta_init),
     "zeros", .table = faltung_initializers},
    {NULL},
};

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const InstanceNorm *norm = layer->options;
    const FaltungShape *input = &layer->input_shapes[0];
    if (input->rank != 3) {
        g_autofree char *came = faltung_shape_format(input);
        g_set_error(
            error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
            "instance_norm takes images (channels x height x width), but its input is %s; for "
            "vectors and sequences take layer_norm",
            came);
        return FALSE;
    }
    layer->output_shape = *input;
    faltung_normalize_add_parameters(layer, input->dims[0], &norm->gamma_init, &norm->beta_init);
    return TRUE;
}

static FaltungNormalization normalization(const FaltungLayer *layer, int batch) {
    const InstanceNorm *norm = layer->options;
    return (FaltungNormalization){
        .samples = batch,
        .pixels = faltung_layout_rows(&layer->output_shape),
        .channels = layer->output_shape.dims[0],
        .groups = layer->output_shape.dims[0],
        .epsilon = norm->epsilon,
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

/* Of one channel of one sample: its mean, and 1 / the standard deviation. */
static void moments_reference(const double *x, int pixels, double epsilon, double *mean,
                              double *scale) {
    double variance = 0;
    *mean = 0;
    for (int p = 0; p < pixels; p++)
        *mean += x[p] / pixels;
    for (int p = 0; p < pixels; p++)
        variance += (x[p] - *mean) * (x[p] - *mean) / pixels;
    *scale = 1 / sqrt(variance + epsilon);
}

static void instance_norm_forward_reference(const FaltungReference *r) {
    int pixels = faltung_layout_rows(&r->layer->output_shape);
    int channels = r->layer->output_shape.dims[0];
    const double(*x)[channels][pixels] = (const void *)r->inputs[0];
    const double *gamma = r->parameters[0], *beta = r->parameters[1];
    double(*y)[channels][pixels] = (void *)r->output;
    double epsilon = ((const InstanceNorm *)r->layer->options)->epsilon, mean, scale;

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++) {
            moments_reference(x[n][c], pixels, epsilon, &mean, &scale);
            for (int p = 0; p < pixels; p++)
                y[n][c][p] = gamma[c] * (x[n][c][p] - mean) * scale + beta[c];
        }
}

static void instance_norm_backward_reference(const FaltungReference *r) {
    int pixels = faltung_layout_rows(&r->layer->output_shape);
    int channels = r->layer->output_shape.dims[0];
    const double(*x)[channels][pixels] = (const void *)r->inputs[0];
    const double(*dy)[channels][pixels] = (const void *)r->output_gradient;
    const double *gamma = r->parameters[0];
    double(*dx)[channels][pixels] = (void *)r->input_gradients[0];
    double *dgamma = r->parameter_gradients[0], *dbeta = r->parameter_gradients[1];
    double epsilon = ((const InstanceNorm *)r->layer->options)->epsilon, mean, scale;

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++) {
            double sum = 0, product = 0;
            moments_reference(x[n][c], pixels, epsilon, &mean, &scale);
            for (int p = 0; p < pixels; p++) {
                sum += dy[n][c][p];
                product += dy[n][c][p] * (x[n][c][p] - mean) * scale;
            }
            dgamma[c] += product;
            dbeta[c] += sum;
            for (int p = 0; p < pixels; p++) {
                double normalized = (x[n][c][p] - mean) * scale;
                dx[n][c][p] +=
                    gamma[c] * scale * (dy[n][c][p] - sum / pixels - normalized * product / pixels);
            }
        }
}

const FaltungOperation faltung_operation_instance_norm = {
    .kind =
        {
            .name = "instance_norm",
            .title = "Instance normalization",
            .summary = "brings each channel of each image to mean 0 and variance 1",
            .options = options,
            .options_size = sizeof(InstanceNorm),
        },
    .group = FALTUNG_GROUP_NORMALIZATION,
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FORGETS_OUTPUT,
    .equation = "y_{chw} = \\gamma_c \\frac{x_{chw} - \\mu_c}{\\sqrt{\\sigma_c^2 + \\varepsilon}} "
                "+ \\beta_c",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = faltung_normalize_flops,
    .state_size = state_size,
    .workspace_size = workspace_size,
    .forward = forward,
    .backward = backward,
    .forward_reference = instance_norm_forward_reference,
    .backward_reference = instance_norm_backward_reference,
    .file = "instance_norm.c",
};

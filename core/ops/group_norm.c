/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/layout.h"
#include "core/ops/normalize.h"
#include "core/ops/operations.h"
#include "core/train/initializer.h"

#include <math.h>

/* Wu and He, "Group Normalization", arXiv:1803.08494. */
typedef struct {
    int groups;
    double epsilon;
    FaltungVariant gamma_init, beta_init;
} GroupNorm;

static const FaltungOptionSpec options[] = {
    {"groups", "into how many groups the channels are split, each normalized by itself",
     FALTUNG_INTEGER, offsetof(GroupNorm, groups), "8", 1, 1 << 16},
    {"epsilon", "added to the variance, so that nothing is divided by zero", FALTUNG_NUMBER,
     offsetof(GroupNorm, epsilon), "1e-05", 1e-12, 1},
    {"gamma_init", "how the scales begin", FALTUNG_VARIANT, offsetof(GroupNorm, gamma_init), "ones",
     .table = faltung_initializers},
    {"beta_init", "how the shifts begin", FALTUNG_VARIANT, offsetof(GroupNorm, beta_init), "zeros",
     .table = faltung_initializers},
    {NULL},
};

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const GroupNorm *norm = layer->options;
    const FaltungShape *input = &layer->input_shapes[0];
    if (input->rank != 3) {
        g_autofree char *came = faltung_shape_format(input);
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                    "group_norm takes images (channels x height x width), but its input is %s; for "
                    "vectors and sequences take layer_norm",
                    came);
        return FALSE;
    }
    if (input->dims[0] % norm->groups != 0) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                    "group_norm splits its channels into %d equal groups, but its input has %d; "
                    "take a number of groups that divides it",
                    norm->groups, input->dims[0]);
        return FALSE;
    }
    layer->output_shape = *input;
    faltung_normalize_add_parameters(layer, input->dims[0], &norm->gamma_init, &norm->beta_init);
    return TRUE;
}

static FaltungNormalization normalization(const FaltungLayer *layer, int batch) {
    const GroupNorm *norm = layer->options;
    return (FaltungNormalization){
        .samples = batch,
        .pixels = faltung_layout_rows(&layer->output_shape),
        .channels = layer->output_shape.dims[0],
        .groups = norm->groups,
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

/* Of a group's values, which lie side by side: their mean, and 1 / the standard deviation. */
static void moments_reference(const double *x, int n, double epsilon, double *mean, double *scale) {
    double variance = 0;
    *mean = 0;
    for (int i = 0; i < n; i++)
        *mean += x[i] / n;
    for (int i = 0; i < n; i++)
        variance += (x[i] - *mean) * (x[i] - *mean) / n;
    *scale = 1 / sqrt(variance + epsilon);
}

static void group_norm_forward_reference(const FaltungReference *r) {
    const GroupNorm *norm = r->layer->options;
    int pixels = faltung_layout_rows(&r->layer->output_shape);
    int channels = r->layer->output_shape.dims[0], size = channels / norm->groups;
    const double(*x)[pixels] = (const void *)r->inputs[0];
    const double *gamma = r->parameters[0], *beta = r->parameters[1];
    double(*y)[pixels] = (void *)r->output, mean, scale;

    for (int group = 0; group < r->batch * norm->groups; group++) {
        int first = group * size; /* of the channels of all samples */
        moments_reference(x[first], size * pixels, norm->epsilon, &mean, &scale);
        for (int row = first; row < first + size; row++)
            for (int p = 0; p < pixels; p++)
                y[row][p] =
                    gamma[row % channels] * (x[row][p] - mean) * scale + beta[row % channels];
    }
}

static void group_norm_backward_reference(const FaltungReference *r) {
    const GroupNorm *norm = r->layer->options;
    int pixels = faltung_layout_rows(&r->layer->output_shape);
    int channels = r->layer->output_shape.dims[0], size = channels / norm->groups;
    const double(*x)[pixels] = (const void *)r->inputs[0];
    const double(*dy)[pixels] = (const void *)r->output_gradient;
    const double *gamma = r->parameters[0];
    double *dgamma = r->parameter_gradients[0], *dbeta = r->parameter_gradients[1];
    double(*dx)[pixels] = (void *)r->input_gradients[0], mean, scale;

    for (int group = 0; group < r->batch * norm->groups; group++) {
        int first = group * size;
        double sum = 0, product = 0, count = size * pixels;
        moments_reference(x[first], size * pixels, norm->epsilon, &mean, &scale);
        for (int row = first; row < first + size; row++)
            for (int p = 0; p < pixels; p++) {
                double normalized = (x[row][p] - mean) * scale;
                dgamma[row % channels] += dy[row][p] * normalized;
                dbeta[row % channels] += dy[row][p];
                sum += gamma[row % channels] * dy[row][p] / count;
                product += gamma[row % channels] * dy[row][p] * normalized / count;
            }
        for (int row = first; row < first + size; row++)
            for (int p = 0; p < pixels; p++) {
                double normalized = (x[row][p] - mean) * scale;
                dx[row][p] +=
                    scale * (gamma[row % channels] * dy[row][p] - sum - normalized * product);
            }
    }
}

const FaltungOperation faltung_operation_group_norm = {
    .kind =
        {
            .name = "group_norm",
            .title = "Group normalization",
            .summary = "brings each group of channels of an image to mean 0 and variance 1",
            .options = options,
            .options_size = sizeof(GroupNorm),
        },
    .group = FALTUNG_GROUP_NORMALIZATION,
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FORGETS_OUTPUT,
    .equation = "y_{chw} = \\gamma_c \\frac{x_{chw} - \\mu_g}{\\sqrt{\\sigma_g^2 + \\varepsilon}} "
                "+ \\beta_c",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = faltung_normalize_flops,
    .state_size = state_size,
    .workspace_size = workspace_size,
    .forward = forward,
    .backward = backward,
    .forward_reference = group_norm_forward_reference,
    .backward_reference = group_norm_backward_reference,
    .file = "group_norm.c",
};

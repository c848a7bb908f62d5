/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/layout.h"
#include "core/ops/normalize.h"
#include "core/ops/operations.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Ulyanov, Vedaldi and Lempitsky, "Instance Normalization", arXiv:1607.08022. */
static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    if (!faltung_layout_is_map(&layer->input_shapes[0]))
        return faltung_normalize_refuse(layer, _("images (channels x height x width)"),
                                        _("for vectors and sequences take layer_norm"), error);
    return faltung_normalize_shape(layer);
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
    double epsilon = ((const FaltungNormalize *)r->layer->options)->epsilon, mean, scale;

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
    double epsilon = ((const FaltungNormalize *)r->layer->options)->epsilon, mean, scale;

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

static const FaltungInner inner[] = {FALTUNG_NORMALIZE_INNER(FALTUNG_AXIS_CHANNEL, "scale")};

const FaltungOperation faltung_operation_instance_norm = {
    .kind =
        {
            .name = "instance_norm",
            .title = "Instance normalization",
            .summary = "brings each channel of each image to mean 0 and variance 1",
            .options = faltung_normalize_options + 1,
            .options_size = sizeof(FaltungNormalize),
        },
    .group = FALTUNG_GROUP_NORMALIZATION,
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_{chw}} = \\mark{gamma}{\\gamma_c} \\frac{\\mark{x}{x_{chw}} - "
                "\\mark{mean}{\\mu_c}}{\\mark{scale}{\\sqrt{\\sigma_c^2 + \\varepsilon}}} + "
                "\\mark{beta}{\\beta_c}",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = faltung_normalize_flops,
    .state_size = faltung_normalize_state_size,
    .workspace_size = faltung_normalize_workspace_size,
    .forward = faltung_normalize_forward,
    .backward = faltung_normalize_backward,
    .forward_reference = instance_norm_forward_reference,
    .backward_reference = instance_norm_backward_reference,
    .file = "instance_norm.c",
    .inner = inner,
    .inner_places = faltung_normalize_inner_places,
    .read_inner = faltung_normalize_read_inner,
};

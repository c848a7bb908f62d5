/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/layout.h"
#include "core/ops/normalize.h"
#include "core/ops/operations.h"
#include "core/ops/reach.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Ulyanov, Vedaldi and Lempitsky, "Instance Normalization", arXiv:1607.08022. */
static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    if (layer->input_shapes[0].rank < 2)
        return faltung_normalize_refuse(layer, _("sequences, images or volumes"),
                                        _("for vectors take layer_norm"), error);
    return faltung_normalize_shape(layer);
}

/* Of one channel @c of the sample @x: its mean, and 1 / the standard deviation. Pixels (steps,
   voxels) are counted row by row. */
static void moments_reference(const FaltungLayer *layer, const double *x, int c, double *mean,
                              double *scale) {
    const FaltungShape *shape = &layer->output_shape;
    int pixels = faltung_layout_rows(shape);
    double variance = 0;
    *mean = 0;
    for (int p = 0; p < pixels; p++)
        *mean += x[faltung_layout_field(shape, p, c)] / pixels;
    for (int p = 0; p < pixels; p++) {
        double difference = x[faltung_layout_field(shape, p, c)] - *mean;
        variance += difference * difference / pixels;
    }
    *scale = 1 / sqrt(variance + ((const FaltungNormalize *)layer->options)->epsilon);
}

static void instance_norm_forward_reference(const FaltungReference *r) {
    const FaltungShape *shape = &r->layer->output_shape;
    int pixels = faltung_layout_rows(shape), channels = faltung_layout_columns(shape);
    const double(*x)[faltung_shape_size(shape)] = (const void *)r->inputs[0];
    const double *gamma = r->parameters[0], *beta = r->parameters[1];
    double(*y)[faltung_shape_size(shape)] = (void *)r->output, mean, scale;

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++) {
            moments_reference(r->layer, x[n], c, &mean, &scale);
            for (int p = 0; p < pixels; p++) {
                size_t i = faltung_layout_field(shape, p, c);
                y[n][i] = gamma[c] * (x[n][i] - mean) * scale + beta[c];
            }
        }
}

static void instance_norm_backward_reference(const FaltungReference *r) {
    const FaltungShape *shape = &r->layer->output_shape;
    int pixels = faltung_layout_rows(shape), channels = faltung_layout_columns(shape);
    const double(*x)[faltung_shape_size(shape)] = (const void *)r->inputs[0];
    const double(*dy)[faltung_shape_size(shape)] = (const void *)r->output_gradient;
    const double *gamma = r->parameters[0];
    double(*dx)[faltung_shape_size(shape)] = (void *)r->input_gradients[0], mean, scale;
    double *dgamma = r->parameter_gradients[0], *dbeta = r->parameter_gradients[1];

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++) {
            double sum = 0, product = 0;
            moments_reference(r->layer, x[n], c, &mean, &scale);
            for (int p = 0; p < pixels; p++) {
                size_t i = faltung_layout_field(shape, p, c);
                sum += dy[n][i];
                product += dy[n][i] * (x[n][i] - mean) * scale;
            }
            dgamma[c] += product;
            dbeta[c] += sum;
            for (int p = 0; p < pixels; p++) {
                size_t i = faltung_layout_field(shape, p, c);
                double normalized = (x[n][i] - mean) * scale;
                dx[n][i] +=
                    gamma[c] * scale * (dy[n][i] - sum / pixels - normalized * product / pixels);
            }
        }
}

static const FaltungInner inner[] = {FALTUNG_NORMALIZE_INNER(FALTUNG_AXIS_CHANNEL, "scale")};

const FaltungOperation faltung_operation_instance_norm = {
    .kind =
        {
            .name = "instance_norm",
            .title = "Instance normalization",
            .summary =
                "brings each channel of each image, each feature of each sequence to mean 0 and "
                "variance 1",
            .options = faltung_normalize_options + 1,
            .options_size = sizeof(FaltungNormalize),
        },
    .group = FALTUNG_GROUP_NORMALIZATION,
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_{chw}} = \\mark{gamma}{\\gamma_c} \\frac{\\mark{x}{x_{chw}} - "
                "\\mark{mean}{\\mu_c}}{\\mark{scale}{\\sqrt{\\sigma_c^2 + \\varepsilon}}} + "
                "\\mark{beta}{\\beta_c}",
    .reach = faltung_reach_channel,
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

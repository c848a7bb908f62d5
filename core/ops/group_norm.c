/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/layout.h"
#include "core/ops/normalize.h"
#include "core/ops/operations.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Wu and He, "Group Normalization", arXiv:1803.08494. */
static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    if (!faltung_layout_is_map(&layer->input_shapes[0]))
        return faltung_normalize_refuse(layer, _("images (channels x height x width)"),
                                        _("for vectors and sequences take layer_norm"), error);
    int groups = ((const FaltungNormalize *)layer->options)->groups;
    int channels = layer->input_shapes[0].dims[0];
    if (channels % groups != 0)
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "group_norm splits its channels into %d equal groups, but its input has %d; "
            "take a number of groups that divides it",
            groups, channels);
    return faltung_normalize_shape(layer);
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
    const FaltungNormalize *norm = r->layer->options;
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
    const FaltungNormalize *norm = r->layer->options;
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

static const FaltungInner inner[] = {FALTUNG_NORMALIZE_INNER(FALTUNG_AXIS_GROUP, "scale")};

const FaltungOperation faltung_operation_group_norm = {
    .kind =
        {
            .name = "group_norm",
            .title = "Group normalization",
            .summary = "brings each group of channels of an image to mean 0 and variance 1",
            .options = faltung_normalize_options,
            .options_size = sizeof(FaltungNormalize),
        },
    .group = FALTUNG_GROUP_NORMALIZATION,
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_{chw}} = \\mark{gamma}{\\gamma_c} \\frac{\\mark{x}{x_{chw}} - "
                "\\mark{mean}{\\mu_g}}{\\mark{scale}{\\sqrt{\\sigma_g^2 + \\varepsilon}}} + "
                "\\mark{beta}{\\beta_c}",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = faltung_normalize_flops,
    .state_size = faltung_normalize_state_size,
    .workspace_size = faltung_normalize_workspace_size,
    .forward = faltung_normalize_forward,
    .backward = faltung_normalize_backward,
    .forward_reference = group_norm_forward_reference,
    .backward_reference = group_norm_backward_reference,
    .file = "group_norm.c",
    .inner = inner,
    .inner_places = faltung_normalize_inner_places,
    .read_inner = faltung_normalize_read_inner,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/layout.h"
#include "core/ops/normalize.h"
#include "core/ops/operations.h"
#include "core/ops/reach.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Wu and He, "Group Normalization", arXiv:1803.08494. */
static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    if (layer->input_shapes[0].rank < 2)
        return faltung_normalize_refuse(layer, _("sequences, images or volumes"),
                                        _("for vectors take layer_norm"), error);
    int groups = ((const FaltungNormalize *)layer->options)->groups;
    int channels = faltung_layout_columns(&layer->input_shapes[0]);
    if (channels % groups != 0)
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "group_norm splits its channels into %d equal groups, but its input has %d; "
            "take a number of groups that divides it",
            groups, channels);
    return faltung_normalize_shape(layer);
}

/* Of the channels from @first to @end of the sample @x: the mean of all their values, and 1 / the
   standard deviation. Pixels (steps, voxels) are counted row by row. */
static void moments_reference(const FaltungLayer *layer, const double *x, int first, int end,
                              double *mean, double *scale) {
    const FaltungShape *shape = &layer->output_shape;
    int pixels = faltung_layout_rows(shape), n = (end - first) * pixels;
    double variance = 0;
    *mean = 0;
    for (int c = first; c < end; c++)
        for (int p = 0; p < pixels; p++)
            *mean += x[faltung_layout_field(shape, p, c)] / n;
    for (int c = first; c < end; c++)
        for (int p = 0; p < pixels; p++) {
            double difference = x[faltung_layout_field(shape, p, c)] - *mean;
            variance += difference * difference / n;
        }
    *scale = 1 / sqrt(variance + ((const FaltungNormalize *)layer->options)->epsilon);
}

static void group_norm_forward_reference(const FaltungReference *r) {
    const FaltungShape *shape = &r->layer->output_shape;
    int groups = ((const FaltungNormalize *)r->layer->options)->groups;
    int pixels = faltung_layout_rows(shape), size = faltung_layout_columns(shape) / groups;
    const double(*x)[faltung_shape_size(shape)] = (const void *)r->inputs[0];
    const double *gamma = r->parameters[0], *beta = r->parameters[1];
    double(*y)[faltung_shape_size(shape)] = (void *)r->output, mean, scale;

    for (int n = 0; n < r->batch; n++)
        for (int group = 0; group < groups; group++) {
            int first = group * size, end = first + size;
            moments_reference(r->layer, x[n], first, end, &mean, &scale);
            for (int c = first; c < end; c++)
                for (int p = 0; p < pixels; p++) {
                    size_t i = faltung_layout_field(shape, p, c);
                    y[n][i] = gamma[c] * (x[n][i] - mean) * scale + beta[c];
                }
        }
}

static void group_norm_backward_reference(const FaltungReference *r) {
    const FaltungShape *shape = &r->layer->output_shape;
    int groups = ((const FaltungNormalize *)r->layer->options)->groups;
    int pixels = faltung_layout_rows(shape), size = faltung_layout_columns(shape) / groups;
    const double(*x)[faltung_shape_size(shape)] = (const void *)r->inputs[0];
    const double(*dy)[faltung_shape_size(shape)] = (const void *)r->output_gradient;
    const double *gamma = r->parameters[0];
    double *dgamma = r->parameter_gradients[0], *dbeta = r->parameter_gradients[1];
    double(*dx)[faltung_shape_size(shape)] = (void *)r->input_gradients[0], mean, scale;

    for (int n = 0; n < r->batch; n++)
        for (int group = 0; group < groups; group++) {
            int first = group * size, end = first + size;
            double sum = 0, product = 0, count = size * pixels;
            moments_reference(r->layer, x[n], first, end, &mean, &scale);
            for (int c = first; c < end; c++)
                for (int p = 0; p < pixels; p++) {
                    size_t i = faltung_layout_field(shape, p, c);
                    double normalized = (x[n][i] - mean) * scale;
                    dgamma[c] += dy[n][i] * normalized;
                    dbeta[c] += dy[n][i];
                    sum += gamma[c] * dy[n][i] / count;
                    product += gamma[c] * dy[n][i] * normalized / count;
                }
            for (int c = first; c < end; c++)
                for (int p = 0; p < pixels; p++) {
                    size_t i = faltung_layout_field(shape, p, c);
                    double normalized = (x[n][i] - mean) * scale;
                    dx[n][i] += scale * (gamma[c] * dy[n][i] - sum - normalized * product);
                }
        }
}

static const FaltungInner inner[] = {FALTUNG_NORMALIZE_INNER(FALTUNG_AXIS_GROUP, "scale")};

/* The channels of its group, and all of their pixels. */
static int reach(const FaltungLayer *layer, int input, int axis, int at, int *first, int *last) {
    const FaltungShape *shape = &layer->input_shapes[0];
    int each = faltung_layout_columns(shape) / ((const FaltungNormalize *)layer->options)->groups;
    *first = at / each * each;
    *last = *first + each - 1;
    return axis == (faltung_layout_is_map(shape) ? 0 : 1) ? axis : FALTUNG_SEES_ALL;
}

const FaltungOperation faltung_operation_group_norm = {
    .kind =
        {
            .name = "group_norm",
            .title = "Group normalization",
            .summary =
                "brings each group of channels of an image, of features of a sequence to mean 0 "
                "and variance 1",
            .options = faltung_normalize_options,
            .options_size = sizeof(FaltungNormalize),
        },
    .group = FALTUNG_GROUP_NORMALIZATION,
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_{chw}} = \\mark{gamma}{\\gamma_c} \\frac{\\mark{x}{x_{chw}} - "
                "\\mark{mean}{\\mu_g}}{\\mark{scale}{\\sqrt{\\sigma_g^2 + \\varepsilon}}} + "
                "\\mark{beta}{\\beta_c}",
    .reach = reach,
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

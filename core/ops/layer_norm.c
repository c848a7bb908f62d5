/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/layout.h"
#include "core/ops/normalize.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/reach.h"
#include "core/ops/sums.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Ba, Kiros and Hinton, "Layer Normalization", arXiv:1607.06450. */
static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    if (faltung_layout_is_map(&layer->input_shapes[0]))
        return faltung_normalize_refuse(layer, _("a vector or a sequence"),
                                        _("for images take group_norm with one group"), error);
    return faltung_normalize_shape(layer);
}

enum { GAMMA, BETA };

static int features_of(const FaltungLayer *layer) {
    return faltung_layout_columns(&layer->output_shape);
}

/* Vectors to normalize: one a sample, or one a step of each. */
static int rows_of(const FaltungLayer *layer, int batch) {
    return batch * faltung_layout_rows(&layer->output_shape);
}

/* Mean and 1 / deviation of every row. */
static size_t state_size(const FaltungLayer *layer, int batch) {
    return (size_t)rows_of(layer, batch) * 2 * sizeof(float);
}

/* Rows are shared out in parts that the shape alone decides: the gradients of gamma and beta are
   added up by parts, and those of the parts in their order. */
enum { PART_ROWS = 32 };

static int parts_of(const FaltungStep *step) {
    return faltung_n_blocks(rows_of(step->layer, step->batch), PART_ROWS);
}

static int padded(const FaltungLayer *layer) {
    return (features_of(layer) + 15) / 16 * 16;
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    int parts = faltung_n_blocks(rows_of(layer, batch), PART_ROWS);
    return (size_t)parts * 2 * padded(layer);
}

static int threads_of(const FaltungStep *step) {
    double values = (double)rows_of(step->layer, step->batch) * features_of(step->layer);
    return faltung_threads_for(step->threads, 8.0 * values);
}

static void forward(const FaltungStep *step) {
    int features = features_of(step->layer), parts = parts_of(step);
    int rows = rows_of(step->layer, step->batch);
    double epsilon = ((const FaltungNormalize *)step->layer->options)->epsilon;
#pragma omp parallel for num_threads(threads_of(step)) schedule(static)
    for (int part = 0; part < parts; part++)
        for (int row = part * PART_ROWS; row < MIN((part + 1) * PART_ROWS, rows); row++) {
            size_t at = (size_t)row * features;
            faltung_kernels()->normalize_row(
                features, step->inputs[0] + at, step->parameters[GAMMA], step->parameters[BETA],
                epsilon, (float *)step->state + 2 * row, step->output + at);
        }
}

/* Adds the sums of the parts, (parts, padded), to a gradient. */
static void add_parts(const FaltungStep *step, float *sums, float *gradient) {
    int row = padded(step->layer);
    faltung_add_rows(parts_of(step) - 1, row, sums + row, sums);
    for (int c = 0; gradient && c < features_of(step->layer); c++)
        gradient[c] += sums[c];
}

static void backward(const FaltungStep *step) {
    int features = features_of(step->layer), parts = parts_of(step);
    int rows = rows_of(step->layer, step->batch);
    size_t sums_row = padded(step->layer), sums_size = parts * sums_row;
    float *dgamma = step->workspace, *dbeta = dgamma + sums_size, *dx = step->input_gradients[0];
#pragma omp parallel for num_threads(threads_of(step)) schedule(static)
    for (int part = 0; part < parts; part++) {
        memset(dgamma + part * sums_row, 0, sums_row * sizeof(float));
        memset(dbeta + part * sums_row, 0, sums_row * sizeof(float));
        for (int row = part * PART_ROWS; row < MIN((part + 1) * PART_ROWS, rows); row++) {
            size_t at = (size_t)row * features;
            faltung_kernels()->normalize_row_backward(
                features, step->inputs[0] + at, step->output_gradient + at, step->parameters[GAMMA],
                (const float *)step->state + 2 * row, dgamma + part * sums_row,
                dbeta + part * sums_row, dx ? dx + at : NULL, !step->overwrite[0]);
        }
    }
    add_parts(step, dgamma, step->parameter_gradients[GAMMA]);
    add_parts(step, dbeta, step->parameter_gradients[BETA]);
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

static const FaltungInner inner[] = {FALTUNG_NORMALIZE_INNER(FALTUNG_AXIS_STEP, "scale")};

/* Of a sequence, step by step. */
static char *equation_of(const FaltungLayer *layer) {
    GString *tex = g_string_new(layer->operation->equation);
    if (layer->output_shape.rank == 2) {
        g_string_replace(tex, "{y_i}", "{y_{ti}}", 0);
        g_string_replace(tex, "{x_i}", "{x_{ti}}", 0);
        g_string_replace(tex, "{\\mu}", "{\\mu_t}", 0);
        g_string_replace(tex, "\\sigma^2", "\\sigma_t^2", 0);
    }
    return g_string_free(tex, FALSE);
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
    .equation_of = equation_of,
    .reach = faltung_reach_row,
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
    .inner = inner,
    .inner_places = faltung_normalize_inner_places,
    .read_inner = faltung_normalize_read_inner,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/elementwise.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"

#include <math.h>
#include <string.h>

/*
 * The penalty of the sparse autoencoder (Ng, CS294A lecture notes, 2011): each unit is to be on
 * average as active as rho, measured by the Kullback-Leibler divergence between two coins that show
 * heads with probability rho and with the unit's mean activity. A unit is a value of a vector, a
 * feature of a sequence, a channel of an image; its mean is over the batch and over all steps or
 * pixels.
 */

typedef struct {
    double rho, beta;
} Sparsity;

/* Means nearer to 0 or 1, and those outside, count as this and have no slope. */
static const double edge = 1e-7;

static const FaltungOptionSpec options[] = {
    {"rho", "the mean activity that each unit is to have", FALTUNG_NUMBER, offsetof(Sparsity, rho),
     "0.05", 1e-6, 0.999999},
    {"beta", "weight of the penalty in the loss", FALTUNG_NUMBER, offsetof(Sparsity, beta), "1", 0,
     1e6},
    {NULL},
};

static size_t rows_of(const FaltungStep *step) {
    return (size_t)step->batch * faltung_layout_rows(&step->layer->output_shape);
}

static int units_of(const FaltungLayer *layer) {
    return faltung_layout_columns(&layer->output_shape);
}

/* The units' mean activities, as doubles. */
static size_t state_size(const FaltungLayer *layer, int batch) {
    return units_of(layer) * sizeof(double);
}

static void forward(const FaltungStep *step) {
    size_t rows = rows_of(step);
    int units = units_of(step->layer);
    double *means = step->state; /* (units) */
    memcpy(step->output, step->inputs[0], rows * units * sizeof(float));
    int threads = faltung_threads_for(step->threads, 2.0 * rows * units);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int unit = 0; unit < units; unit++) {
        double sum = 0;
        for (size_t row = 0; row < rows; row++)
            sum += step->output[row * units + unit];
        means[unit] = sum / rows;
    }
}

static double divergence_reference(double rho, double mean) {
    mean = fmin(fmax(mean, edge), 1 - edge);
    return rho * log(rho / mean) + (1 - rho) * log((1 - rho) / (1 - mean));
}

static double slope_reference(double rho, double mean) {
    return mean <= edge || mean >= 1 - edge ? 0 : (1 - rho) / (1 - mean) - rho / mean;
}

static double penalty(const FaltungStep *step) {
    const Sparsity *o = step->layer->options;
    const double *means = step->state; /* (units) */
    double sum = 0;
    for (int unit = 0; unit < units_of(step->layer); unit++)
        sum += divergence_reference(o->rho, means[unit]);
    return o->beta * sum;
}

static void backward(const FaltungStep *step) {
    const Sparsity *o = step->layer->options;
    const double *means = step->state; /* (units) */
    float *dx = step->input_gradients[0];
    if (!dx)
        return;
    size_t rows = rows_of(step);
    int units = units_of(step->layer);
    float *slopes = step->workspace; /* (units) */
    for (int unit = 0; unit < units; unit++)
        slopes[unit] = o->beta * slope_reference(o->rho, means[unit]) / rows;
    int threads = faltung_threads_for(step->threads, 4.0 * rows * units);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t row = 0; row < rows; row++) {
        size_t at = row * units;
        for (int unit = 0; unit < units; unit++)
            dx[at + unit] = step->output_gradient[at + unit] + slopes[unit] +
                            (step->overwrite[0] ? 0 : dx[at + unit]);
    }
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    return units_of(layer);
}

static void sparsity_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);

    for (size_t i = 0; i < size; i++)
        r->output[i] = r->inputs[0][i];
}

/* The mean activity of a unit over the batch and all steps or pixels. */
static double mean_reference(const FaltungReference *r, int unit) {
    const FaltungShape *shape = &r->layer->output_shape;
    int rows = faltung_layout_rows(shape);
    size_t size = faltung_shape_size(shape);
    double sum = 0;

    for (int n = 0; n < r->batch; n++)
        for (int row = 0; row < rows; row++)
            sum += r->inputs[0][n * size + faltung_layout_field(shape, row, unit)];
    return sum / ((double)r->batch * rows);
}

static double sparsity_penalty_reference(const FaltungReference *r) {
    const Sparsity *o = r->layer->options;
    double penalty = 0;

    for (int unit = 0; unit < units_of(r->layer); unit++)
        penalty += o->beta * divergence_reference(o->rho, mean_reference(r, unit));
    return penalty;
}

static void sparsity_backward_reference(const FaltungReference *r) {
    const Sparsity *o = r->layer->options;
    const FaltungShape *shape = &r->layer->output_shape;
    int rows = faltung_layout_rows(shape);
    size_t size = faltung_shape_size(shape);

    for (int unit = 0; unit < units_of(r->layer); unit++) {
        double mean = mean_reference(r, unit);
        double each = o->beta * slope_reference(o->rho, mean) / ((double)r->batch * rows);
        for (int n = 0; n < r->batch; n++) {
            for (int row = 0; row < rows; row++) {
                size_t i = n * size + faltung_layout_field(shape, row, unit);
                r->input_gradients[0][i] += r->output_gradient[i] + each;
            }
        }
    }
}

static void without_penalty(void *of_layer) {
    Sparsity *changed = of_layer;
    changed->beta = 0;
}

const FaltungOperation faltung_operation_sparsity = {
    .kind =
        {
            .name = "sparsity",
            .title = "Sparsity",
            .summary = "hands on what it gets, and adds to the loss how far each unit's mean "
                       "activity is from rho: behind a sigmoid, a sparse code",
            .options = options,
            .options_size = sizeof(Sparsity),
        },
    .group = FALTUNG_GROUP_REGULARIZATION,
    .flags = FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation =
        "\\mark{y}{y_i} = \\mark{x}{x_i}, \\quad L \\leftarrow L + \\mark{beta}{\\beta} \\sum_{j} "
        "\\left( \\mark{rho}{\\rho} \\log \\frac{\\mark{rho}{\\rho}}{\\mark{mean}{\\hat{\\rho}_j}} "
        "+ (1 - \\mark{rho}{\\rho}) \\log \\frac{1 - \\mark{rho}{\\rho}}{1 - "
        "\\mark{mean}{\\hat{\\rho}_j}} \\right), \\quad \\mark{mean}{\\hat{\\rho}_j} = "
        "\\frac{1}{N} \\sum_{n} x_{nj}",
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .state_size = state_size,
    .workspace_size = workspace_size,
    .forward = forward,
    .backward = backward,
    .penalty = penalty,
    .without_penalty = without_penalty,
    .forward_reference = sparsity_forward_reference,
    .backward_reference = sparsity_backward_reference,
    .penalty_reference = sparsity_penalty_reference,
    .file = "sparsity.c",
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/*
 * The code of a variational autoencoder (Kingma and Welling, Auto-Encoding Variational Bayes,
 * arXiv:1312.6114): the first half of the input (of the channels, the features) is a mean, the
 * other the logarithm of a variance. While training, the output is drawn from that normal
 * distribution, so that the gradient reaches both (the reparameterization trick); else it is the
 * mean. How far the distribution is from the standard normal one (their appendix B) is added to the
 * loss.
 */

typedef struct {
    double beta;
} Variational;

static const FaltungOptionSpec options[] = {
    {"beta", "weight of the divergence from the standard normal distribution in the loss",
     FALTUNG_NUMBER, offsetof(Variational, beta), "1", 0, 1e6},
    {NULL},
};

static double beta_of(const FaltungLayer *layer) {
    return ((const Variational *)layer->options)->beta;
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const FaltungShape *input = &layer->input_shapes[0];
    int columns = faltung_layout_columns(input),
        axis = faltung_layout_is_map(input) ? 0 : input->rank - 1;
    if (columns % 2 != 0) {
        g_autofree char *came = faltung_shape_format(input);
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "variational takes as many means as variances, but its input is %s, of %d %s; "
            "make that number even, twice the size of the code",
            came, columns, faltung_layout_is_map(input) ? _("channels") : _("values"));
    }
    layer->output_shape = *input;
    layer->output_shape.dims[axis] = columns / 2;
    return TRUE;
}

/* Of the batch: its samples, or their steps or pixels. */
static size_t rows_of(const FaltungStep *step) {
    return (size_t)step->batch * faltung_layout_rows(&step->layer->output_shape);
}

static int units_of(const FaltungLayer *layer) {
    return faltung_layout_columns(&layer->output_shape);
}

/* Each output less its mean. */
static size_t state_size(const FaltungLayer *layer, int batch) {
    return batch * faltung_shape_size(&layer->output_shape) * sizeof(float);
}

static double flops(const FaltungLayer *layer) {
    return 4.0 * faltung_shape_size(&layer->output_shape);
}

static void forward(const FaltungStep *step) {
    size_t rows = rows_of(step);
    int units = units_of(step->layer);
    float *noise = step->state; /* (rows, units) */
    int threads = faltung_threads_for(step->threads, 200.0 * rows * units);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t row = 0; row < rows; row++) {
        const float *mean = step->inputs[0] + row * 2 * units, *log_variance = mean + units;
        for (int unit = 0; unit < units; unit++) {
            size_t i = row * units + unit;
            noise[i] = step->training ? expf(0.5f * log_variance[unit]) *
                                            (float)faltung_random_normal(&step->random, i)
                                      : 0;
            step->output[i] = mean[unit] + noise[i];
        }
    }
}

/* 1/2 (mean^2 + variance - 1 - log variance), the mean over the samples of the sum over the rest */
static double penalty(const FaltungStep *step) {
    size_t rows = rows_of(step);
    int units = units_of(step->layer);
    double sum = 0;
    for (size_t row = 0; row < rows; row++) {
        const float *mean = step->inputs[0] + row * 2 * units, *log_variance = mean + units;
        for (int unit = 0; unit < units; unit++) {
            double m = mean[unit], l = log_variance[unit];
            sum += m * m + exp(l) - 1 - l;
        }
    }
    return 0.5 * beta_of(step->layer) * sum / step->batch;
}

static void backward(const FaltungStep *step) {
    float *gradient = step->input_gradients[0];
    if (!gradient)
        return;
    size_t rows = rows_of(step);
    int units = units_of(step->layer);
    const float *noise = step->state; /* (rows, units) */
    float each = beta_of(step->layer) / step->batch;
    int threads = faltung_threads_for(step->threads, 40.0 * rows * units);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t row = 0; row < rows; row++) {
        const float *mean = step->inputs[0] + row * 2 * units, *log_variance = mean + units;
        float *to_mean = gradient + row * 2 * units, *to_log_variance = to_mean + units;
        for (int unit = 0; unit < units; unit++) {
            size_t i = row * units + unit;
            float dz = step->output_gradient[i];
            float m = dz + each * mean[unit];
            float l = 0.5f * (dz * noise[i] + each * expm1f(log_variance[unit]));
            to_mean[unit] = m + (step->overwrite[0] ? 0 : to_mean[unit]);
            to_log_variance[unit] = l + (step->overwrite[0] ? 0 : to_log_variance[unit]);
        }
    }
}

/* Where the mean of output @i of a sample is among its inputs; the variance is @half behind it. */
static size_t mean_reference(const FaltungLayer *layer, size_t i, size_t *half) {
    size_t size = faltung_shape_size(&layer->output_shape);
    size_t units = units_of(layer);
    gboolean image = faltung_layout_is_map(&layer->output_shape);

    *half = image ? size : units;
    return image ? i : i / units * 2 * units + i % units;
}

static void variational_forward_reference(const FaltungReference *r) {
    const FaltungShape *shape = &r->layer->output_shape;
    size_t size = faltung_shape_size(shape), half;

    for (size_t i = 0; i < r->batch * size; i++) {
        const double *x = r->inputs[0] + i / size * 2 * size;
        size_t at = mean_reference(r->layer, i % size, &half);
        double mean = x[at], log_variance = x[at + half];
        size_t element = i / size * size + faltung_layout_inside(shape, i % size);
        double noise = r->training ? faltung_random_normal(&r->random, element) : 0;
        r->output[i] = mean + exp(0.5 * log_variance) * noise;
    }
}

static double variational_penalty_reference(const FaltungReference *r) {
    size_t size = faltung_shape_size(&r->layer->output_shape), half;
    double penalty = 0;

    for (size_t i = 0; i < r->batch * size; i++) {
        const double *mean = r->inputs[0] + i / size * 2 * size;
        mean += mean_reference(r->layer, i % size, &half);
        penalty += 0.5 * (*mean * *mean + exp(mean[half]) - 1 - mean[half]);
    }
    return beta_of(r->layer) * penalty / r->batch;
}

static void variational_backward_reference(const FaltungReference *r) {
    const FaltungShape *shape = &r->layer->output_shape;
    size_t size = faltung_shape_size(shape), half;
    double each = beta_of(r->layer) / r->batch;

    for (size_t i = 0; i < r->batch * size; i++) {
        size_t at = i / size * 2 * size + mean_reference(r->layer, i % size, &half);
        double mean = r->inputs[0][at], log_variance = r->inputs[0][at + half];
        double noise = r->output[i] - mean, dz = r->output_gradient[i];
        r->input_gradients[0][at] += dz + each * mean;
        r->input_gradients[0][at + half] += 0.5 * (dz * noise + each * (exp(log_variance) - 1));
    }
}

static void without_penalty(void *of_layer) {
    Variational *changed = of_layer;
    changed->beta = 0;
}

const FaltungOperation faltung_operation_variational = {
    .kind =
        {
            .name = "variational",
            .title = "Variational code",
            .summary = "draws a code from the normal distributions whose means and logarithms of "
                       "variances it gets, and adds to the loss how far they are from the standard "
                       "one",
            .options = options,
            .options_size = sizeof(Variational),
        },
    .group = FALTUNG_GROUP_REGULARIZATION,
    .flags = FALTUNG_FORGETS_OUTPUT,
    .equation =
        "\\mark{y}{z_i} = \\mark{mean}{\\mu_i} + \\sigma_i \\mark{noise}{\\varepsilon_i}, "
        "\\quad \\mark{noise}{\\varepsilon_i} \\sim \\mathcal{N}(0, 1), \\quad "
        "(\\mark{mean}{\\mu}, \\mark{log_variance}{\\log \\sigma^2}) = \\mark{x}{x}, \\quad "
        "L \\leftarrow L + \\frac{\\beta}{2 N} \\sum_{n, i} \\left( \\mu_{ni}^2 + "
        "\\sigma_{ni}^2 - 1 - \\log \\sigma_{ni}^2 \\right)",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = flops,
    .state_size = state_size,
    .forward = forward,
    .backward = backward,
    .penalty = penalty,
    .without_penalty = without_penalty,
    .forward_reference = variational_forward_reference,
    .backward_reference = variational_backward_reference,
    .penalty_reference = variational_penalty_reference,
    .file = "variational.c",
};

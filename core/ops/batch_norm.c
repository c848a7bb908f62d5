/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/base/error.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/train/initializer.h"

#include <math.h>
#include <string.h>

/* Ioffe and Szegedy, "Batch Normalization", 2015; the running figures are kept as PyTorch does. */
typedef struct {
    double epsilon, momentum;
    FaltungVariant ones, zeros;
} BatchNorm;

enum { GAMMA, BETA, RUNNING_MEAN, RUNNING_VAR };

static const FaltungOptionSpec options[] = {
    {"epsilon", "added to the variance, so that nothing is divided by zero", FALTUNG_NUMBER,
     offsetof(BatchNorm, epsilon), "1e-05", 1e-12, 1},
    {"momentum", "the part of a batch's figures in the running ones", FALTUNG_NUMBER,
     offsetof(BatchNorm, momentum), "0.1", 0, 1},
    {"gamma_init", "how the scales begin", FALTUNG_VARIANT, offsetof(BatchNorm, ones), "ones",
     .table = faltung_initializers},
    {"beta_init", "how the shifts begin", FALTUNG_VARIANT, offsetof(BatchNorm, zeros), "zeros",
     .table = faltung_initializers},
    {NULL},
};

static FaltungVariant plain_initializer(const char *name) {
    return (FaltungVariant){.kind = faltung_table_find(faltung_initializers(), name, NULL)};
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const BatchNorm *norm = layer->options;
    const FaltungShape *input = &layer->input_shapes[0];
    if (input->rank != 1 && input->rank != 3) {
        g_autofree char *came = faltung_shape_format(input);
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                    "batch_norm takes a vector or images (channels x height x width), but its "
                    "input is %s; leave it out, or put it behind a flatten",
                    came);
        return FALSE;
    }
    int channels = input->dims[0];
    FaltungVariant zeros = plain_initializer("zeros"), ones = plain_initializer("ones");
    layer->output_shape = layer->input_shapes[0];
    FaltungShape shape = FALTUNG_SHAPE(channels);
    faltung_layer_add_parameter(layer, "gamma", shape, channels, channels, &norm->ones);
    faltung_layer_add_parameter(layer, "beta", shape, channels, channels, &norm->zeros);
    layer->parameters[BETA].bias = layer->parameters[GAMMA].bias = TRUE;
    faltung_layer_add_parameter(layer, "running_mean", shape, channels, channels, &zeros);
    faltung_layer_add_parameter(layer, "running_var", shape, channels, channels, &ones);
    layer->parameters[RUNNING_MEAN].measured = layer->parameters[RUNNING_VAR].measured = TRUE;
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    return 4.0 * faltung_shape_size(&layer->output_shape);
}

static int channels_of(const FaltungLayer *layer) {
    return layer->output_shape.dims[0];
}

/* Values lie channel by channel within a pixel: a row is a pixel of a sample, or the sample. */
static size_t rows_of(const FaltungStep *step) {
    return step->batch * faltung_shape_size(&step->layer->output_shape) / channels_of(step->layer);
}

/* -- sums over the rows, in parts that the shape alone decides ------------------------------- */

enum { PART_ROWS = 512, SUMS = 2 };

/* The workspace, in rows of channels: coefficients, totals (doubles), the sums of the parts. */
enum { COEFFICIENTS = 4, FIRST_SUMS = COEFFICIENTS + 2 * SUMS };

static int parts_of(size_t rows) {
    return (rows + PART_ROWS - 1) / PART_ROWS;
}

/* What a part adds up for every channel: two sums. */
typedef void (*PartSums)(const FaltungStep *step, size_t first, size_t rows, float *sums);

static int padded(int channels) {
    return (channels + 15) / 16 * 16;
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    int channels = channels_of(layer);
    size_t rows = batch * faltung_shape_size(&layer->output_shape) / channels;
    return (size_t)(parts_of(rows) * SUMS + FIRST_SUMS) * padded(channels);
}

/* The mean and 1 / sqrt(variance + epsilon) of the last forward. */
static size_t state_size(const FaltungLayer *layer, int batch) {
    return 2 * padded(channels_of(layer)) * sizeof(float);
}

/* Adds up over all rows. Returns: SUMS x channels totals, in the workspace. */
static const double *sum_rows(const FaltungStep *step, PartSums part_sums) {
    int channels = channels_of(step->layer), stride = SUMS * padded(channels);
    size_t rows = rows_of(step);
    int parts = parts_of(rows);
    double *totals = (double *)(step->workspace + COEFFICIENTS * padded(channels));
    float *sums = step->workspace + FIRST_SUMS * padded(channels);
    int threads = faltung_threads_for(step->threads, 8.0 * rows * channels);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int part = 0; part < parts; part++) {
        size_t first = (size_t)part * PART_ROWS;
        memset(sums + part * stride, 0, stride * sizeof(float));
        part_sums(step, first, MIN(PART_ROWS, rows - first), sums + part * stride);
    }
    for (int i = 0; i < SUMS; i++) {
        for (int c = 0; c < channels; c++) {
            double total = 0;
            for (int part = 0; part < parts; part++)
                total += sums[part * stride + i * padded(channels) + c];
            totals[i * channels + c] = total;
        }
    }
    return totals;
}

/* Sums of x - shift and of its square, with the first row as the shift: as good as two passes. */
FALTUNG_CLONES
static void moment_sums(const FaltungStep *step, size_t first, size_t rows, float *sums) {
    int channels = channels_of(step->layer);
    const float *shift = step->inputs[0], *x = shift + first * channels;
    float *squares = sums + padded(channels);
    for (size_t row = 0; row < rows; row++, x += channels) {
        for (int c = 0; c < channels; c++) {
            float d = x[c] - shift[c];
            sums[c] += d;
            squares[c] += d * d;
        }
    }
}

/* -- forward --------------------------------------------------------------------------------- */

FALTUNG_CLONES
static void scale_rows(size_t rows, int channels, const float *scale, const float *shift,
                       const float *x, float *y) {
    for (size_t row = 0; row < rows; row++, x += channels, y += channels)
        for (int c = 0; c < channels; c++)
            y[c] = x[c] * scale[c] + shift[c];
}

/* Measures the batch into the state and moves the running figures towards it. */
static void measure(const FaltungStep *step) {
    const BatchNorm *norm = step->layer->options;
    int channels = channels_of(step->layer);
    double rows = rows_of(step);
    float *mean = step->state, *inverse = mean + padded(channels);
    float *running_mean = (float *)step->parameters[RUNNING_MEAN];
    float *running_var = (float *)step->parameters[RUNNING_VAR];
    const double *totals = sum_rows(step, moment_sums);
    for (int c = 0; c < channels; c++) {
        double shifted = totals[c] / rows;
        double variance = MAX(totals[channels + c] / rows - shifted * shifted, 0);
        mean[c] = shifted + step->inputs[0][c];
        inverse[c] = 1 / sqrt(variance + norm->epsilon);
        double unbiased = rows > 1 ? variance * rows / (rows - 1) : variance;
        running_mean[c] += norm->momentum * (mean[c] - running_mean[c]);
        running_var[c] += norm->momentum * (unbiased - running_var[c]);
    }
}

static void forward(const FaltungStep *step) {
    const BatchNorm *norm = step->layer->options;
    const FaltungKernels *kernels = faltung_kernels();
    int channels = channels_of(step->layer);
    size_t rows = rows_of(step);
    float *mean = step->state, *inverse = mean + padded(channels);
    if (step->training) {
        measure(step);
    } else {
        for (int c = 0; c < channels; c++) {
            mean[c] = step->parameters[RUNNING_MEAN][c];
            inverse[c] = 1 / sqrt(step->parameters[RUNNING_VAR][c] + norm->epsilon);
        }
    }
    float *scale = step->workspace, *shift = scale + padded(channels);
    for (int c = 0; c < channels; c++) {
        scale[c] = step->parameters[GAMMA][c] * inverse[c];
        shift[c] = step->parameters[BETA][c] - mean[c] * scale[c];
    }
    int parts = parts_of(rows);
    int threads = faltung_threads_for(step->threads, 8.0 * rows * channels);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int part = 0; part < parts; part++) {
        size_t first = (size_t)part * PART_ROWS, n = MIN(PART_ROWS, rows - first);
        float *y = step->output + first * channels;
        scale_rows(n, channels, scale, shift, step->inputs[0] + first * channels, y);
        if (step->epilogue != FALTUNG_EPILOGUE_NONE)
            kernels->activate(step->epilogue, step->epilogue_parameter, n * channels, y, y);
    }
}

/* -- backward -------------------------------------------------------------------------------- */

/* Sums of dy and of dy times the normalized x. */
FALTUNG_CLONES
static void gradient_sums(const FaltungStep *step, size_t first, size_t rows, float *sums) {
    int channels = channels_of(step->layer);
    const float *mean = step->state, *inverse = mean + padded(channels);
    const float *x = step->inputs[0] + first * channels;
    const float *dy = step->output_gradient + first * channels;
    float *products = sums + padded(channels);
    for (size_t row = 0; row < rows; row++, x += channels, dy += channels) {
        for (int c = 0; c < channels; c++) {
            sums[c] += dy[c];
            products[c] += dy[c] * ((x[c] - mean[c]) * inverse[c]);
        }
    }
}

/* dx = a dy + b x + c, a channel its own a, b, c. */
FALTUNG_CLONES
static void mix_rows(size_t rows, int channels, const float *a, const float *b, const float *c,
                     const float *dy, const float *x, float *dx, gboolean overwrite) {
    for (size_t row = 0; row < rows; row++, x += channels, dy += channels, dx += channels) {
        if (overwrite) {
            for (int k = 0; k < channels; k++)
                dx[k] = a[k] * dy[k] + b[k] * x[k] + c[k];
        } else {
            for (int k = 0; k < channels; k++)
                dx[k] += a[k] * dy[k] + b[k] * x[k] + c[k];
        }
    }
}

static void backward(const FaltungStep *step) {
    int channels = channels_of(step->layer);
    size_t rows = rows_of(step);
    const float *mean = step->state, *inverse = mean + padded(channels);
    const double *totals = sum_rows(step, gradient_sums);
    float *a = step->workspace, *b = a + padded(channels), *c = b + padded(channels);
    for (int k = 0; k < channels; k++) {
        double sum = totals[k], product = totals[channels + k];
        step->parameter_gradients[BETA][k] += sum;
        step->parameter_gradients[GAMMA][k] += product;
        a[k] = step->parameters[GAMMA][k] * inverse[k];
        if (!step->training)
            sum = product = 0; /* the running figures do not depend on x */
        b[k] = -a[k] * inverse[k] * product / rows;
        c[k] = -a[k] * sum / rows - b[k] * mean[k];
    }
    faltung_lap(step->stopwatch, step->layer, FALTUNG_PART_WEIGHT_GRADIENT);
    if (!step->input_gradients[0])
        return;
    int parts = parts_of(rows);
    int threads = faltung_threads_for(step->threads, 8.0 * rows * channels);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int part = 0; part < parts; part++) {
        size_t first = (size_t)part * PART_ROWS;
        mix_rows(MIN(PART_ROWS, rows - first), channels, a, b, c,
                 step->output_gradient + first * channels, step->inputs[0] + first * channels,
                 step->input_gradients[0] + first * channels, step->overwrite[0]);
    }
}

/* -- reference ------------------------------------------------------------------------------- */

/* The mean and variance of channel c: of the batch while training, else the running ones. */
static void figures(const FaltungReference *r, int c, double *mean, double *variance) {
    int channels = channels_of(r->layer);
    int pixels = faltung_shape_size(&r->layer->output_shape) / channels;
    const double(*x)[channels][pixels] = (const void *)r->inputs[0];

    if (!r->training) {
        *mean = r->parameters[RUNNING_MEAN][c];
        *variance = r->parameters[RUNNING_VAR][c];
        return;
    }
    *mean = *variance = 0;
    for (int n = 0; n < r->batch; n++)
        for (int p = 0; p < pixels; p++)
            *mean += x[n][c][p] / (r->batch * pixels);
    for (int n = 0; n < r->batch; n++)
        for (int p = 0; p < pixels; p++)
            *variance += (x[n][c][p] - *mean) * (x[n][c][p] - *mean) / (r->batch * pixels);
}

static void batch_norm_forward_reference(const FaltungReference *r) {
    double epsilon = ((const BatchNorm *)r->layer->options)->epsilon;
    int channels = channels_of(r->layer);
    int pixels = faltung_shape_size(&r->layer->output_shape) / channels;
    const double(*x)[channels][pixels] = (const void *)r->inputs[0];
    const double *gamma = r->parameters[GAMMA], *beta = r->parameters[BETA];
    double(*y)[channels][pixels] = (void *)r->output;

    for (int c = 0; c < channels; c++) {
        double mean, variance;
        figures(r, c, &mean, &variance);
        for (int n = 0; n < r->batch; n++)
            for (int p = 0; p < pixels; p++) {
                double normalized = (x[n][c][p] - mean) / sqrt(variance + epsilon);
                y[n][c][p] = gamma[c] * normalized + beta[c];
            }
    }
}

static void batch_norm_backward_reference(const FaltungReference *r) {
    double epsilon = ((const BatchNorm *)r->layer->options)->epsilon;
    int channels = channels_of(r->layer);
    int pixels = faltung_shape_size(&r->layer->output_shape) / channels;
    double count = (double)r->batch * pixels;
    const double(*x)[channels][pixels] = (const void *)r->inputs[0];
    const double *gamma = r->parameters[GAMMA];
    const double(*dy)[channels][pixels] = (const void *)r->output_gradient;
    double(*dx)[channels][pixels] = (void *)r->input_gradients[0];
    double *dgamma = r->parameter_gradients[GAMMA], *dbeta = r->parameter_gradients[BETA];

    for (int c = 0; c < channels; c++) {
        double mean, variance, sum = 0, product = 0;
        figures(r, c, &mean, &variance);
        double deviation = sqrt(variance + epsilon);
        for (int n = 0; n < r->batch; n++)
            for (int p = 0; p < pixels; p++) {
                sum += dy[n][c][p];
                product += dy[n][c][p] * (x[n][c][p] - mean) / deviation;
            }
        dbeta[c] += sum;
        dgamma[c] += product;
        for (int n = 0; n < r->batch; n++)
            for (int p = 0; p < pixels; p++) {
                double normalized = (x[n][c][p] - mean) / deviation;
                double own = dy[n][c][p];
                if (r->training) /* mean and variance depend on x, too */
                    own -= (sum + normalized * product) / count;
                dx[n][c][p] += gamma[c] / deviation * own;
            }
    }
}

const FaltungOperation faltung_operation_batch_norm = {
    .kind =
        {
            .name = "batch_norm",
            .title = "Batch normalization",
            .summary = "brings every channel to mean 0 and variance 1 over the batch, then scales "
                       "and shifts it",
            .options = options,
            .options_size = sizeof(BatchNorm),
        },
    .group = FALTUNG_GROUP_NORMALIZATION,
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FUSES_EPILOGUE,
    .equation = "y_c = \\gamma_c \\, \\frac{x_c - \\mu_c}{\\sqrt{\\sigma_c^2 + \\epsilon}} + "
                "\\beta_c",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = flops,
    .state_size = state_size,
    .workspace_size = workspace_size,
    .forward = forward,
    .backward = backward,
    .forward_reference = batch_norm_forward_reference,
    .backward_reference = batch_norm_backward_reference,
    .file = "batch_norm.c",
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/equation.h"
#include "core/ops/layout.h"
#include "core/ops/normalize.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/reach.h"
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
    if (input->rank != 1 && !faltung_layout_is_map(input)) {
        g_autofree char *came = faltung_shape_format(input);
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "batch_norm takes a vector or images (channels x height x width), but its "
            "input is %s; leave it out, or put it behind a flatten",
            came);
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

/* -- parts of the rows, which the shape alone decides ---------------------------------------- */

enum { PART_ROWS = 128, SUMS = 2 };

static int parts_of(size_t rows) {
    return (rows + PART_ROWS - 1) / PART_ROWS;
}

static int padded(int channels) {
    return (channels + 15) / 16 * 16;
}

/* The workspace, in rows of channels: scale and shift, which make the output; the three
   coefficients of the input's gradient; totals (doubles); the sums of the parts. */
enum { SCALE, SHIFT, OF_GRADIENT, OF_INPUT, CONSTANT, TOTALS, FIRST_SUMS = TOTALS + 2 * SUMS };

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    int channels = channels_of(layer);
    size_t rows = batch * faltung_shape_size(&layer->output_shape) / channels;
    return (size_t)(parts_of(rows) * SUMS + FIRST_SUMS) * padded(channels);
}

static float *workspace_row(const FaltungStep *step, int row) {
    return step->workspace + row * padded(channels_of(step->layer));
}

/* The mean and 1 / sqrt(variance + epsilon) of the last forward. */
static size_t state_size(const FaltungLayer *layer, int batch) {
    return 2 * padded(channels_of(layer)) * sizeof(float);
}

static float *mean_of(const FaltungStep *step) {
    return step->state;
}

static float *inverse_of(const FaltungStep *step) {
    return mean_of(step) + padded(channels_of(step->layer));
}

static int threads_of(const FaltungStep *step) {
    return faltung_threads_for(step->threads, 8.0 * rows_of(step) * channels_of(step->layer));
}

static FaltungRows part_of(const FaltungStep *step, int part) {
    int channels = channels_of(step->layer);
    size_t first = (size_t)part * PART_ROWS;
    return (FaltungRows){
        .rows = MIN(PART_ROWS, rows_of(step) - first),
        .channels = channels,
        .x = step->inputs[0] + first * channels,
        .scale = workspace_row(step, SCALE),
        .shift = workspace_row(step, SHIFT),
        .epilogue = step->epilogue,
        .parameter = step->epilogue_parameter,
    };
}

/* What a part adds up for every channel: two sums. @first: the part's first value. */
typedef void (*PartSums)(const FaltungStep *step, const FaltungRows *rows, size_t first,
                         float *sums, float *others);

/* Adds up over all rows. Returns: SUMS x channels totals, in the workspace. */
static const double *sum_rows(const FaltungStep *step, PartSums part_sums) {
    int channels = channels_of(step->layer), stride = SUMS * padded(channels);
    int parts = parts_of(rows_of(step));
    double *totals = (double *)workspace_row(step, TOTALS);
    float *sums = workspace_row(step, FIRST_SUMS);
    int threads = threads_of(step);
    /* From the end on: what was written last is still in the cache. Each thread has the parts that
       it has in the other loops. */
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int thread = 0; thread < threads; thread++) {
        for (int part = faltung_block_begin(parts, thread + 1, threads) - 1;
             part >= faltung_block_begin(parts, thread, threads); part--) {
            FaltungRows rows = part_of(step, part);
            float *own = sums + part * stride;
            memset(own, 0, stride * sizeof(float));
            part_sums(step, &rows, (size_t)part * PART_ROWS * channels, own,
                      own + padded(channels));
        }
    }
    for (int i = 0; i < SUMS; i++) {
        for (int c = 0; c < channels; c++)
            totals[i * channels + c] = 0;
        for (int part = 0; part < parts; part++)
            for (int c = 0; c < channels; c++)
                totals[i * channels + c] += sums[part * stride + i * padded(channels) + c];
    }
    return totals;
}

/* -- forward --------------------------------------------------------------------------------- */

/* Sums of x - shift and of its square, with the first row as the shift: as good as two passes. */
static void moment_sums(const FaltungStep *step, const FaltungRows *rows, size_t first, float *sums,
                        float *squares) {
    faltung_kernels()->normalize_moments(rows, step->inputs[0], sums, squares);
}

/* Measures the batch into the state and moves the running figures towards it. */
static void measure(const FaltungStep *step) {
    const BatchNorm *norm = step->layer->options;
    int channels = channels_of(step->layer);
    double rows = rows_of(step);
    float *mean = mean_of(step), *inverse = inverse_of(step);
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

static void take_running_figures(const FaltungStep *step) {
    const BatchNorm *norm = step->layer->options;
    for (int c = 0; c < channels_of(step->layer); c++) {
        mean_of(step)[c] = step->parameters[RUNNING_MEAN][c];
        inverse_of(step)[c] = 1 / sqrt(step->parameters[RUNNING_VAR][c] + norm->epsilon);
    }
}

static void scale_and_shift(const FaltungLayer *layer, const float *block, double *scale,
                            double *shift) {
    const BatchNorm *norm = layer->options;
    const float *at[RUNNING_VAR + 1];
    for (int p = 0; p <= RUNNING_VAR; p++)
        at[p] = block + layer->parameters[p].offset;
    for (int c = 0; c < channels_of(layer); c++) {
        scale[c] = at[GAMMA][c] / sqrt(at[RUNNING_VAR][c] + norm->epsilon);
        shift[c] = at[BETA][c] - at[RUNNING_MEAN][c] * scale[c];
    }
}

/* Backward makes the output once more from these, so they must be the same. */
static void set_scale_and_shift(const FaltungStep *step) {
    float *scale = workspace_row(step, SCALE), *shift = workspace_row(step, SHIFT);
    for (int c = 0; c < channels_of(step->layer); c++) {
        scale[c] = step->parameters[GAMMA][c] * inverse_of(step)[c];
        shift[c] = step->parameters[BETA][c] - mean_of(step)[c] * scale[c];
    }
}

static void forward(const FaltungStep *step) {
    int channels = channels_of(step->layer), parts = parts_of(rows_of(step));
    if (step->training)
        measure(step);
    else
        take_running_figures(step);
    set_scale_and_shift(step);
#pragma omp parallel for num_threads(threads_of(step)) schedule(static)
    for (int part = 0; part < parts; part++) {
        FaltungRows rows = part_of(step, part);
        faltung_kernels()->normalize(&rows, step->output + (size_t)part * PART_ROWS * channels);
    }
}

/* -- backward -------------------------------------------------------------------------------- */

/* Sums of the gradient before the activation, and of it times the normalized x. */
static void gradient_sums(const FaltungStep *step, const FaltungRows *rows, size_t first,
                          float *sums, float *products) {
    faltung_kernels()->normalize_gradients(rows, step->output_gradient + first, mean_of(step),
                                           inverse_of(step), sums, products);
}

static void backward(const FaltungStep *step) {
    int channels = channels_of(step->layer);
    const float *mean = mean_of(step), *inverse = inverse_of(step);
    set_scale_and_shift(step);
    const double *totals = sum_rows(step, gradient_sums);
    float *a = workspace_row(step, OF_GRADIENT), *b = workspace_row(step, OF_INPUT);
    float *constant = workspace_row(step, CONSTANT);
    double rows = rows_of(step);
    for (int c = 0; c < channels; c++) {
        double sum = totals[c], product = totals[channels + c];
        if (step->parameter_gradients[BETA])
            step->parameter_gradients[BETA][c] += sum;
        if (step->parameter_gradients[GAMMA])
            step->parameter_gradients[GAMMA][c] += product;
        a[c] = step->parameters[GAMMA][c] * inverse[c];
        if (!step->training)
            sum = product = 0; /* the running figures do not depend on x */
        b[c] = -a[c] * inverse[c] * product / rows;
        constant[c] = -a[c] * sum / rows - b[c] * mean[c];
    }
    faltung_lap(step->stopwatch, step->layer, FALTUNG_PART_WEIGHT_GRADIENT);
    if (!step->input_gradients[0])
        return;
    int parts = parts_of(rows);
#pragma omp parallel for num_threads(threads_of(step)) schedule(static)
    for (int part = 0; part < parts; part++) {
        FaltungRows own = part_of(step, part);
        size_t first = (size_t)part * PART_ROWS * channels;
        faltung_kernels()->normalize_mix(&own, step->output_gradient + first, a, b, constant,
                                         step->input_gradients[0] + first, !step->overwrite[0]);
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

/* Of the batch while training, else the running ones. */
static const FaltungInner inner[] = {FALTUNG_NORMALIZE_INNER(FALTUNG_AXIS_CHANNEL, "variance")};

static void read_inner(const FaltungStep *step, const FaltungInner *tensor, int sample,
                       float *values) {
    gboolean mean = tensor->part == FALTUNG_INNER_MEAN;
    for (int c = 0; c < channels_of(step->layer); c++)
        values[c] = mean ? mean_of(step)[c] : 1 / inverse_of(step)[c];
}

static char *equation_of(const FaltungLayer *layer) {
    GString *tex = g_string_new(layer->operation->equation);
    if (layer->output_shape.rank > 1) {
        g_autofree char *places =
            g_strjoinv("", (char **)faltung_tex_letters(layer->output_shape.rank));
        g_autofree char *y = g_strdup_printf("{y_{%s}}", places);
        g_autofree char *x = g_strdup_printf("{x_{%s}}", places);
        g_string_replace(tex, "{y_c}", y, 0);
        g_string_replace(tex, "{x_c}", x, 0);
    }
    return g_string_free(tex, FALSE);
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
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FUSES_EPILOGUE | FALTUNG_FUSES_SLOPE |
             FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_c} = \\mark{gamma}{\\gamma_c} \\, \\frac{\\mark{x}{x_c} - "
                "\\mark{mean}{\\mu_c}}{\\sqrt{\\mark{variance}{\\sigma_c^2} + "
                "\\mark{epsilon}{\\epsilon}}} + \\mark{beta}{\\beta_c}",
    .equation_of = equation_of,
    .reach = faltung_reach_same,
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
    .scale_and_shift = scale_and_shift,
    .inner = inner,
    .inner_places = faltung_normalize_inner_places,
    .read_inner = read_inner,
};

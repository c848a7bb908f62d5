/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/reach.h"
#include "core/train/initializer.h"

/* He, Zhang, Ren, Sun, "Delving Deep into Rectifiers", 2015, arXiv:1502.01852, section 2.1. */
typedef struct {
    int slopes;
    FaltungVariant init;
} Prelu;

enum { ONE, CHANNEL };

static const char *const slopes_words[] = {"one", "channel", NULL};

static const FaltungOptionSpec options[] = {
    {"slopes", "how many are learned: one for all, or one for each channel or feature",
     FALTUNG_CHOICE, offsetof(Prelu, slopes), "one", .choices = slopes_words},
    {"init", "how the slopes begin", FALTUNG_VARIANT, offsetof(Prelu, init), "constant",
     .table = faltung_initializers},
    {NULL},
};

static int columns_of(const FaltungLayer *layer) {
    return faltung_layout_columns(&layer->output_shape);
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const Prelu *prelu = layer->options;
    layer->output_shape = layer->input_shapes[0];
    int n = prelu->slopes == CHANNEL ? columns_of(layer) : 1;
    FaltungParameter *weight =
        faltung_layer_add_parameter(layer, "weight", FALTUNG_SHAPE(n), n, n, &prelu->init);
    weight->bias = TRUE; /* decay would pull them to those of a ReLU */
    return TRUE;
}

/* Rows that are summed by themselves, and columns that are looked at together. */
enum { BLOCK_ROWS = 64, COLUMNS = 64 };

static size_t rows_of(const FaltungLayer *layer, int batch) {
    return (size_t)batch * faltung_layout_rows(&layer->output_shape);
}

static int n_blocks(const FaltungLayer *layer, int batch) {
    return (rows_of(layer, batch) + BLOCK_ROWS - 1) / BLOCK_ROWS;
}

/* The gradient of the slope of every column, block by block: (blocks, columns). */
static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    return (size_t)n_blocks(layer, batch) * columns_of(layer);
}

static double work_of(const FaltungStep *step) {
    return 4.0 * step->batch * faltung_shape_size(&step->layer->output_shape);
}

FALTUNG_CLONES
static void prelu_row(int columns, const float *slopes, int stride, const float *x, float *y) {
    if (stride == 0) {
        float slope = *slopes;
        for (int c = 0; c < columns; c++)
            y[c] = x[c] > 0 ? x[c] : slope * x[c];
    } else {
        for (int c = 0; c < columns; c++)
            y[c] = x[c] > 0 ? x[c] : slopes[c] * x[c];
    }
}

static void forward(const FaltungStep *step) {
    int columns = columns_of(step->layer);
    int stride = ((const Prelu *)step->layer->options)->slopes == CHANNEL;
    size_t rows = rows_of(step->layer, step->batch);
    int threads = faltung_threads_for(step->threads, work_of(step));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t row = 0; row < rows; row++)
        prelu_row(columns, step->parameters[0], stride, step->inputs[0] + row * columns,
                  step->output + row * columns);
}

/* dx of up to COLUMNS columns of a few rows, and what their slopes get. @dx: NULL: not needed. */
FALTUNG_CLONES
static void prelu_block_backward(size_t rows, int columns, int row, const float *slopes,
                                 gboolean overwrite, const float *x, const float *dy, float *dx,
                                 float *dslopes) {
    float sums[COLUMNS] = {0};
    for (size_t r = 0; r < rows; r++, x += row, dy += row) {
        for (int c = 0; c < columns; c++)
            sums[c] += x[c] > 0 ? 0 : dy[c] * x[c];
        if (!dx)
            continue;
        for (int c = 0; c < columns; c++)
            dx[c] = dy[c] * (x[c] > 0 ? 1 : slopes[c]) + (overwrite ? 0 : dx[c]);
        dx += row;
    }
    for (int c = 0; c < columns; c++)
        dslopes[c] = sums[c];
}

static void backward_block(const FaltungStep *step, int block) {
    int columns = columns_of(step->layer);
    gboolean channel = ((const Prelu *)step->layer->options)->slopes == CHANNEL;
    size_t first = (size_t)block * BLOCK_ROWS;
    size_t rows = MIN(BLOCK_ROWS, rows_of(step->layer, step->batch) - first);
    for (int c = 0; c < columns; c += COLUMNS) {
        int n = MIN(COLUMNS, columns - c);
        size_t at = first * columns + c;
        float slopes[COLUMNS];
        for (int i = 0; i < n; i++)
            slopes[i] = step->parameters[0][channel ? c + i : 0];
        prelu_block_backward(rows, n, columns, slopes, step->overwrite[0], step->inputs[0] + at,
                             step->output_gradient + at,
                             step->input_gradients[0] ? step->input_gradients[0] + at : NULL,
                             step->workspace + (size_t)block * columns + c);
    }
}

static void backward(const FaltungStep *step) {
    int columns = columns_of(step->layer), blocks = n_blocks(step->layer, step->batch);
    gboolean channel = ((const Prelu *)step->layer->options)->slopes == CHANNEL;
    int threads = faltung_threads_for(step->threads, 2 * work_of(step));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int block = 0; block < blocks; block++)
        backward_block(step, block);

    float *gradient = step->parameter_gradients[0];
    if (!gradient)
        return;
    double all = 0;
    for (int c = 0; c < columns; c++) {
        double sum = 0;
        for (int block = 0; block < blocks; block++)
            sum += step->workspace[(size_t)block * columns + c];
        all += sum;
        if (channel)
            gradient[c] += sum;
    }
    if (!channel)
        gradient[0] += all;
}

static void prelu_forward_reference(const FaltungReference *r) {
    const FaltungShape *shape = &r->layer->output_shape;
    int rows = faltung_layout_rows(shape); /* pixels, time steps or 1 */
    int columns = faltung_layout_columns(shape);
    gboolean channel = ((const Prelu *)r->layer->options)->slopes == CHANNEL;

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < columns; c++)
            for (int row = 0; row < rows; row++) {
                size_t i = (size_t)n * rows * columns + faltung_layout_field(shape, row, c);
                double x = r->inputs[0][i], weight = r->parameters[0][channel ? c : 0];
                r->output[i] = x > 0 ? x : weight * x;
            }
}

static void prelu_backward_reference(const FaltungReference *r) {
    const FaltungShape *shape = &r->layer->output_shape;
    int rows = faltung_layout_rows(shape);
    int columns = faltung_layout_columns(shape);
    gboolean channel = ((const Prelu *)r->layer->options)->slopes == CHANNEL;

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < columns; c++)
            for (int row = 0; row < rows; row++) {
                size_t i = (size_t)n * rows * columns + faltung_layout_field(shape, row, c);
                double x = r->inputs[0][i], dy = r->output_gradient[i];
                double weight = r->parameters[0][channel ? c : 0];
                r->input_gradients[0][i] += dy * (x > 0 ? 1 : weight);
                r->parameter_gradients[0][channel ? c : 0] += x > 0 ? 0 : dy * x;
            }
}

static char *equation_of(const FaltungLayer *layer) {
    GString *tex = g_string_new(layer->operation->equation);
    if (((const Prelu *)layer->options)->slopes == CHANNEL)
        g_string_replace(tex, "{a}", "{a_c}", 0);
    return g_string_free(tex, FALSE);
}

const FaltungOperation faltung_operation_prelu = {
    .kind =
        {
            .name = "prelu",
            .title = "PReLU",
            .summary = "negative values are scaled by a slope that is learned",
            .options = options,
            .options_size = sizeof(Prelu),
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_i} = \\begin{cases} \\mark{x}{x_i} & \\mark{x}{x_i} > 0 \\\\ "
                "\\mark{weight}{a} \\mark{x}{x_i} & \\mark{x}{x_i} \\leq 0 \\end{cases}",
    .equation_of = equation_of,
    .reach = faltung_reach_same,
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .workspace_size = workspace_size,
    .forward = forward,
    .backward = backward,
    .forward_reference = prelu_forward_reference,
    .backward_reference = prelu_backward_reference,
    .file = "prelu.c",
};

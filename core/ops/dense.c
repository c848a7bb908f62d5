/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/panels.h"
#include "core/ops/parallel.h"
#include "core/ops/sums.h"
#include "core/train/initializer.h"

#include <string.h>

typedef struct {
    int units;
    gboolean bias;
    FaltungVariant init, bias_init;
} Dense;

enum { WEIGHT, BIAS };

static const FaltungOptionSpec options[] = {
    {"units", "number of outputs", FALTUNG_INTEGER, offsetof(Dense, units), NULL, 1, 1 << 24},
    {"bias", "whether a bias is added to every unit", FALTUNG_SWITCH, offsetof(Dense, bias),
     "true"},
    {"init", "how the weights begin", FALTUNG_VARIANT, offsetof(Dense, init), "glorot_uniform",
     .table = faltung_initializers},
    {"bias_init", "how the biases begin", FALTUNG_VARIANT, offsetof(Dense, bias_init), "zeros",
     .table = faltung_initializers},
    {NULL},
};

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const Dense *dense = layer->options;
    const FaltungShape *input = &layer->input_shapes[0];
    if (input->rank != 1 && input->rank != 2) {
        g_autofree char *came = faltung_shape_format(input);
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                    "dense takes a vector, or a sequence of them (steps x features), but its "
                    "input is %s; put a flatten before it",
                    came);
        return FALSE;
    }
    int inputs = faltung_layout_columns(input);
    FaltungPanels panels = faltung_panels(dense->units, inputs);
    layer->output_shape = *input;
    layer->output_shape.dims[input->rank - 1] = dense->units;
    faltung_layer_add_parameter(layer, "weight", FALTUNG_SHAPE(dense->units, inputs), inputs,
                                dense->units, &dense->init)
        ->packed_size = faltung_panels_size(&panels);
    if (dense->bias) {
        FaltungParameter *bias = faltung_layer_add_parameter(
            layer, "bias", FALTUNG_SHAPE(dense->units), inputs, dense->units, &dense->bias_init);
        bias->packed_size = faltung_panels_bias_size(&panels);
        bias->bias = TRUE;
    }
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    const Dense *dense = layer->options;
    const FaltungShape *input = &layer->input_shapes[0];
    double a_unit = 2.0 * faltung_layout_columns(input) + (dense->bias ? 1 : 0);
    return a_unit * dense->units * faltung_layout_rows(input);
}

static FaltungPanels panels_of(const FaltungLayer *layer) {
    return faltung_panels(faltung_layout_columns(&layer->output_shape),
                          faltung_layout_columns(&layer->input_shapes[0]));
}

/* The vectors that go through the layer: one a sample, or one a time step of each. */
static int rows_of(const FaltungLayer *layer, int batch) {
    return batch * faltung_layout_rows(&layer->input_shapes[0]);
}

static void pack(const FaltungLayer *layer, int parameter, const float *from, float *to) {
    FaltungPanels panels = panels_of(layer);
    if (parameter == BIAS) {
        memcpy(to, from, panels.columns * sizeof(float));
        return;
    }
    for (int o = 0; o < panels.columns; o++)
        for (int i = 0; i < panels.depth; i++) {
            int inside = faltung_layout_inside(&layer->input_orders[0], i);
            to[faltung_panels_index(&panels, o, inside)] = from[(size_t)o * panels.depth + i];
        }
}

static void unpack(const FaltungLayer *layer, int parameter, const float *from, float *to) {
    FaltungPanels panels = panels_of(layer);
    if (parameter == BIAS) {
        memcpy(to, from, panels.columns * sizeof(float));
        return;
    }
    for (int o = 0; o < panels.columns; o++)
        for (int i = 0; i < panels.depth; i++) {
            int inside = faltung_layout_inside(&layer->input_orders[0], i);
            to[(size_t)o * panels.depth + i] = from[faltung_panels_index(&panels, o, inside)];
        }
}

/* Rows of a block: enough to use the register tile, few enough to share out. */
enum { BLOCK_ROWS = 40, BLOCK_INPUTS = 60 };

static void forward(const FaltungStep *step) {
    const FaltungKernels *kernels = faltung_kernels();
    FaltungPanels panels = panels_of(step->layer);
    int rows = rows_of(step->layer, step->batch);
    int blocks = faltung_n_blocks(rows, BLOCK_ROWS);
    int threads = faltung_threads_for(step->threads, 2.0 * rows * panels.columns * panels.depth);
#pragma omp parallel for collapse(2) num_threads(threads) schedule(static)
    for (int p = 0; p < panels.n_panels; p++) {
        for (int block = 0; block < blocks; block++) {
            int row = faltung_block_begin(rows, block, blocks);
            FaltungGemm gemm = {
                .rows = faltung_block_begin(rows, block + 1, blocks) - row,
                .columns = faltung_panels_columns(&panels, p),
                .depth = panels.depth,
                .reduce = 1,
                .a = step->inputs[0] + (size_t)row * panels.depth,
                .a_row = panels.depth,
                .a_depth = 1,
                .b = step->parameters[WEIGHT] + faltung_panels_begin(&panels, p),
                .b_depth = panels.width,
                .c = step->output + (size_t)row * panels.columns + p * panels.width,
                .c_row = panels.columns,
                .bias = step->parameters[BIAS] ? step->parameters[BIAS] + p * panels.width : NULL,
                .epilogue = step->epilogue,
                .parameter = step->epilogue_parameter,
            };
            kernels->gemm(&gemm);
        }
    }
}

/* dW = x^T dy, written panel by panel. */
static void backward_weight(const FaltungStep *step, const FaltungPanels *panels) {
    const FaltungKernels *kernels = faltung_kernels();
    int rows = rows_of(step->layer, step->batch);
    int blocks = faltung_n_blocks(panels->depth, BLOCK_INPUTS);
    int threads = faltung_threads_for(step->threads, 2.0 * rows * panels->columns * panels->depth);
#pragma omp parallel for collapse(2) num_threads(threads) schedule(static)
    for (int p = 0; p < panels->n_panels; p++) {
        for (int block = 0; block < blocks; block++) {
            int input = faltung_block_begin(panels->depth, block, blocks);
            FaltungGemm gemm = {
                .rows = faltung_block_begin(panels->depth, block + 1, blocks) - input,
                .columns = faltung_panels_columns(panels, p),
                .depth = rows,
                .reduce = 1,
                .a = step->inputs[0] + input,
                .a_row = 1,
                .a_depth = panels->depth,
                .b = step->output_gradient + p * panels->width,
                .b_depth = panels->columns,
                .c = step->parameter_gradients[WEIGHT] + faltung_panels_begin(panels, p) +
                     (size_t)input * panels->width,
                .c_row = panels->width,
            };
            kernels->gemm(&gemm);
        }
    }
}

static void backward_bias(const FaltungStep *step, const FaltungPanels *panels) {
    float *gradient = step->parameter_gradients[BIAS];
    if (!gradient)
        return;
    memset(gradient, 0, panels->columns * sizeof(float));
    faltung_add_rows(rows_of(step->layer, step->batch), panels->columns, step->output_gradient,
                     gradient);
}

/*
 * dx = dy W needs the weights the other way round than they are packed. So W is transposed first,
 * or dx^T = W^T dy^T lets the packed weights serve as A, panel after panel, and the two matrices of
 * the batch are transposed: whichever is less.
 */
static gboolean transposes_weight(const FaltungPanels *panels, int rows) {
    return (double)panels->columns * panels->depth <=
           (double)rows * (panels->columns + panels->depth);
}

/* A row of a transposed matrix: not a power of two, which would crowd the caches. */
static int padded_row(int n) {
    return (n + 15) / 16 * 16 + 16;
}

/* Inputs whose weights are transposed together: as wide as the widest tile. */
static int block_width(void) {
    return 4 * faltung_kernels()->lanes;
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    FaltungPanels panels = panels_of(layer);
    /* of more rows the weight is transposed: rows (units + inputs) >= units inputs */
    int rows = MIN(rows_of(layer, batch), MIN(panels.columns, panels.depth));
    size_t units = (size_t)panels.n_panels * panels.width;
    int blocks = faltung_n_blocks(panels.depth, block_width());
    size_t weight = (size_t)blocks * panels.columns * block_width();
    size_t samples = (units + panels.depth) * padded_row(rows) + FALTUNG_SLACK;
    return MAX(weight, samples); /* a last, smaller batch may go the other way */
}

static void backward_input_by_weight(const FaltungStep *step, const FaltungPanels *panels) {
    const FaltungKernels *kernels = faltung_kernels();
    int rows = rows_of(step->layer, step->batch);
    int width = block_width(), blocks = faltung_n_blocks(panels->depth, width);
    double work = 2.0 * rows * panels->columns * panels->depth;
#pragma omp parallel for num_threads(faltung_threads_for(step->threads, work)) schedule(static)
    for (int block = 0; block < blocks; block++) {
        int first = block * width, columns = MIN(width, panels->depth - first);
        float *weight = step->workspace + (size_t)block * panels->columns * width;
        for (int p = 0; p < panels->n_panels; p++)
            kernels->transpose(columns, faltung_panels_columns(panels, p),
                               step->parameters[WEIGHT] + faltung_panels_begin(panels, p) +
                                   (size_t)first * panels->width,
                               panels->width, weight + (size_t)p * panels->width * width, width);
        FaltungGemm gemm = {
            .rows = rows,
            .columns = columns,
            .depth = panels->columns,
            .reduce = 1,
            .a = step->output_gradient,
            .a_row = panels->columns,
            .a_depth = 1,
            .b = weight, /* (units, width) */
            .b_depth = width,
            .c = step->input_gradients[0] + first,
            .c_row = panels->depth,
            .accumulate = !step->overwrite[0],
        };
        kernels->gemm(&gemm);
    }
}

/* to[n][i] += c[i][n] */
static void add_transposed(const FaltungGemm *gemm, float *to, int row) {
    for (int n = 0; n < gemm->columns; n++)
        for (int i = 0; i < gemm->rows; i++)
            to[(size_t)n * row + i] += gemm->c[i * gemm->c_row + n];
}

static void backward_input_by_samples(const FaltungStep *step, const FaltungPanels *panels) {
    const FaltungKernels *kernels = faltung_kernels();
    int rows = rows_of(step->layer, step->batch), stride = padded_row(rows);
    int units = panels->n_panels * panels->width;
    float *dy = step->workspace;             /* (units, stride) */
    float *dx = dy + (size_t)units * stride; /* (inputs, stride) */
    int columns = faltung_kernels_panel(kernels, rows);
    int groups = (rows + columns - 1) / columns;
    int blocks = faltung_n_blocks(panels->depth, BLOCK_INPUTS);
    int threads = faltung_threads_for(step->threads, 2.0 * rows * panels->columns * panels->depth);

#pragma omp parallel num_threads(threads)
    {
#pragma omp for schedule(static)
        for (int p = 0; p < panels->n_panels; p++) {
            int whole = faltung_panels_columns(panels, p);
            float *to = dy + (size_t)p * panels->width * stride;
            kernels->transpose(rows, whole, step->output_gradient + p * panels->width,
                               panels->columns, to, stride);
            memset(to + (size_t)whole * stride, 0,
                   (size_t)(panels->width - whole) * stride * sizeof(float));
        }
        /* the groups of a block one after the other: they share its weights */
#pragma omp for collapse(2) schedule(static)
        for (int block = 0; block < blocks; block++) {
            for (int group = 0; group < groups; group++) {
                int input = faltung_block_begin(panels->depth, block, blocks);
                int column = group * columns;
                FaltungGemm gemm = {
                    .rows = faltung_block_begin(panels->depth, block + 1, blocks) - input,
                    .columns = MIN(columns, rows - column),
                    .depth = panels->width,
                    .reduce = panels->n_panels,
                    .a = step->parameters[WEIGHT] + (size_t)input * panels->width,
                    .a_row = panels->width,
                    .a_depth = 1,
                    .a_reduce = (ptrdiff_t)panels->depth * panels->width,
                    .b = dy + column,
                    .b_depth = stride,
                    .b_reduce = (ptrdiff_t)panels->width * stride,
                    .c = dx + (size_t)input * stride + column,
                    .c_row = stride,
                };
                kernels->gemm(&gemm);
                float *to = step->input_gradients[0] + (size_t)column * panels->depth + input;
                if (step->overwrite[0])
                    kernels->transpose(gemm.rows, gemm.columns, gemm.c, stride, to, panels->depth);
                else
                    add_transposed(&gemm, to, panels->depth);
            }
        }
    }
}

static void backward(const FaltungStep *step) {
    FaltungPanels panels = panels_of(step->layer);
    backward_weight(step, &panels);
    backward_bias(step, &panels);
    faltung_lap(step->stopwatch, step->layer, FALTUNG_PART_WEIGHT_GRADIENT);
    if (!step->input_gradients[0])
        return;
    if (transposes_weight(&panels, rows_of(step->layer, step->batch)))
        backward_input_by_weight(step, &panels);
    else
        backward_input_by_samples(step, &panels);
}

static void dense_forward_reference(const FaltungReference *r) {
    int rows = rows_of(r->layer, r->batch);
    int inputs = faltung_layout_columns(&r->layer->input_shapes[0]);
    int units = faltung_layout_columns(&r->layer->output_shape);
    const double(*x)[inputs] = (const void *)r->inputs[0];
    const double(*weight)[inputs] = (const void *)r->parameters[0];
    const double *bias = r->parameters[1];
    double(*y)[units] = (void *)r->output;

    for (int n = 0; n < rows; n++) {
        for (int o = 0; o < units; o++) {
            double sum = bias ? bias[o] : 0;
            for (int i = 0; i < inputs; i++)
                sum += weight[o][i] * x[n][i];
            y[n][o] = sum;
        }
    }
}

static void dense_backward_reference(const FaltungReference *r) {
    int rows = rows_of(r->layer, r->batch);
    int inputs = faltung_layout_columns(&r->layer->input_shapes[0]);
    int units = faltung_layout_columns(&r->layer->output_shape);
    const double(*x)[inputs] = (const void *)r->inputs[0];
    const double(*weight)[inputs] = (const void *)r->parameters[0];
    const double(*dy)[units] = (const void *)r->output_gradient;
    double(*dx)[inputs] = (void *)r->input_gradients[0];
    double(*dweight)[inputs] = (void *)r->parameter_gradients[0];
    double *dbias = r->parameter_gradients[1];

    for (int n = 0; n < rows; n++) {
        for (int o = 0; o < units; o++) {
            for (int i = 0; i < inputs; i++) {
                dweight[o][i] += dy[n][o] * x[n][i];
                dx[n][i] += dy[n][o] * weight[o][i];
            }
            if (dbias)
                dbias[o] += dy[n][o];
        }
    }
}

const FaltungOperation faltung_operation_dense = {
    .kind =
        {
            .name = "dense",
            .title = "Dense",
            .summary = "every output is a weighted sum of all inputs; of a sequence, step by step",
            .options = options,
            .options_size = sizeof(Dense),
        },
    .group = FALTUNG_GROUP_DENSE,
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FUSES_EPILOGUE | FALTUNG_TAKES_ANY_ORDER |
             FALTUNG_STORES_GRADIENTS | FALTUNG_FORGETS_OUTPUT,
    .equation = "y_o = b_o + \\sum_{i} w_{oi} \\, x_i",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = flops,
    .workspace_size = workspace_size,
    .forward = forward,
    .backward = backward,
    .pack = pack,
    .unpack = unpack,
    .forward_reference = dense_forward_reference,
    .backward_reference = dense_backward_reference,
    .file = "dense.c",
};

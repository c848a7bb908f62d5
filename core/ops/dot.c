/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"

#include <omp.h>

typedef struct {
    gboolean transpose[2]; /* of the first, of the second input */
} Dot;

static const FaltungOptionSpec options[] = {
    {"transpose_first", "the rows of the first matrix become its columns", FALTUNG_SWITCH,
     offsetof(Dot, transpose[0]), "false"},
    {"transpose_second", "the rows of the second matrix become its columns", FALTUNG_SWITCH,
     offsetof(Dot, transpose[1]), "false"},
    {NULL},
};

/* An input as it is multiplied: element (i, k) is at i row + k column. A vector is the one row of
   the first matrix, or the one column of the second. */
typedef struct {
    int rows, columns;
    ptrdiff_t row, column;
} Matrix;

static Matrix transposed(Matrix m) {
    return (Matrix){m.columns, m.rows, m.column, m.row};
}

static Matrix matrix_of(const FaltungLayer *layer, int input) {
    const Dot *dot = layer->options;
    const FaltungShape *shape = &layer->input_shapes[input];
    int columns = shape->dims[shape->rank - 1];
    Matrix m = {shape->rank == 2 ? shape->dims[0] : 1, columns, columns, 1};
    gboolean turns = shape->rank == 2 ? dot->transpose[input] : input == 1;
    return turns ? transposed(m) : m;
}

static gboolean check_inputs(const FaltungLayer *layer, GError **error) {
    static const char *const keys[] = {"transpose_first", "transpose_second"};
    const Dot *dot = layer->options;
    if (layer->n_inputs != 2)
        return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                            "dot takes two inputs, but has %d; say `inputs: [a, b]`",
                            layer->n_inputs);
    for (int i = 0; i < 2; i++) {
        const FaltungShape *shape = &layer->input_shapes[i];
        g_autofree char *came = faltung_shape_format(shape);
        if (shape->rank > 2)
            return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                                "dot takes vectors and matrices, but an input is %s; reshape it",
                                came);
        if (shape->rank == 1 && dot->transpose[i])
            return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                                "dot cannot transpose a vector, %s; remove `%s`", came, keys[i]);
    }
    return TRUE;
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    if (!check_inputs(layer, error))
        return FALSE;
    Matrix a = matrix_of(layer, 0), b = matrix_of(layer, 1);
    if (a.columns != b.rows)
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "dot multiplies rows with columns, but the first matrix is %d x %d and the "
            "second %d x %d; %d must be %d: transpose one, or bring them to fit",
            a.rows, a.columns, b.rows, b.columns, a.columns, b.rows);
    gboolean row = layer->input_shapes[0].rank == 2, column = layer->input_shapes[1].rank == 2;
    layer->output_shape =
        row && column ? FALTUNG_SHAPE(a.rows, b.columns) : FALTUNG_SHAPE(row ? a.rows : b.columns);
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    Matrix a = matrix_of(layer, 0), b = matrix_of(layer, 1);
    return 2.0 * a.rows * a.columns * b.columns;
}

/* Of one thread: a matrix that is multiplied the other way round. */
static size_t scratch_size(const FaltungLayer *layer) {
    Matrix a = matrix_of(layer, 0), b = matrix_of(layer, 1);
    size_t m = a.rows, k = a.columns, n = b.columns;
    return (MAX(MAX(m * k, k * n), m * n) + FALTUNG_SLACK + 15) / 16 * 16;
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    return threads * scratch_size(layer);
}

/* C (+)= A B, panel by panel of the columns. C is contiguous. */
static void multiply(const FaltungStep *step, Matrix a, const float *from_a, Matrix b,
                     const float *from_b, float *c, gboolean accumulate) {
    const FaltungKernels *kernels = faltung_kernels();
    if (b.column != 1) { /* the kernel takes its rows in one piece */
        float *scratch = step->workspace + omp_get_thread_num() * scratch_size(step->layer);
        kernels->transpose(b.columns, b.rows, from_b, b.column, scratch, b.columns);
        from_b = scratch;
        b.row = b.columns;
    }
    int width = faltung_kernels_panel(kernels, b.columns);
    for (int first = 0; first < b.columns; first += width) {
        FaltungGemm gemm = {
            .rows = a.rows,
            .columns = MIN(width, b.columns - first),
            .depth = a.columns,
            .reduce = 1,
            .a = from_a,
            .a_row = a.row,
            .a_depth = a.column,
            .b = from_b + first,
            .b_depth = b.row,
            .c = c + first,
            .c_row = b.columns,
            .accumulate = accumulate,
        };
        kernels->gemm(&gemm);
    }
}

static int threads_of(const FaltungStep *step) {
    return faltung_threads_for(step->threads, step->batch * flops(step->layer));
}

/* Where sample @n of input @i is. */
static size_t offset_of(const FaltungStep *step, int i, int n) {
    return n * faltung_shape_size(&step->layer->input_shapes[i]);
}

static void forward(const FaltungStep *step) {
    Matrix a = matrix_of(step->layer, 0), b = matrix_of(step->layer, 1);
    size_t size = faltung_shape_size(&step->layer->output_shape);
#pragma omp parallel for num_threads(threads_of(step)) schedule(static)
    for (int n = 0; n < step->batch; n++)
        multiply(step, a, step->inputs[0] + offset_of(step, 0, n), b,
                 step->inputs[1] + offset_of(step, 1, n), step->output + n * size, FALSE);
}

/* dA = dC B^T and dB = A^T dC, each as it lies: transposed it is B dC^T, or dC^T A. */
static void backward_sample(const FaltungStep *step, int n) {
    Matrix a = matrix_of(step->layer, 0), b = matrix_of(step->layer, 1);
    Matrix c = {a.rows, b.columns, b.columns, 1};
    const float *from_a = step->inputs[0] + offset_of(step, 0, n);
    const float *from_b = step->inputs[1] + offset_of(step, 1, n);
    const float *dc = step->output_gradient + (size_t)n * a.rows * b.columns;
    for (int i = 0; i < 2; i++) {
        if (!step->input_gradients[i])
            continue;
        float *gradient = step->input_gradients[i] + offset_of(step, i, n);
        gboolean add = !step->overwrite[i], turned = (i == 0 ? a : b).column != 1;
        if (i == 0 && turned)
            multiply(step, b, from_b, transposed(c), dc, gradient, add);
        else if (i == 0)
            multiply(step, c, dc, transposed(b), from_b, gradient, add);
        else if (turned)
            multiply(step, transposed(c), dc, a, from_a, gradient, add);
        else
            multiply(step, transposed(a), from_a, c, dc, gradient, add);
    }
}

static void backward(const FaltungStep *step) {
#pragma omp parallel for num_threads(threads_of(step)) schedule(static)
    for (int n = 0; n < step->batch; n++)
        backward_sample(step, n);
}

static void dot_forward_reference(const FaltungReference *r) {
    Matrix a = matrix_of(r->layer, 0), b = matrix_of(r->layer, 1);
    for (int n = 0; n < r->batch; n++) {
        const double *x = r->inputs[0] + (size_t)n * a.rows * a.columns;
        const double *z = r->inputs[1] + (size_t)n * b.rows * b.columns;
        double *y = r->output + (size_t)n * a.rows * b.columns;
        for (int i = 0; i < a.rows; i++) {
            for (int j = 0; j < b.columns; j++) {
                y[i * b.columns + j] = 0;
                for (int k = 0; k < a.columns; k++)
                    y[i * b.columns + j] +=
                        x[i * a.row + k * a.column] * z[k * b.row + j * b.column];
            }
        }
    }
}

static void dot_backward_reference(const FaltungReference *r) {
    Matrix a = matrix_of(r->layer, 0), b = matrix_of(r->layer, 1);
    for (int n = 0; n < r->batch; n++) {
        size_t at_x = (size_t)n * a.rows * a.columns, at_z = (size_t)n * b.rows * b.columns;
        const double *x = r->inputs[0] + at_x, *z = r->inputs[1] + at_z;
        double *dx = r->input_gradients[0] + at_x, *dz = r->input_gradients[1] + at_z;
        const double *dy = r->output_gradient + (size_t)n * a.rows * b.columns;
        for (int i = 0; i < a.rows; i++) {
            for (int j = 0; j < b.columns; j++) {
                for (int k = 0; k < a.columns; k++) {
                    ptrdiff_t ik = i * a.row + k * a.column, kj = k * b.row + j * b.column;
                    dx[ik] += dy[i * b.columns + j] * z[kj];
                    dz[kj] += dy[i * b.columns + j] * x[ik];
                }
            }
        }
    }
}

const FaltungOperation faltung_operation_dot = {
    .kind =
        {
            .name = "dot",
            .title = "Dot product",
            .summary = "the product of two matrices, sample by sample; of vectors their dot "
                       "product",
            .options = options,
            .options_size = sizeof(Dot),
        },
    .group = FALTUNG_GROUP_JOIN,
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_{ij}} = \\sum_{k} \\mark{x}{a_{ik}} \\, \\mark{z}{b_{kj}}",
    .max_inputs = 2,
    .infer_shape = infer_shape,
    .flops = flops,
    .workspace_size = workspace_size,
    .forward = forward,
    .backward = backward,
    .forward_reference = dot_forward_reference,
    .backward_reference = dot_backward_reference,
    .file = "dot.c",
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/pool.h"

#include <math.h>
#include <string.h>

/* Which pixel of its window each output came from: one byte. */
static size_t state_size(const FaltungLayer *layer, int batch) {
    return batch * faltung_shape_size(&layer->output_shape);
}

/* One row of the output. */
static FaltungPooling pool_of(const FaltungSlide *rows, const FaltungSlide *columns, int channels) {
    return (FaltungPooling){
        .pixels = columns->output,
        .channels = channels,
        .rows = rows->kernel,
        .columns = columns->kernel,
        .row = (ptrdiff_t)columns->input * channels,
        .step = (ptrdiff_t)columns->stride * channels,
    };
}

static void forward(const FaltungStep *step) {
    FaltungSlide rows = faltung_pool_slide(step->layer, 0),
                 columns = faltung_pool_slide(step->layer, 1);
    int channels = step->layer->output_shape.dims[0];
    FaltungPooling pool = pool_of(&rows, &columns, channels);
    size_t row = (size_t)columns.output * channels;
    double work = (double)step->batch * rows.output * row * rows.kernel * columns.kernel;
#pragma omp parallel for num_threads(faltung_threads_for(step->threads, work)) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        const float *x = step->inputs[0] + n * rows.input * pool.row;
        size_t first = n * rows.output * row;
        for (int h = 0; h < rows.output; h++)
            faltung_kernels()->max_pool(&pool, x + h * rows.stride * pool.row,
                                        step->output + first + h * row,
                                        (guint8 *)step->state + first + h * row);
    }
}

/* Whether every pixel lies in exactly one window. */
static gboolean tiles(const FaltungSlide *s) {
    return s->stride == s->kernel && s->output * s->stride == s->input;
}

static void backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    FaltungSlide rows = faltung_pool_slide(step->layer, 0),
                 columns = faltung_pool_slide(step->layer, 1);
    int channels = step->layer->output_shape.dims[0];
    FaltungPooling pool = pool_of(&rows, &columns, channels);
    size_t row = (size_t)columns.output * channels, image = rows.input * pool.row;
    gboolean store = step->overwrite[0] && tiles(&rows) && tiles(&columns);
    double work = (double)step->batch * image * 4;
#pragma omp parallel for num_threads(faltung_threads_for(step->threads, work)) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        float *dx = step->input_gradients[0] + n * image;
        size_t first = n * rows.output * row;
        if (step->overwrite[0] && !store)
            memset(dx, 0, image * sizeof(float));
        for (int h = 0; h < rows.output; h++)
            faltung_kernels()->max_pool_backward(&pool, step->output_gradient + first + h * row,
                                                 (const guint8 *)step->state + first + h * row,
                                                 dx + h * rows.stride * pool.row, !store);
    }
}

static void max_pool2d_forward_reference(const FaltungReference *r) {
    FaltungSlide rows = faltung_pool_slide(r->layer, 0), columns = faltung_pool_slide(r->layer, 1);
    int channels = r->layer->output_shape.dims[0];
    const double(*x)[channels][rows.input][columns.input] = (const void *)r->inputs[0];
    double(*y)[channels][rows.output][columns.output] = (void *)r->output;

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++)
            for (int h = 0; h < rows.output; h++)
                for (int w = 0; w < columns.output; w++) {
                    double largest = -INFINITY;
                    for (int i = 0; i < rows.kernel; i++)
                        for (int j = 0; j < columns.kernel; j++)
                            largest =
                                fmax(largest, x[n][c][h * rows.stride + i][w * columns.stride + j]);
                    y[n][c][h][w] = largest;
                }
}

static void max_pool2d_backward_reference(const FaltungReference *r) {
    FaltungSlide rows = faltung_pool_slide(r->layer, 0), columns = faltung_pool_slide(r->layer, 1);
    int channels = r->layer->output_shape.dims[0];
    const double(*x)[channels][rows.input][columns.input] = (const void *)r->inputs[0];
    const double(*y)[channels][rows.output][columns.output] = (const void *)r->output;
    const double(*dy)[channels][rows.output][columns.output] = (const void *)r->output_gradient;
    double(*dx)[channels][rows.input][columns.input] = (void *)r->input_gradients[0];

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++)
            for (int h = 0; h < rows.output; h++)
                for (int w = 0; w < columns.output; w++) {
                    /* the first of the largest takes the whole gradient */
                    gboolean taken = FALSE;
                    for (int i = 0; i < rows.kernel; i++)
                        for (int j = 0; j < columns.kernel; j++) {
                            int row = h * rows.stride + i, column = w * columns.stride + j;
                            if (taken || x[n][c][row][column] != y[n][c][h][w])
                                continue;
                            dx[n][c][row][column] += dy[n][c][h][w];
                            taken = TRUE;
                        }
                }
}

const FaltungOperation faltung_operation_max_pool2d = {
    .kind =
        {
            .name = "max_pool2d",
            .title = "Max pooling",
            .summary = "keeps the largest value of every window, so the image shrinks",
            .options = faltung_pool_options,
            .options_size = sizeof(FaltungPooling),
        },
    .group = FALTUNG_GROUP_POOLING,
    .flags = FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation = "y_{chw} = \\max_{i,j} \\, x_{c,\\, sh + i,\\, sw + j}",
    .max_inputs = 1,
    .infer_shape = faltung_pool_infer_shape,
    .flops = faltung_pool_flops,
    .state_size = state_size,
    .forward = forward,
    .backward = backward,
    .forward_reference = max_pool2d_forward_reference,
    .backward_reference = max_pool2d_backward_reference,
    .file = "max_pool2d.c",
};

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

static void forward(const FaltungStep *step) {
    FaltungSlide rows = faltung_pool_slide(step->layer, 0),
                 columns = faltung_pool_slide(step->layer, 1);
    int channels = step->layer->output_shape.dims[0];
    size_t pixels = (size_t)rows.output * columns.output;
    size_t image = (size_t)rows.input * columns.input * channels;
    double work = (double)step->batch * pixels * channels * rows.kernel * columns.kernel;
#pragma omp parallel for num_threads(faltung_threads_for(step->threads, work)) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        float *y = step->output + n * pixels * channels;
        guint8 *from = (guint8 *)step->state + n * pixels * channels;
        for (size_t pixel = 0; pixel < pixels; pixel++, y += channels, from += channels) {
            int h = pixel / columns.output, w = pixel % columns.output;
            const float *x =
                step->inputs[0] + n * image +
                ((size_t)h * rows.stride * columns.input + w * columns.stride) * channels;
            memcpy(y, x, channels * sizeof(float));
            memset(from, 0, channels);
            for (int i = 0; i < rows.kernel; i++) {
                for (int j = 0; j < columns.kernel; j++) {
                    const float *pixel_values = x + ((size_t)i * columns.input + j) * channels;
                    guint8 here = i * columns.kernel + j;
                    for (int c = 0; c < channels; c++) {
                        /* written so that NaN wins and stays */
                        gboolean greater = !(pixel_values[c] <= y[c]) & (y[c] == y[c]);
                        y[c] = greater ? pixel_values[c] : y[c];
                        from[c] = greater ? here : from[c];
                    }
                }
            }
        }
    }
}

static void backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    FaltungSlide rows = faltung_pool_slide(step->layer, 0),
                 columns = faltung_pool_slide(step->layer, 1);
    int channels = step->layer->output_shape.dims[0];
    size_t pixels = (size_t)rows.output * columns.output;
    size_t image = (size_t)rows.input * columns.input * channels;
    double work = (double)step->batch * image * 4;
#pragma omp parallel for num_threads(faltung_threads_for(step->threads, work)) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        const float *dy = step->output_gradient + n * pixels * channels;
        const guint8 *from = (const guint8 *)step->state + n * pixels * channels;
        float *dx = step->input_gradients[0] + n * image;
        if (step->overwrite[0])
            memset(dx, 0, image * sizeof(float));
        for (size_t pixel = 0; pixel < pixels; pixel++, dy += channels, from += channels) {
            int h = pixel / columns.output, w = pixel % columns.output;
            for (int c = 0; c < channels; c++) {
                int row = h * rows.stride + from[c] / columns.kernel;
                int column = w * columns.stride + from[c] % columns.kernel;
                dx[((size_t)row * columns.input + column) * channels + c] += dy[c];
            }
        }
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
            .options_size = sizeof(FaltungPool),
        },
    .group = FALTUNG_GROUP_POOLING,
    .flags = 0,
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/pool.h"

#include <string.h>

static int channels_of(const FaltungStep *step) {
    return step->layer->output_shape.dims[0];
}

static double work_of(const FaltungStep *step) {
    return 4.0 * step->batch * faltung_shape_size(&step->layer->input_shapes[0]);
}

/* The mean of one window at @x, whose rows of pixels are @row floats apart. */
FALTUNG_CLONES
static void average_window(int height, int width, int channels, size_t row, const float *x,
                           float *y) {
    float part = 1.0f / (height * width);
    memset(y, 0, channels * sizeof(float));
    for (int i = 0; i < height; i++)
        for (int j = 0; j < width; j++)
            for (int c = 0; c < channels; c++)
                y[c] += x[i * row + (size_t)j * channels + c];
    for (int c = 0; c < channels; c++)
        y[c] *= part;
}

FALTUNG_CLONES
static void spread_window(int height, int width, int channels, size_t row, const float *dy,
                          float *dx) {
    float part = 1.0f / (height * width);
    for (int i = 0; i < height; i++)
        for (int j = 0; j < width; j++)
            for (int c = 0; c < channels; c++)
                dx[i * row + (size_t)j * channels + c] += part * dy[c];
}

static void forward(const FaltungStep *step) {
    FaltungSlide h = faltung_pool_slide(step->layer, 0), w = faltung_pool_slide(step->layer, 1);
    int channels = channels_of(step);
    size_t row = (size_t)w.input * channels, image = h.input * row;
    size_t pixels = (size_t)h.output * w.output;
    int threads = faltung_threads_for(step->threads, work_of(step));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t i = 0; i < step->batch * pixels; i++) {
        size_t n = i / pixels, top = i % pixels / w.output, left = i % w.output;
        average_window(h.kernel, w.kernel, channels, row,
                       step->inputs[0] + n * image + top * h.stride * row +
                           left * w.stride * channels,
                       step->output + i * channels);
    }
}

static void backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    FaltungSlide h = faltung_pool_slide(step->layer, 0), w = faltung_pool_slide(step->layer, 1);
    int channels = channels_of(step);
    size_t row = (size_t)w.input * channels, image = h.input * row;
    int threads = faltung_threads_for(step->threads, work_of(step));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        float *dx = step->input_gradients[0] + n * image;
        const float *dy = step->output_gradient + (size_t)n * h.output * w.output * channels;
        if (step->overwrite[0])
            memset(dx, 0, image * sizeof(float));
        for (int top = 0; top < h.output; top++)
            for (int left = 0; left < w.output; left++, dy += channels)
                spread_window(h.kernel, w.kernel, channels, row, dy,
                              dx + top * h.stride * row + (size_t)left * w.stride * channels);
    }
}

static void avg_pool2d_forward_reference(const FaltungReference *r) {
    FaltungSlide rows = faltung_pool_slide(r->layer, 0), columns = faltung_pool_slide(r->layer, 1);
    int channels = r->layer->output_shape.dims[0], area = rows.kernel * columns.kernel;
    const double(*x)[channels][rows.input][columns.input] = (const void *)r->inputs[0];
    double(*y)[channels][rows.output][columns.output] = (void *)r->output;

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++)
            for (int h = 0; h < rows.output; h++)
                for (int w = 0; w < columns.output; w++) {
                    double sum = 0;
                    for (int i = 0; i < rows.kernel; i++)
                        for (int j = 0; j < columns.kernel; j++)
                            sum += x[n][c][h * rows.stride + i][w * columns.stride + j];
                    y[n][c][h][w] = sum / area;
                }
}

static void avg_pool2d_backward_reference(const FaltungReference *r) {
    FaltungSlide rows = faltung_pool_slide(r->layer, 0), columns = faltung_pool_slide(r->layer, 1);
    int channels = r->layer->output_shape.dims[0], area = rows.kernel * columns.kernel;
    const double(*dy)[channels][rows.output][columns.output] = (const void *)r->output_gradient;
    double(*dx)[channels][rows.input][columns.input] = (void *)r->input_gradients[0];

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++)
            for (int h = 0; h < rows.output; h++)
                for (int w = 0; w < columns.output; w++)
                    for (int i = 0; i < rows.kernel; i++)
                        for (int j = 0; j < columns.kernel; j++)
                            dx[n][c][h * rows.stride + i][w * columns.stride + j] +=
                                dy[n][c][h][w] / area;
}

const FaltungOperation faltung_operation_avg_pool2d = {
    .kind =
        {
            .name = "avg_pool2d",
            .title = "Average pooling",
            .summary = "the mean of every window, so the image shrinks",
            .options = faltung_pool_options,
            .options_size = sizeof(FaltungPool),
        },
    .group = FALTUNG_GROUP_POOLING,
    .equation = "y_{chw} = \\frac{1}{K^2} \\sum_{i,j} x_{c,\\, sh + i,\\, sw + j}",
    .max_inputs = 1,
    .infer_shape = faltung_pool_infer_shape,
    .flops = faltung_pool_flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = avg_pool2d_forward_reference,
    .backward_reference = avg_pool2d_backward_reference,
    .file = "avg_pool2d.c",
};

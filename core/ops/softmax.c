/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/operations.h"
#include "core/ops/parallel.h"

#include <math.h>

/* Over the channels, which are contiguous inside: a row a sample, or a row a pixel. */
static int channels_of(const FaltungLayer *layer) {
    return layer->output_shape.dims[0];
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    layer->output_shape = layer->input_shapes[0];
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    return 3.0 * faltung_shape_size(&layer->output_shape);
}

static size_t rows_of(const FaltungStep *step) {
    return step->batch * faltung_shape_size(&step->layer->output_shape) / channels_of(step->layer);
}

static void forward(const FaltungStep *step) {
    const FaltungKernels *kernels = faltung_kernels();
    int channels = channels_of(step->layer);
    size_t rows = rows_of(step);
    int threads = faltung_threads_for(step->threads, 20.0 * rows * channels);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t row = 0; row < rows; row++) {
        const float *x = step->inputs[0] + row * channels;
        float *y = step->output + row * channels;
        float largest = x[0], sum = 0;
        for (int c = 1; c < channels; c++)
            largest = x[c] > largest ? x[c] : largest;
        for (int c = 0; c < channels; c++)
            y[c] = x[c] - largest;
        kernels->exponential(channels, y, y);
        for (int c = 0; c < channels; c++)
            sum += y[c];
        for (int c = 0; c < channels; c++)
            y[c] /= sum;
    }
}

static void backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    int channels = channels_of(step->layer);
    size_t rows = rows_of(step);
    int threads = faltung_threads_for(step->threads, 6.0 * rows * channels);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t row = 0; row < rows; row++) {
        const float *y = step->output + row * channels;
        const float *dy = step->output_gradient + row * channels;
        float *dx = step->input_gradients[0] + row * channels, dot = 0;
        for (int c = 0; c < channels; c++)
            dot += dy[c] * y[c];
        for (int c = 0; c < channels; c++) {
            float gradient = y[c] * (dy[c] - dot);
            dx[c] = step->overwrite[0] ? gradient : dx[c] + gradient;
        }
    }
}

static void softmax_forward_reference(const FaltungReference *r) {
    int channels = r->layer->output_shape.dims[0];
    int pixels = faltung_shape_size(&r->layer->output_shape) / channels;
    const double(*x)[channels][pixels] = (const void *)r->inputs[0];
    double(*y)[channels][pixels] = (void *)r->output;

    for (int n = 0; n < r->batch; n++)
        for (int p = 0; p < pixels; p++) {
            double largest = x[n][0][p], sum = 0;
            for (int c = 1; c < channels; c++)
                largest = fmax(largest, x[n][c][p]);
            for (int c = 0; c < channels; c++)
                sum += exp(x[n][c][p] - largest);
            for (int c = 0; c < channels; c++)
                y[n][c][p] = exp(x[n][c][p] - largest) / sum;
        }
}

static void softmax_backward_reference(const FaltungReference *r) {
    int channels = r->layer->output_shape.dims[0];
    int pixels = faltung_shape_size(&r->layer->output_shape) / channels;
    const double(*y)[channels][pixels] = (const void *)r->output;
    const double(*dy)[channels][pixels] = (const void *)r->output_gradient;
    double(*dx)[channels][pixels] = (void *)r->input_gradients[0];

    for (int n = 0; n < r->batch; n++)
        for (int p = 0; p < pixels; p++) {
            double dot = 0;
            for (int c = 0; c < channels; c++)
                dot += dy[n][c][p] * y[n][c][p];
            for (int c = 0; c < channels; c++)
                dx[n][c][p] += y[n][c][p] * (dy[n][c][p] - dot);
        }
}

const FaltungOperation faltung_operation_softmax = {
    .kind =
        {
            .name = "softmax",
            .title = "Softmax",
            .summary = "turns scores into probabilities that sum to 1, over the channels",
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_IS_ACTIVATION,
    .equation = "y_c = \\frac{e^{x_c}}{\\sum_{k} e^{x_k}}",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = softmax_forward_reference,
    .backward_reference = softmax_backward_reference,
    .file = "softmax.c",
};

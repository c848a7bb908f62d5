/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/elementwise.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/reach.h"

#include <math.h>

/* Over the channels or features, which are contiguous inside: a row is a sample, a pixel or a time
   step. */
static int channels_of(const FaltungLayer *layer) {
    return faltung_layout_columns(&layer->output_shape);
}

static double flops(const FaltungLayer *layer) {
    return 3.0 * faltung_shape_size(&layer->output_shape);
}

static size_t rows_of(const FaltungStep *step) {
    return (size_t)step->batch * faltung_layout_rows(&step->layer->output_shape);
}

static void forward(const FaltungStep *step) {
    const FaltungKernels *kernels = faltung_kernels();
    int channels = channels_of(step->layer);
    size_t rows = rows_of(step);
    int threads = faltung_threads_for(step->threads, 20.0 * rows * channels);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t row = 0; row < rows; row++) {
        const float *x = step->inputs[0] + row * channels;
        float *y = step->output + row * channels, largest = x[0];
        double sum = 0; /* there may be thousands of terms */
        for (int c = 1; c < channels; c++)
            largest = x[c] > largest ? x[c] : largest;
        for (int c = 0; c < channels; c += 64) {
            float powers[64 + FALTUNG_SLACK];
            int n = MIN(64, channels - c);
            for (int i = 0; i < n; i++)
                powers[i] = x[c + i] - largest;
            kernels->exponential(n, powers, powers);
            for (int i = 0; i < n; i++)
                sum += powers[i];
        }
        double shift = largest + log(sum);
        for (int c = 0; c < channels; c++)
            y[c] = x[c] - shift;
    }
}

static void backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    const FaltungKernels *kernels = faltung_kernels();
    int channels = channels_of(step->layer);
    size_t rows = rows_of(step);
    int threads = faltung_threads_for(step->threads, 20.0 * rows * channels);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t row = 0; row < rows; row++) {
        const float *y = step->output + row * channels;
        const float *dy = step->output_gradient + row * channels;
        float *dx = step->input_gradients[0] + row * channels, sum = 0;
        for (int c = 0; c < channels; c++)
            sum += dy[c];
        for (int c = 0; c < channels; c += 64) {
            float chances[64 + FALTUNG_SLACK];
            int n = MIN(64, channels - c);
            kernels->exponential(n, y + c, chances);
            for (int i = 0; i < n; i++) {
                float gradient = dy[c + i] - chances[i] * sum;
                dx[c + i] = step->overwrite[0] ? gradient : dx[c + i] + gradient;
            }
        }
    }
}

/* Where channel c of a row of sample n lies. */
static size_t at(const FaltungReference *r, int n, int row, int c) {
    const FaltungShape *shape = &r->layer->output_shape;
    return n * faltung_shape_size(shape) + faltung_layout_field(shape, row, c);
}

static void log_softmax_forward_reference(const FaltungReference *r) {
    int rows = faltung_layout_rows(&r->layer->output_shape); /* pixels, steps or 1 */
    int channels = channels_of(r->layer);
    const double *x = r->inputs[0];

    for (int n = 0; n < r->batch; n++)
        for (int row = 0; row < rows; row++) {
            double largest = x[at(r, n, row, 0)], sum = 0;
            for (int c = 1; c < channels; c++)
                largest = fmax(largest, x[at(r, n, row, c)]);
            for (int c = 0; c < channels; c++)
                sum += exp(x[at(r, n, row, c)] - largest);
            for (int c = 0; c < channels; c++)
                r->output[at(r, n, row, c)] = x[at(r, n, row, c)] - largest - log(sum);
        }
}

static void log_softmax_backward_reference(const FaltungReference *r) {
    int rows = faltung_layout_rows(&r->layer->output_shape);
    int channels = channels_of(r->layer);
    const double *y = r->output, *dy = r->output_gradient;

    for (int n = 0; n < r->batch; n++)
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int c = 0; c < channels; c++)
                sum += dy[at(r, n, row, c)];
            for (int c = 0; c < channels; c++) {
                size_t i = at(r, n, row, c);
                r->input_gradients[0][i] += dy[i] - exp(y[i]) * sum;
            }
        }
}

const FaltungOperation faltung_operation_log_softmax = {
    .kind =
        {
            .name = "log_softmax",
            .title = "Log softmax",
            .summary = "the logarithms of softmax's probabilities, without its rounding",
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_IS_ACTIVATION,
    .equation = "\\mark{y}{y_c} = \\mark{x}{x_c} - \\ln \\mark{sum}{\\sum_{k} e^{\\mark{x}{x_k}}}",
    .reach = faltung_reach_row,
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .flops = flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = log_softmax_forward_reference,
    .backward_reference = log_softmax_backward_reference,
    .file = "log_softmax.c",
};

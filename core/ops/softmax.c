/* SPDX-License-Identifier: Apache-2.0 */
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
        kernels->softmax(channels, 1, step->inputs[0] + row * channels,
                         step->output + row * channels);
    }
}

static void backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    const FaltungKernels *kernels = faltung_kernels();
    int channels = channels_of(step->layer);
    size_t rows = rows_of(step);
    int threads = faltung_threads_for(step->threads, 6.0 * rows * channels);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t row = 0; row < rows; row++) {
        kernels->softmax_backward(channels, 1, step->output + row * channels,
                                  step->output_gradient + row * channels,
                                  step->input_gradients[0] + row * channels, !step->overwrite[0]);
    }
}

/* Where channel c of a row of sample n lies. */
static size_t at(const FaltungReference *r, int n, int row, int c) {
    const FaltungShape *shape = &r->layer->output_shape;
    return n * faltung_shape_size(shape) + faltung_layout_field(shape, row, c);
}

static void softmax_forward_reference(const FaltungReference *r) {
    int rows = faltung_layout_rows(&r->layer->output_shape); /* pixels, steps or 1 */
    int channels = channels_of(r->layer);
    const double *x = r->inputs[0];
    double *y = r->output;

    for (int n = 0; n < r->batch; n++)
        for (int row = 0; row < rows; row++) {
            double largest = x[at(r, n, row, 0)], sum = 0;
            for (int c = 1; c < channels; c++)
                largest = fmax(largest, x[at(r, n, row, c)]);
            for (int c = 0; c < channels; c++)
                sum += exp(x[at(r, n, row, c)] - largest);
            for (int c = 0; c < channels; c++)
                y[at(r, n, row, c)] = exp(x[at(r, n, row, c)] - largest) / sum;
        }
}

static void softmax_backward_reference(const FaltungReference *r) {
    int rows = faltung_layout_rows(&r->layer->output_shape);
    int channels = channels_of(r->layer);
    const double *y = r->output, *dy = r->output_gradient;
    double *dx = r->input_gradients[0];

    for (int n = 0; n < r->batch; n++)
        for (int row = 0; row < rows; row++) {
            double dot = 0;
            for (int c = 0; c < channels; c++)
                dot += dy[at(r, n, row, c)] * y[at(r, n, row, c)];
            for (int c = 0; c < channels; c++) {
                size_t i = at(r, n, row, c);
                dx[i] += y[i] * (dy[i] - dot);
            }
        }
}

const FaltungOperation faltung_operation_softmax = {
    .kind =
        {
            .name = "softmax",
            .title = "Softmax",
            .summary =
                "turns scores into probabilities that sum to 1, over the channels or features",
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_IS_ACTIVATION,
    .equation =
        "\\mark{y}{y_c} = \\frac{e^{\\mark{x}{x_c}}}{\\mark{sum}{\\sum_{k} e^{\\mark{x}{x_k}}}}",
    .reach = faltung_reach_row,
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = softmax_forward_reference,
    .backward_reference = softmax_backward_reference,
    .file = "softmax.c",
};

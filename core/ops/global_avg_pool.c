/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/ops/global_pool.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/reach.h"
#include "core/ops/sums.h"

#include <string.h>

static void average(int rows, int channels, const float *x, float *y) {
    memset(y, 0, channels * sizeof(float));
    faltung_add_rows(rows, channels, x, y);
    for (int c = 0; c < channels; c++)
        y[c] /= rows;
}

FALTUNG_CLONES
static void spread(int rows, int channels, const float *dy, float *dx, gboolean overwrite) {
    float part = 1.0f / rows;
    for (int row = 0; row < rows; row++, dx += channels)
        for (int c = 0; c < channels; c++)
            dx[c] = (overwrite ? 0 : dx[c]) + dy[c] * part;
}

static void forward(const FaltungStep *step) {
    const FaltungShape *shape = &step->layer->input_shapes[0];
    int rows = faltung_layout_rows(shape), channels = faltung_layout_columns(shape);
    size_t sample = (size_t)rows * channels;
    int threads = faltung_threads_for(step->threads, 4.0 * step->batch * sample);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++)
        average(rows, channels, step->inputs[0] + n * sample, step->output + n * channels);
}

static void backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    const FaltungShape *shape = &step->layer->input_shapes[0];
    int rows = faltung_layout_rows(shape), channels = faltung_layout_columns(shape);
    size_t sample = (size_t)rows * channels;
    int threads = faltung_threads_for(step->threads, 4.0 * step->batch * sample);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++)
        spread(rows, channels, step->output_gradient + n * channels,
               step->input_gradients[0] + n * sample, step->overwrite[0]);
}

static void global_avg_pool_forward_reference(const FaltungReference *r) {
    const FaltungShape *shape = &r->layer->input_shapes[0];
    int rows = faltung_layout_rows(shape), channels = faltung_layout_columns(shape);
    const double(*x)[rows * channels] = (const void *)r->inputs[0];
    double(*y)[channels] = (void *)r->output;

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++) {
            y[n][c] = 0;
            for (int row = 0; row < rows; row++)
                y[n][c] += x[n][faltung_layout_field(shape, row, c)] / rows;
        }
}

static void global_avg_pool_backward_reference(const FaltungReference *r) {
    const FaltungShape *shape = &r->layer->input_shapes[0];
    int rows = faltung_layout_rows(shape), channels = faltung_layout_columns(shape);
    const double(*dy)[channels] = (const void *)r->output_gradient;
    double(*dx)[rows * channels] = (void *)r->input_gradients[0];

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++)
            for (int row = 0; row < rows; row++)
                dx[n][faltung_layout_field(shape, row, c)] += dy[n][c] / rows;
}

const FaltungOperation faltung_operation_global_avg_pool = {
    .kind =
        {
            .name = "global_avg_pool",
            .title = "Global average pooling",
            .summary = "the mean of every feature map, or of a sequence over its steps: one number "
                       "a channel",
        },
    .group = FALTUNG_GROUP_POOLING,
    .flags = FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_c} = \\frac{1}{\\mark{rows}{P}} \\sum_{p=1}^{P} \\mark{x}{x_{cp}}",
    .reach = faltung_reach_channel,
    .max_inputs = 1,
    .infer_shape = faltung_global_pool_infer_shape,
    .flops = faltung_global_pool_flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = global_avg_pool_forward_reference,
    .backward_reference = global_avg_pool_backward_reference,
    .file = "global_avg_pool.c",
};

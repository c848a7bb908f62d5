/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/ops/global_pool.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/reach.h"

#include <math.h>

/* Which row each output came from. */
static size_t state_size(const FaltungLayer *layer, int batch) {
    return batch * faltung_shape_size(&layer->output_shape) * sizeof(gint32);
}

FALTUNG_CLONES
static void largest_rows(int rows, int channels, const float *x, float *y, gint32 *from) {
    for (int c = 0; c < channels; c++) {
        y[c] = x[c];
        from[c] = 0;
    }
    for (int row = 1; row < rows; row++) {
        x += channels;
        for (int c = 0; c < channels; c++) {
            /* written so that NaN wins and stays */
            gboolean greater = !(x[c] <= y[c]) & (y[c] == y[c]);
            y[c] = greater ? x[c] : y[c];
            from[c] = greater ? row : from[c];
        }
    }
}

FALTUNG_CLONES
static void return_to_rows(int rows, int channels, const float *dy, const gint32 *from, float *dx,
                           gboolean overwrite) {
    for (int row = 0; row < rows; row++, dx += channels)
        for (int c = 0; c < channels; c++)
            dx[c] = (overwrite ? 0 : dx[c]) + (from[c] == row ? dy[c] : 0);
}

static void forward(const FaltungStep *step) {
    const FaltungShape *shape = &step->layer->input_shapes[0];
    int rows = faltung_layout_rows(shape), channels = faltung_layout_columns(shape);
    size_t sample = (size_t)rows * channels;
    int threads = faltung_threads_for(step->threads, 4.0 * step->batch * sample);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        const float *x = step->inputs[0] + n * sample;
        float *y = step->output + n * channels;
        if (step->keeps)
            largest_rows(rows, channels, x, y, (gint32 *)step->state + n * channels);
        else
            faltung_kernels()->largest_of_rows(rows, channels, x, y);
    }
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
        return_to_rows(rows, channels, step->output_gradient + n * channels,
                       (const gint32 *)step->state + n * channels,
                       step->input_gradients[0] + n * sample, step->overwrite[0]);
}

static void global_max_pool_forward_reference(const FaltungReference *r) {
    const FaltungShape *shape = &r->layer->input_shapes[0];
    int rows = faltung_layout_rows(shape), channels = faltung_layout_columns(shape);
    const double(*x)[rows * channels] = (const void *)r->inputs[0];
    double(*y)[channels] = (void *)r->output;

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++) {
            y[n][c] = -INFINITY;
            for (int row = 0; row < rows; row++)
                y[n][c] = fmax(y[n][c], x[n][faltung_layout_field(shape, row, c)]);
        }
}

static void global_max_pool_backward_reference(const FaltungReference *r) {
    const FaltungShape *shape = &r->layer->input_shapes[0];
    int rows = faltung_layout_rows(shape), channels = faltung_layout_columns(shape);
    const double(*x)[rows * channels] = (const void *)r->inputs[0];
    const double(*y)[channels] = (const void *)r->output;
    const double(*dy)[channels] = (const void *)r->output_gradient;
    double(*dx)[rows * channels] = (void *)r->input_gradients[0];

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++)
            for (int row = 0; row < rows; row++) {
                size_t place = faltung_layout_field(shape, row, c);
                if (x[n][place] == y[n][c]) {
                    /* the first of the largest takes the whole gradient */
                    dx[n][place] += dy[n][c];
                    break;
                }
            }
}

const FaltungOperation faltung_operation_global_max_pool = {
    .kind =
        {
            .name = "global_max_pool",
            .title = "Global max pooling",
            .summary = "the largest value of every feature map, or of a sequence over its steps: "
                       "one number a channel",
        },
    .group = FALTUNG_GROUP_POOLING,
    .flags = FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_c} = \\max_{p} \\, \\mark{x}{x_{cp}}",
    .reach = faltung_reach_channel,
    .max_inputs = 1,
    .infer_shape = faltung_global_pool_infer_shape,
    .flops = faltung_global_pool_flops,
    .state_size = state_size,
    .forward = forward,
    .backward = backward,
    .forward_reference = global_max_pool_forward_reference,
    .backward_reference = global_max_pool_backward_reference,
    .file = "global_max_pool.c",
};

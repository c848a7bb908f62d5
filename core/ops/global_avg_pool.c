/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/base/error.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/sums.h"

#include <string.h>

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const FaltungShape *input = &layer->input_shapes[0];
    if (input->rank != 3) {
        g_autofree char *came = faltung_shape_format(input);
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                    "global_avg_pool takes images (channels x height x width), but its input is "
                    "%s; put it before the flatten, or leave it out",
                    came);
        return FALSE;
    }
    layer->output_shape = FALTUNG_SHAPE(input->dims[0]);
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    return faltung_shape_size(&layer->input_shapes[0]);
}

static int pixels_of(const FaltungLayer *layer) {
    return layer->input_shapes[0].dims[1] * layer->input_shapes[0].dims[2];
}

static void average(int pixels, int channels, const float *x, float *y) {
    memset(y, 0, channels * sizeof(float));
    faltung_add_rows(pixels, channels, x, y);
    for (int c = 0; c < channels; c++)
        y[c] /= pixels;
}

FALTUNG_CLONES
static void spread(int pixels, int channels, const float *dy, float *dx, gboolean overwrite) {
    float part = 1.0f / pixels;
    for (int p = 0; p < pixels; p++, dx += channels)
        for (int c = 0; c < channels; c++)
            dx[c] = (overwrite ? 0 : dx[c]) + dy[c] * part;
}

static void forward(const FaltungStep *step) {
    int channels = step->layer->output_shape.dims[0], pixels = pixels_of(step->layer);
    size_t image = (size_t)pixels * channels;
    int threads = faltung_threads_for(step->threads, 4.0 * step->batch * image);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++)
        average(pixels, channels, step->inputs[0] + n * image, step->output + n * channels);
}

static void backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    int channels = step->layer->output_shape.dims[0], pixels = pixels_of(step->layer);
    size_t image = (size_t)pixels * channels;
    int threads = faltung_threads_for(step->threads, 4.0 * step->batch * image);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++)
        spread(pixels, channels, step->output_gradient + n * channels,
               step->input_gradients[0] + n * image, step->overwrite[0]);
}

static void global_avg_pool_forward_reference(const FaltungReference *r) {
    int channels = r->layer->output_shape.dims[0], pixels = pixels_of(r->layer);
    const double(*x)[channels][pixels] = (const void *)r->inputs[0];
    double(*y)[channels] = (void *)r->output;

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++) {
            y[n][c] = 0;
            for (int p = 0; p < pixels; p++)
                y[n][c] += x[n][c][p] / pixels;
        }
}

static void global_avg_pool_backward_reference(const FaltungReference *r) {
    int channels = r->layer->output_shape.dims[0], pixels = pixels_of(r->layer);
    const double(*dy)[channels] = (const void *)r->output_gradient;
    double(*dx)[channels][pixels] = (void *)r->input_gradients[0];

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++)
            for (int p = 0; p < pixels; p++)
                dx[n][c][p] += dy[n][c] / pixels;
}

const FaltungOperation faltung_operation_global_avg_pool = {
    .kind =
        {
            .name = "global_avg_pool",
            .title = "Global average pooling",
            .summary = "the mean of every feature map: one number a channel",
        },
    .group = FALTUNG_GROUP_POOLING,
    .flags = FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation = "y_c = \\frac{1}{HW} \\sum_{h,w} x_{chw}",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = global_avg_pool_forward_reference,
    .backward_reference = global_avg_pool_backward_reference,
    .file = "global_avg_pool.c",
};

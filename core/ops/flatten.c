/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    layer->output_shape = FALTUNG_SHAPE((int)faltung_shape_size(&layer->input_shapes[0]));
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    return 0;
}

/* The order that the values are taken from: where they stay as they lie (all who follow can take
   them so), that of a vector, which is copied as it is. */
static FaltungShape source_order(const FaltungLayer *layer) {
    gboolean stays = faltung_shape_equal(&layer->order, &layer->input_orders[0]);
    return stays ? layer->output_shape : layer->input_orders[0];
}

static void forward(const FaltungStep *step) {
    FaltungShape order = source_order(step->layer);
    size_t size = faltung_shape_size(&order);
    int threads = faltung_threads_for(step->threads, 4.0 * step->batch * size);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++)
        faltung_layout_to_field(&order, step->inputs[0] + n * size, step->output + n * size);
}

static void backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    FaltungShape order = source_order(step->layer);
    size_t size = faltung_shape_size(&order);
    int threads = faltung_threads_for(step->threads, 4.0 * step->batch * size);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        const float *dy = step->output_gradient + n * size;
        float *dx = step->input_gradients[0] + n * size;
        if (step->overwrite[0]) {
            faltung_layout_to_inside(&order, dy, dx);
        } else {
            for (size_t i = 0; i < size; i++)
                dx[faltung_layout_inside(&order, i)] += dy[i];
        }
    }
}

static void flatten_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);

    for (size_t i = 0; i < size; i++)
        r->output[i] = r->inputs[0][i];
}

static void flatten_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);

    for (size_t i = 0; i < size; i++)
        r->input_gradients[0][i] += r->output_gradient[i];
}

const FaltungOperation faltung_operation_flatten = {
    .kind =
        {
            .name = "flatten",
            .title = "Flatten",
            .summary = "lays an image out as one long vector, channel by channel; a sequence, step "
                       "by step",
        },
    .group = FALTUNG_GROUP_SHAPE,
    .flags = FALTUNG_IS_VIEW,
    .equation = "y_{(cH + h)W + w} = x_{chw}",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = flatten_forward_reference,
    .backward_reference = flatten_backward_reference,
    .file = "flatten.c",
};

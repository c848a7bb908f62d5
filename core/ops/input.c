/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/input.h"

#include "core/ops/layout.h"
#include "core/ops/parallel.h"
#include "core/ops/rearrange.h"

#include <string.h>

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const FaltungInputPart *part = layer->options;
    layer->output_shape = part->shape;
    return TRUE;
}

static int threads_of(const FaltungStep *step) {
    size_t size = faltung_shape_size(&step->layer->output_shape);
    return faltung_threads_for(step->threads, 8.0 * step->batch * size);
}

static void forward(const FaltungStep *step) {
    const FaltungInputPart *part = step->layer->options;
    size_t sample = faltung_shape_size(&step->layer->input_shapes[0]);
    size_t size = faltung_shape_size(&part->shape);
#pragma omp parallel for num_threads(threads_of(step)) schedule(static)
    for (int n = 0; n < step->batch; n++)
        faltung_layout_to_inside(&part->shape, step->inputs[0] + n * sample + part->begin,
                                 step->output + n * size);
}

/* Whoever comes first clears the gradients of the other inputs, too. */
static void backward(const FaltungStep *step) {
    const FaltungInputPart *part = step->layer->options;
    size_t sample = faltung_shape_size(&step->layer->input_shapes[0]);
    size_t size = faltung_shape_size(&part->shape);
    if (!step->input_gradients[0])
        return;
#pragma omp parallel for num_threads(threads_of(step)) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        const float *dy = step->output_gradient + n * size;
        float *dx = step->input_gradients[0] + n * sample;
        if (step->overwrite[0])
            memset(dx, 0, sample * sizeof(float));
        for (size_t i = 0; i < size; i++)
            dx[part->begin + i] += dy[faltung_layout_inside(&part->shape, i)];
    }
}

static void input_forward_reference(const FaltungReference *r) {
    const FaltungInputPart *part = r->layer->options;
    size_t sample = faltung_shape_size(&r->layer->input_shapes[0]);
    size_t size = faltung_shape_size(&part->shape);

    for (int n = 0; n < r->batch; n++)
        for (size_t i = 0; i < size; i++)
            r->output[n * size + i] = r->inputs[0][n * sample + part->begin + i];
}

static void input_backward_reference(const FaltungReference *r) {
    const FaltungInputPart *part = r->layer->options;
    size_t sample = faltung_shape_size(&r->layer->input_shapes[0]);
    size_t size = faltung_shape_size(&part->shape);

    for (int n = 0; n < r->batch; n++)
        for (size_t i = 0; i < size; i++)
            r->input_gradients[0][n * sample + part->begin + i] += r->output_gradient[n * size + i];
}

const FaltungOperation faltung_operation_input = {
    .kind =
        {
            .name = "input",
            .title = "Input",
            .summary = "one of the network's inputs: its part of the sample",
            .options_size = sizeof(FaltungInputPart),
        },
    .group = FALTUNG_GROUP_SHAPE,
    .flags = FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation = "y_i = x_{b + i}",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = faltung_rearrange_flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = input_forward_reference,
    .backward_reference = input_backward_reference,
    .file = "input.c",
};

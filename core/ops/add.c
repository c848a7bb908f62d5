/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/join.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"

static void forward(const FaltungStep *step) {
    size_t size = step->batch * faltung_shape_size(&step->layer->output_shape);
    int n_inputs = step->layer->n_inputs;
    int threads = faltung_threads_for(step->threads, 4.0 * size * n_inputs);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t i = 0; i < size; i++) {
        float sum = step->inputs[0][i];
        for (int k = 1; k < n_inputs; k++)
            sum += step->inputs[k][i];
        step->output[i] = sum;
    }
}

static void backward(const FaltungStep *step) {
    size_t size = step->batch * faltung_shape_size(&step->layer->output_shape);
    int threads = faltung_threads_for(step->threads, 4.0 * size);
    for (int k = 0; k < step->layer->n_inputs; k++) {
        float *dx = step->input_gradients[k];
        if (!dx)
            continue;
#pragma omp parallel for num_threads(threads) schedule(static)
        for (size_t i = 0; i < size; i++)
            dx[i] = step->output_gradient[i] + (step->overwrite[k] ? 0 : dx[i]);
    }
}

static void add_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    double *y = r->output;

    for (size_t i = 0; i < size; i++) {
        y[i] = 0;
        for (int k = 0; k < r->layer->n_inputs; k++)
            y[i] += r->inputs[k][i];
    }
}

static void add_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *dy = r->output_gradient;

    for (size_t i = 0; i < size; i++)
        for (int k = 0; k < r->layer->n_inputs; k++)
            r->input_gradients[k][i] += dy[i];
}

const FaltungOperation faltung_operation_add = {
    .kind =
        {
            .name = "add",
            .title = "Add",
            .summary = "the sum of its inputs, value by value: what a residual network joins with",
        },
    .group = FALTUNG_GROUP_JOIN,
    .flags = FALTUNG_TAKES_ACTIVATION,
    .equation = "y_i = \\sum_{k} x^{(k)}_i",
    .max_inputs = FALTUNG_MAX_INPUTS,
    .infer_shape = faltung_join_infer_shape,
    .flops = faltung_join_flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = add_forward_reference,
    .backward_reference = add_backward_reference,
    .file = "add.c",
};

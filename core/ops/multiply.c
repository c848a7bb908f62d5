/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/join.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/reach.h"

/* The product of all inputs but one, at element i: d output / d that one. */
static float others(const FaltungStep *step, int but, size_t i) {
    float product = 1;
    for (int k = 0; k < step->layer->n_inputs; k++)
        if (k != but)
            product *= step->inputs[k][i];
    return product;
}

static void forward(const FaltungStep *step) {
    size_t size = step->batch * faltung_shape_size(&step->layer->output_shape);
    int threads = faltung_threads_for(step->threads, 4.0 * size * step->layer->n_inputs);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t i = 0; i < size; i++)
        step->output[i] = others(step, -1, i);
}

static void backward(const FaltungStep *step) {
    size_t size = step->batch * faltung_shape_size(&step->layer->output_shape);
    int threads = faltung_threads_for(step->threads, 4.0 * size * step->layer->n_inputs);
    for (int k = 0; k < step->layer->n_inputs; k++) {
        float *dx = step->input_gradients[k]; /* (N, shape); NULL: nobody needs it */
        if (!dx)
            continue;
#pragma omp parallel for num_threads(threads) schedule(static)
        for (size_t i = 0; i < size; i++)
            dx[i] =
                step->output_gradient[i] * others(step, k, i) + (step->overwrite[k] ? 0 : dx[i]);
    }
}

static void multiply_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    double *y = r->output;

    for (size_t i = 0; i < size; i++) {
        y[i] = 1;
        for (int k = 0; k < r->layer->n_inputs; k++)
            y[i] *= r->inputs[k][i];
    }
}

static void multiply_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *dy = r->output_gradient;

    for (size_t i = 0; i < size; i++) {
        for (int k = 0; k < r->layer->n_inputs; k++) {
            double others = 1;
            for (int l = 0; l < r->layer->n_inputs; l++)
                if (l != k)
                    others *= r->inputs[l][i];
            r->input_gradients[k][i] += dy[i] * others;
        }
    }
}

const FaltungOperation faltung_operation_multiply = {
    .kind =
        {
            .name = "multiply",
            .title = "Multiply",
            .summary = "the product of its inputs, value by value: one opens and closes the other",
        },
    .group = FALTUNG_GROUP_JOIN,
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_i} = \\prod_{k} \\mark{x}{x^{(k)}_i}",
    .reach = faltung_reach_same,
    .max_inputs = FALTUNG_MAX_INPUTS,
    .infer_shape = faltung_join_infer_shape,
    .flops = faltung_join_flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = multiply_forward_reference,
    .backward_reference = multiply_backward_reference,
    .file = "multiply.c",
};

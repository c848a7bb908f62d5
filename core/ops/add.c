/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/ops/join.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/reach.h"

#include <string.h>

enum { CHUNK = 2048 }; /* floats that stay in the first cache between the sum and the activation */

static size_t size_of(const FaltungStep *step) {
    return step->batch * faltung_shape_size(&step->layer->output_shape);
}

/* The sum of the inputs from value @first on. */
FALTUNG_CLONES
static void add_up(const FaltungStep *step, size_t first, size_t n, float *y) {
    const float *x = step->inputs[0] + first;
    for (int k = 1; k < step->layer->n_inputs; k++, x = y) {
        const float *other = step->inputs[k] + first;
        for (size_t i = 0; i < n; i++)
            y[i] = x[i] + other[i];
    }
    if (step->layer->n_inputs == 1)
        memcpy(y, x, n * sizeof(float));
}

static void forward(const FaltungStep *step) {
    const FaltungKernels *kernels = faltung_kernels();
    size_t size = size_of(step);
    int threads = faltung_threads_for(step->threads, 4.0 * size * step->layer->n_inputs);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t first = 0; first < size; first += CHUNK) {
        size_t n = MIN(CHUNK, size - first);
        float *y = step->output + first;
        add_up(step, first, n, y);
        if (step->epilogue != FALTUNG_EPILOGUE_NONE)
            kernels->activate(step->epilogue, step->epilogue_parameter, n, y, y);
    }
}

static void backward(const FaltungStep *step) {
    const FaltungKernels *kernels = faltung_kernels();
    size_t size = size_of(step);
    int threads = faltung_threads_for(step->threads, 4.0 * size * step->layer->n_inputs);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t first = 0; first < size; first += CHUNK)
        for (int k = 0; k < step->layer->n_inputs; k++)
            if (step->input_gradients[k])
                kernels->activate_backward(step->epilogue, step->epilogue_parameter,
                                           MIN(CHUNK, size - first), step->output + first,
                                           step->output_gradient + first,
                                           step->input_gradients[k] + first, !step->overwrite[k]);
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
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FUSES_EPILOGUE | FALTUNG_FUSES_SLOPE |
             FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_i} = \\sum_{k} \\mark{x}{x^{(k)}_i}",
    .reach = faltung_reach_same,
    .max_inputs = FALTUNG_MAX_INPUTS,
    .infer_shape = faltung_join_infer_shape,
    .flops = faltung_join_flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = add_forward_reference,
    .backward_reference = add_backward_reference,
    .file = "add.c",
};

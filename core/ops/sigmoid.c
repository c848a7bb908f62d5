/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/elementwise.h"
#include "core/ops/operations.h"

#include <math.h>

static void sigmoid_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double *y = r->output;

    for (size_t i = 0; i < size; i++)
        y[i] = 1 / (1 + exp(-x[i]));
}

static void sigmoid_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *dy = r->output_gradient;
    const double *y = r->output;
    double *dx = r->input_gradients[0];

    for (size_t i = 0; i < size; i++)
        dx[i] += dy[i] * (y[i] * (1 - y[i]));
}

const FaltungOperation faltung_operation_sigmoid = {
    .kind =
        {
            .name = "sigmoid",
            .title = "Sigmoid",
            .summary = "squeezes every value into 0 to 1",
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_IS_ACTIVATION | FALTUNG_KEEPS_ORDER,
    .equation = "\\mark{y}{y_i} = \\sigma(\\mark{x}{x_i}) = \\frac{1}{1 + e^{-\\mark{x}{x_i}}}",
    .epilogue = FALTUNG_EPILOGUE_SIGMOID,
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .forward = faltung_elementwise_forward,
    .backward = faltung_elementwise_backward,
    .forward_reference = sigmoid_forward_reference,
    .backward_reference = sigmoid_backward_reference,
    .file = "sigmoid.c",
};

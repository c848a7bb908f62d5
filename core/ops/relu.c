/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/elementwise.h"
#include "core/ops/operations.h"

static void relu_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double *y = r->output;

    for (size_t i = 0; i < size; i++)
        y[i] = x[i] > 0 ? x[i] : 0;
}

static void relu_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *dy = r->output_gradient;
    const double *y = r->output;
    double *dx = r->input_gradients[0];

    for (size_t i = 0; i < size; i++)
        dx[i] += dy[i] * (y[i] > 0 ? 1 : 0);
}

const FaltungOperation faltung_operation_relu = {
    .kind =
        {
            .name = "relu",
            .title = "ReLU",
            .summary = "negative values become zero",
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_IS_ACTIVATION | FALTUNG_KEEPS_ORDER,
    .equation = "\\mark{y}{y_i} = \\max(0, \\mark{x}{x_i})",
    .epilogue = FALTUNG_EPILOGUE_RELU,
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .forward = faltung_elementwise_forward,
    .backward = faltung_elementwise_backward,
    .forward_reference = relu_forward_reference,
    .backward_reference = relu_backward_reference,
    .file = "relu.c",
};

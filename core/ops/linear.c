/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/elementwise.h"
#include "core/ops/operations.h"

static void linear_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double *y = r->output;

    for (size_t i = 0; i < size; i++)
        y[i] = x[i];
}

static void linear_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *dy = r->output_gradient;
    double *dx = r->input_gradients[0];

    for (size_t i = 0; i < size; i++)
        dx[i] += dy[i];
}

const FaltungOperation faltung_operation_linear = {
    .kind =
        {
            .name = "linear",
            .title = "Linear",
            .summary = "the input, unchanged",
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_IS_ACTIVATION | FALTUNG_KEEPS_ORDER,
    .equation = "\\mark{y}{y_i} = \\mark{x}{x_i}",
    .epilogue = FALTUNG_EPILOGUE_NONE,
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .forward = faltung_elementwise_forward,
    .backward = faltung_elementwise_backward,
    .forward_reference = linear_forward_reference,
    .backward_reference = linear_backward_reference,
    .file = "linear.c",
};

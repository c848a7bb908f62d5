/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/elementwise.h"
#include "core/ops/operations.h"

#include <math.h>

static void tanh_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double *y = r->output;

    for (size_t i = 0; i < size; i++)
        y[i] = tanh(x[i]);
}

static void tanh_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *dy = r->output_gradient;
    const double *y = r->output;
    double *dx = r->input_gradients[0];

    for (size_t i = 0; i < size; i++)
        dx[i] += dy[i] * (1 - y[i] * y[i]);
}

const FaltungOperation faltung_operation_tanh = {
    .kind =
        {
            .name = "tanh",
            .title = "Tanh",
            .summary = "squeezes every value into -1 to 1",
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_IS_ACTIVATION | FALTUNG_KEEPS_ORDER,
    .equation = "\\mark{y}{y_i} = \\tanh(\\mark{x}{x_i}) = \\frac{e^{\\mark{x}{x_i}} - "
                "e^{-\\mark{x}{x_i}}}{e^{\\mark{x}{x_i}} + e^{-\\mark{x}{x_i}}}",
    .epilogue = FALTUNG_EPILOGUE_TANH,
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .forward = faltung_elementwise_forward,
    .backward = faltung_elementwise_backward,
    .forward_reference = tanh_forward_reference,
    .backward_reference = tanh_backward_reference,
    .file = "tanh.c",
};

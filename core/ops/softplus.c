/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/elementwise.h"
#include "core/ops/operations.h"

#include <math.h>

static void softplus_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double *y = r->output;

    for (size_t i = 0; i < size; i++)
        y[i] = fmax(x[i], 0) + log1p(exp(-fabs(x[i])));
}

static void softplus_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *y = r->output;
    const double *dy = r->output_gradient;
    double *dx = r->input_gradients[0];

    for (size_t i = 0; i < size; i++)
        dx[i] += dy[i] * -expm1(-y[i]); /* the sigmoid of x */
}

const FaltungOperation faltung_operation_softplus = {
    .kind =
        {
            .name = "softplus",
            .title = "Softplus",
            .summary = "a smooth ReLU, always positive",
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_IS_ACTIVATION | FALTUNG_KEEPS_ORDER,
    .equation = "\\mark{y}{y_i} = \\ln(1 + e^{\\mark{x}{x_i}})",
    .epilogue = FALTUNG_EPILOGUE_SOFTPLUS,
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .forward = faltung_elementwise_forward,
    .backward = faltung_elementwise_backward,
    .forward_reference = softplus_forward_reference,
    .backward_reference = softplus_backward_reference,
    .file = "softplus.c",
};

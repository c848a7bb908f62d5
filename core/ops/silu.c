/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/elementwise.h"
#include "core/ops/operations.h"

#include <math.h>

static void silu_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double *y = r->output;

    for (size_t i = 0; i < size; i++)
        y[i] = x[i] / (1 + exp(-x[i]));
}

static void silu_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    const double *dy = r->output_gradient;
    double *dx = r->input_gradients[0];

    for (size_t i = 0; i < size; i++) {
        double sigmoid = 1 / (1 + exp(-x[i]));
        dx[i] += dy[i] * sigmoid * (1 + x[i] * (1 - sigmoid));
    }
}

const FaltungOperation faltung_operation_silu = {
    .kind =
        {
            .name = "silu",
            .title = "SiLU",
            .summary = "x times its sigmoid: also called swish",
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_IS_ACTIVATION | FALTUNG_KEEPS_ORDER | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_i} = \\mark{x}{x_i} \\, \\sigma(\\mark{x}{x_i}) = "
                "\\frac{\\mark{x}{x_i}}{1 + e^{-\\mark{x}{x_i}}}",
    .epilogue = FALTUNG_EPILOGUE_SILU,
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .forward = faltung_elementwise_forward,
    .backward = faltung_elementwise_backward,
    .forward_reference = silu_forward_reference,
    .backward_reference = silu_backward_reference,
    .file = "silu.c",
};

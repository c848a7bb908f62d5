/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/elementwise.h"
#include "core/ops/operations.h"

#include <math.h>

static void hard_swish_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double *y = r->output;

    for (size_t i = 0; i < size; i++)
        y[i] = x[i] * fmax(0, fmin(1, x[i] / 6 + 0.5));
}

static void hard_swish_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    const double *dy = r->output_gradient;
    double *dx = r->input_gradients[0];

    for (size_t i = 0; i < size; i++)
        dx[i] += dy[i] * (x[i] <= -3 ? 0 : x[i] >= 3 ? 1 : x[i] / 3 + 0.5);
}

const FaltungOperation faltung_operation_hard_swish = {
    .kind =
        {
            .name = "hard_swish",
            .title = "Hard swish",
            .summary = "a SiLU made of straight lines and a parabola (Howard et al., 2019)",
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_IS_ACTIVATION | FALTUNG_KEEPS_ORDER | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_i} = \\begin{cases} 0 & \\mark{x}{x_i} \\leq -3 \\\\ \\mark{x}{x_i} "
                "(\\mark{x}{x_i} + 3) / 6 & -3 < \\mark{x}{x_i} < 3 \\\\ \\mark{x}{x_i} & "
                "\\mark{x}{x_i} \\geq 3 \\end{cases}",
    .epilogue = FALTUNG_EPILOGUE_HARD_SWISH,
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .forward = faltung_elementwise_forward,
    .backward = faltung_elementwise_backward,
    .forward_reference = hard_swish_forward_reference,
    .backward_reference = hard_swish_backward_reference,
    .file = "hard_swish.c",
};

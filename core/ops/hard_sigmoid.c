/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/elementwise.h"
#include "core/ops/operations.h"

#include <math.h>

static void hard_sigmoid_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double *y = r->output;

    for (size_t i = 0; i < size; i++)
        y[i] = fmax(0, fmin(1, x[i] / 6 + 0.5));
}

static void hard_sigmoid_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *y = r->output;
    const double *dy = r->output_gradient;
    double *dx = r->input_gradients[0];

    for (size_t i = 0; i < size; i++)
        dx[i] += y[i] > 0 && y[i] < 1 ? dy[i] / 6 : 0;
}

const FaltungOperation faltung_operation_hard_sigmoid = {
    .kind =
        {
            .name = "hard_sigmoid",
            .title = "Hard sigmoid",
            .summary = "a sigmoid made of straight lines",
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_IS_ACTIVATION | FALTUNG_KEEPS_ORDER,
    .equation = "\\mark{y}{y_i} = \\begin{cases} 0 & \\mark{x}{x_i} \\leq -3 \\\\ \\mark{x}{x_i} / "
                "6 + 1/2 & -3 < \\mark{x}{x_i} < 3 \\\\ 1 & \\mark{x}{x_i} \\geq 3 \\end{cases}",
    .epilogue = FALTUNG_EPILOGUE_HARD_SIGMOID,
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .forward = faltung_elementwise_forward,
    .backward = faltung_elementwise_backward,
    .forward_reference = hard_sigmoid_forward_reference,
    .backward_reference = hard_sigmoid_backward_reference,
    .file = "hard_sigmoid.c",
};

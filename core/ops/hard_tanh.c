/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/elementwise.h"
#include "core/ops/operations.h"

#include <math.h>

static void hard_tanh_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double *y = r->output;

    for (size_t i = 0; i < size; i++)
        y[i] = fmax(-1, fmin(1, x[i]));
}

static void hard_tanh_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *y = r->output;
    const double *dy = r->output_gradient;
    double *dx = r->input_gradients[0];

    for (size_t i = 0; i < size; i++)
        dx[i] += y[i] > -1 && y[i] < 1 ? dy[i] : 0;
}

const FaltungOperation faltung_operation_hard_tanh = {
    .kind =
        {
            .name = "hard_tanh",
            .title = "Hard tanh",
            .summary = "cuts values off at -1 and 1",
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_IS_ACTIVATION | FALTUNG_KEEPS_ORDER,
    .equation = "\\mark{y}{y_i} = \\begin{cases} -1 & \\mark{x}{x_i} < -1 \\\\ \\mark{x}{x_i} & -1 "
                "\\leq \\mark{x}{x_i} \\leq 1 \\\\ 1 & \\mark{x}{x_i} > 1 \\end{cases}",
    .epilogue = FALTUNG_EPILOGUE_HARD_TANH,
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .forward = faltung_elementwise_forward,
    .backward = faltung_elementwise_backward,
    .forward_reference = hard_tanh_forward_reference,
    .backward_reference = hard_tanh_backward_reference,
    .file = "hard_tanh.c",
};

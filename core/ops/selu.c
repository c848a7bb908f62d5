/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/elementwise.h"
#include "core/ops/operations.h"

#include <math.h>

/* So chosen that mean 0 and variance 1 go through unchanged (Klambauer et al., "Self-Normalizing
   Neural Networks", 2017, equation 14). */
#define ALPHA 1.6732632423543772
#define SCALE 1.0507009873554805

static void selu_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double *y = r->output;

    for (size_t i = 0; i < size; i++)
        y[i] = SCALE * (x[i] > 0 ? x[i] : ALPHA * expm1(x[i]));
}

static void selu_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *y = r->output;
    const double *dy = r->output_gradient;
    double *dx = r->input_gradients[0];

    for (size_t i = 0; i < size; i++)
        dx[i] += dy[i] * (y[i] > 0 ? SCALE : y[i] + SCALE * ALPHA);
}

const FaltungOperation faltung_operation_selu = {
    .kind =
        {
            .name = "selu",
            .title = "SELU",
            .summary = "an ELU whose outputs keep mean 0 and variance 1 (Klambauer et al., 2017)",
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_IS_ACTIVATION | FALTUNG_KEEPS_ORDER,
    .equation =
        "\\mark{y}{y_i} = \\mark{SCALE}{\\lambda} \\begin{cases} \\mark{x}{x_i} & \\mark{x}{x_i} > "
        "0 \\\\ \\mark{ALPHA}{\\alpha} (e^{\\mark{x}{x_i}} - 1) & \\mark{x}{x_i} \\leq 0 "
        "\\end{cases} \\quad \\mark{ALPHA}{\\alpha} = 1.6733, \\; \\mark{SCALE}{\\lambda} = 1.0507",
    .epilogue = FALTUNG_EPILOGUE_SELU,
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .forward = faltung_elementwise_forward,
    .backward = faltung_elementwise_backward,
    .forward_reference = selu_forward_reference,
    .backward_reference = selu_backward_reference,
    .file = "selu.c",
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/elementwise.h"
#include "core/ops/operations.h"

#include <math.h>

/* The chance that a normal random number is below x. */
static double normal_reference(double x) {
    return 0.5 * erfc(-x / sqrt(2));
}

static void gelu_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double *y = r->output;

    for (size_t i = 0; i < size; i++)
        y[i] = x[i] * normal_reference(x[i]);
}

static void gelu_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    const double *dy = r->output_gradient;
    double *dx = r->input_gradients[0];

    for (size_t i = 0; i < size; i++) {
        double density = exp(-x[i] * x[i] / 2) / sqrt(2 * G_PI);
        dx[i] += dy[i] * (normal_reference(x[i]) + x[i] * density);
    }
}

const FaltungOperation faltung_operation_gelu = {
    .kind =
        {
            .name = "gelu",
            .title = "GELU",
            .summary =
                "x times the chance that a normal number is below it (Hendrycks and Gimpel, 2016)",
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_IS_ACTIVATION | FALTUNG_KEEPS_ORDER | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_i} = \\mark{x}{x_i} \\, "
                "\\mark{normal_reference}{\\Phi(\\mark{x}{x_i})} = \\frac{\\mark{x}{x_i}}{2} "
                "\\left( 1 + \\mathrm{erf} \\frac{\\mark{x}{x_i}}{\\sqrt{2}} \\right)",
    .epilogue = FALTUNG_EPILOGUE_GELU,
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .forward = faltung_elementwise_forward,
    .backward = faltung_elementwise_backward,
    .forward_reference = gelu_forward_reference,
    .backward_reference = gelu_backward_reference,
    .file = "gelu.c",
};

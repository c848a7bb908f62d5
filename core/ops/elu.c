/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/elementwise.h"
#include "core/ops/operations.h"

#include <math.h>

typedef struct {
    double alpha;
} Elu;

static const FaltungOptionSpec options[] = {
    {"alpha", "what very negative values end at, times -1", FALTUNG_NUMBER, offsetof(Elu, alpha),
     "1", 1e-6, 100},
    {NULL},
};

static double alpha(const void *o) {
    return ((const Elu *)o)->alpha;
}

static void elu_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double *y = r->output;
    double alpha = ((const Elu *)r->layer->options)->alpha;

    for (size_t i = 0; i < size; i++)
        y[i] = x[i] > 0 ? x[i] : alpha * expm1(x[i]);
}

static void elu_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *y = r->output;
    const double *dy = r->output_gradient;
    double *dx = r->input_gradients[0];
    double alpha = ((const Elu *)r->layer->options)->alpha;

    for (size_t i = 0; i < size; i++)
        dx[i] += dy[i] * (y[i] > 0 ? 1 : y[i] + alpha);
}

const FaltungOperation faltung_operation_elu = {
    .kind =
        {
            .name = "elu",
            .title = "ELU",
            .summary = "negative values bend smoothly towards -alpha (Clevert et al., 2016)",
            .options = options,
            .options_size = sizeof(Elu),
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_IS_ACTIVATION | FALTUNG_KEEPS_ORDER,
    .equation =
        "\\mark{y}{y_i} = \\begin{cases} \\mark{x}{x_i} & \\mark{x}{x_i} > 0 \\\\ "
        "\\mark{alpha}{\\alpha} (e^{\\mark{x}{x_i}} - 1) & \\mark{x}{x_i} \\leq 0 \\end{cases}",
    .epilogue = FALTUNG_EPILOGUE_ELU,
    .epilogue_parameter = alpha,
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .forward = faltung_elementwise_forward,
    .backward = faltung_elementwise_backward,
    .forward_reference = elu_forward_reference,
    .backward_reference = elu_backward_reference,
    .file = "elu.c",
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/elementwise.h"
#include "core/ops/operations.h"

typedef struct {
    double slope;
} LeakyRelu;

static const FaltungOptionSpec options[] = {
    {"negative_slope", "what negative values are multiplied by", FALTUNG_NUMBER,
     offsetof(LeakyRelu, slope), "0.01", 1e-6, 1},
    {NULL},
};

static double slope(const void *o) {
    return ((const LeakyRelu *)o)->slope;
}

static void leaky_relu_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double *y = r->output;
    double negative_slope = ((const LeakyRelu *)r->layer->options)->slope;

    for (size_t i = 0; i < size; i++)
        y[i] = x[i] > 0 ? x[i] : negative_slope * x[i];
}

static void leaky_relu_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *dy = r->output_gradient;
    const double *y = r->output;
    double *dx = r->input_gradients[0];
    double negative_slope = ((const LeakyRelu *)r->layer->options)->slope;

    for (size_t i = 0; i < size; i++)
        dx[i] += dy[i] * (y[i] > 0 ? 1 : negative_slope);
}

const FaltungOperation faltung_operation_leaky_relu = {
    .kind =
        {
            .name = "leaky_relu",
            .title = "Leaky ReLU",
            .summary = "negative values are scaled down",
            .options = options,
            .options_size = sizeof(LeakyRelu),
        },
    .group = FALTUNG_GROUP_ACTIVATION,
    .flags = FALTUNG_IS_ACTIVATION | FALTUNG_KEEPS_ORDER,
    .equation =
        "\\mark{y}{y_i} = \\begin{cases} \\mark{x}{x_i} & \\mark{x}{x_i} > 0 \\\\ "
        "\\mark{negative_slope}{\\alpha} \\mark{x}{x_i} & \\mark{x}{x_i} \\leq 0 \\end{cases}",
    .epilogue = FALTUNG_EPILOGUE_LEAKY_RELU,
    .epilogue_parameter = slope,
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .forward = faltung_elementwise_forward,
    .backward = faltung_elementwise_backward,
    .forward_reference = leaky_relu_forward_reference,
    .backward_reference = leaky_relu_backward_reference,
    .file = "leaky_relu.c",
};

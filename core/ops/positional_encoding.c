/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/reach.h"
#include "core/ops/sums.h"
#include "core/train/initializer.h"

/* Vaswani et al., "Attention Is All You Need", 2017, section 3.5. */
typedef struct {
    gboolean learned;
    FaltungVariant init;
} PositionalEncoding;

static const FaltungOptionSpec options[] = {
    {"learned", "whether the vectors are learned, or stay as they begin", FALTUNG_SWITCH,
     offsetof(PositionalEncoding, learned), "false"},
    {"init", "how the vectors begin", FALTUNG_VARIANT, offsetof(PositionalEncoding, init),
     "sinusoidal", .table = faltung_initializers},
    {NULL},
};

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const PositionalEncoding *encoding = layer->options;
    const FaltungShape *input = &layer->input_shapes[0];
    if (input->rank != 2) {
        g_autofree char *came = faltung_shape_format(input);
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "positional_encoding takes a sequence (steps x features), but its input is "
            "%s; put an embedding before it",
            came);
    }
    layer->output_shape = *input;
    FaltungParameter *weight = faltung_layer_add_parameter(layer, "weight", *input, input->dims[1],
                                                           input->dims[1], &encoding->init);
    weight->bias = TRUE;
    weight->measured = !encoding->learned;
    return TRUE;
}

static gboolean is_learned(const FaltungLayer *layer) {
    return !layer->parameters[0].measured;
}

static void forward(const FaltungStep *step) {
    size_t size = faltung_shape_size(&step->layer->output_shape);
    const float *encoding = step->parameters[0]; /* the same for every sample */
    int threads = faltung_threads_for(step->threads, 4.0 * step->batch * size);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++)
        for (size_t i = 0; i < size; i++)
            step->output[n * size + i] = step->inputs[0][n * size + i] + encoding[i];
}

static void backward(const FaltungStep *step) {
    size_t size = faltung_shape_size(&step->layer->output_shape);
    if (step->parameter_gradients[0])
        faltung_add_rows(step->batch, size, step->output_gradient, step->parameter_gradients[0]);
    float *dx = step->input_gradients[0];
    if (!dx)
        return;
    int threads = faltung_threads_for(step->threads, 4.0 * step->batch * size);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t i = 0; i < step->batch * size; i++)
        dx[i] = step->output_gradient[i] + (step->overwrite[0] ? 0 : dx[i]);
}

static void positional_encoding_forward_reference(const FaltungReference *r) {
    int steps = r->layer->output_shape.dims[0], features = r->layer->output_shape.dims[1];
    const double(*x)[steps][features] = (const void *)r->inputs[0];
    const double(*weight)[features] = (const void *)r->parameters[0];
    double(*y)[steps][features] = (void *)r->output;

    for (int n = 0; n < r->batch; n++)
        for (int t = 0; t < steps; t++)
            for (int i = 0; i < features; i++)
                y[n][t][i] = x[n][t][i] + weight[t][i];
}

static void positional_encoding_backward_reference(const FaltungReference *r) {
    size_t size = faltung_shape_size(&r->layer->output_shape);

    for (int n = 0; n < r->batch; n++)
        for (size_t i = 0; i < size; i++) {
            r->input_gradients[0][n * size + i] += r->output_gradient[n * size + i];
            if (is_learned(r->layer))
                r->parameter_gradients[0][i] += r->output_gradient[n * size + i];
        }
}

const FaltungOperation faltung_operation_positional_encoding = {
    .kind =
        {
            .name = "positional_encoding",
            .title = "Positional encoding",
            .summary = "adds to every step of a sequence a vector that tells where it is",
            .options = options,
            .options_size = sizeof(PositionalEncoding),
        },
    .group = FALTUNG_GROUP_RECURRENT,
    .equation = "\\mark{y}{y_{ti}} = \\mark{x}{x_{ti}} + \\mark{weight}{w_{ti}}",
    .reach = faltung_reach_same,
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .forward = forward,
    .backward = backward,
    .forward_reference = positional_encoding_forward_reference,
    .backward_reference = positional_encoding_backward_reference,
    .file = "positional_encoding.c",
};

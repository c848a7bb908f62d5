/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/drop.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"

typedef struct {
    double rate;
} Dropout;

static const FaltungOptionSpec options[] = {
    {"rate", "the part of the values that is dropped", FALTUNG_NUMBER, offsetof(Dropout, rate),
     "0.5", 0, 0.999},
    {NULL},
};

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    layer->output_shape = layer->input_shapes[0];
    return TRUE;
}

static double rate_of(const FaltungLayer *layer) {
    return ((const Dropout *)layer->options)->rate;
}

/* What every value was multiplied by, as one byte: 0 or 1. */
static size_t state_size(const FaltungLayer *layer, int batch) {
    return batch * faltung_shape_size(&layer->output_shape) + 64;
}

static size_t size_of(const FaltungStep *step) {
    return step->batch * faltung_shape_size(&step->layer->output_shape);
}

static void forward(const FaltungStep *step) {
    faltung_drop(step, 0, size_of(step), rate_of(step->layer), step->inputs[0], step->output,
                 step->state);
}

static void backward(const FaltungStep *step) {
    if (step->input_gradients[0])
        faltung_drop_back(step, size_of(step), rate_of(step->layer), step->state,
                          step->output_gradient, step->input_gradients[0], step->overwrite[0]);
}

/* Whether value i of the batch (in the field's layout) stays. */
static gboolean is_kept(const FaltungReference *r, size_t i) {
    const FaltungShape *order = &r->layer->order;
    size_t size = faltung_shape_size(order);
    size_t element = i / size * size + faltung_layout_inside(order, i % size);
    return !faltung_dropped(&r->random, element, rate_of(r->layer));
}

static void dropout_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double *y = r->output;

    for (size_t i = 0; i < size; i++) {
        if (r->training)
            y[i] = is_kept(r, i) ? x[i] * faltung_drop_factor(rate_of(r->layer)) : 0;
        else
            y[i] = x[i];
    }
}

static void dropout_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *dy = r->output_gradient;
    double *dx = r->input_gradients[0];

    for (size_t i = 0; i < size; i++) {
        if (!r->training)
            dx[i] += dy[i];
        else if (is_kept(r, i))
            dx[i] += dy[i] * faltung_drop_factor(rate_of(r->layer));
    }
}

const FaltungOperation faltung_operation_dropout = {
    .kind =
        {
            .name = "dropout",
            .title = "Dropout",
            .summary = "drops random values while training, so that no unit relies on another",
            .options = options,
            .options_size = sizeof(Dropout),
        },
    .group = FALTUNG_GROUP_REGULARIZATION,
    .flags = FALTUNG_TRAINING_ONLY | FALTUNG_KEEPS_ORDER | FALTUNG_FORGETS_INPUTS |
             FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_i} = \\frac{\\mark{is_kept}{m_i}}{1 - p} \\, \\mark{x}{x_i}, \\quad "
                "\\mark{is_kept}{m_i} \\sim \\mathrm{Bernoulli}(1 - p)",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .state_size = state_size,
    .forward = forward,
    .backward = backward,
    .forward_reference = dropout_forward_reference,
    .backward_reference = dropout_backward_reference,
    .file = "dropout.c",
};

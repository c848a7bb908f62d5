/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/base/squares.h"
#include "core/ops/elementwise.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"

#include <math.h>
#include <string.h>

typedef struct {
    double l1, l2;
} ActivityPenalty;

static const FaltungOptionSpec options[] = {
    {"activity_l1", "what each unit of a value's size costs", FALTUNG_NUMBER,
     offsetof(ActivityPenalty, l1), "0.001", 0, 1e6},
    {"activity_l2", "what each unit of a value's square costs", FALTUNG_NUMBER,
     offsetof(ActivityPenalty, l2), "0", 0, 1e6},
    {NULL},
};

static size_t size_of(const FaltungStep *step) {
    return step->batch * faltung_shape_size(&step->layer->output_shape);
}

static void forward(const FaltungStep *step) {
    memcpy(step->output, step->inputs[0], size_of(step) * sizeof(float));
}

FALTUNG_CLONES static double sum_of_sizes(const float *values, size_t n) {
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += fabsf(values[i]);
    return sum;
}

static double penalty(const FaltungStep *step) {
    const ActivityPenalty *o = step->layer->options;
    size_t size = size_of(step);
    double sum = o->l1 * sum_of_sizes(step->output, size);
    if (o->l2 > 0)
        sum += o->l2 * faltung_sum_of_squares(step->output, size);
    return sum / step->batch;
}

static void backward(const FaltungStep *step) {
    const ActivityPenalty *o = step->layer->options;
    float *dx = step->input_gradients[0];
    if (!dx)
        return;
    const float *y = step->output, *dy = step->output_gradient;
    float l1 = o->l1 / step->batch, l2 = 2 * o->l2 / step->batch;
    size_t size = size_of(step);
    int threads = faltung_threads_for(step->threads, 6.0 * size);
#pragma omp parallel for simd num_threads(threads) schedule(static)
    for (size_t i = 0; i < size; i++) {
        float slope = l1 * ((y[i] > 0) - (y[i] < 0)) + l2 * y[i];
        dx[i] = dy[i] + slope + (step->overwrite[0] ? 0 : dx[i]);
    }
}

static void activity_penalty_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);

    for (size_t i = 0; i < size; i++)
        r->output[i] = r->inputs[0][i];
}

static double activity_penalty_reference(const FaltungReference *r) {
    const ActivityPenalty *o = r->layer->options;
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double penalty = 0;

    for (size_t i = 0; i < size; i++)
        penalty += (o->l1 * fabs(x[i]) + o->l2 * x[i] * x[i]) / r->batch;
    return penalty;
}

static void activity_penalty_backward_reference(const FaltungReference *r) {
    const ActivityPenalty *o = r->layer->options;
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];

    for (size_t i = 0; i < size; i++) {
        double sign = (x[i] > 0) - (x[i] < 0);
        double slope = (o->l1 * sign + 2 * o->l2 * x[i]) / r->batch;
        r->input_gradients[0][i] += r->output_gradient[i] + slope;
    }
}

static void without_penalty(void *of_layer) {
    ActivityPenalty *changed = of_layer;
    changed->l1 = changed->l2 = 0;
}

const FaltungOperation faltung_operation_activity_penalty = {
    .kind =
        {
            .name = "activity_penalty",
            .title = "Activity penalty",
            .summary = "hands on what it gets, and adds its size to the loss: what is 0 costs "
                       "nothing",
            .options = options,
            .options_size = sizeof(ActivityPenalty),
        },
    .group = FALTUNG_GROUP_REGULARIZATION,
    .flags = FALTUNG_KEEPS_ORDER | FALTUNG_FORGETS_INPUTS,
    .equation = "\\mark{y}{y_i} = \\mark{x}{x_i}, \\quad L \\leftarrow L + \\frac{1}{N} \\sum_{n, "
                "i} \\left( \\mark{l1}{\\lambda_1} |\\mark{x}{x_{ni}}| + \\mark{l2}{\\lambda_2} "
                "\\mark{x}{x_{ni}}^2 \\right)",
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .forward = forward,
    .backward = backward,
    .penalty = penalty,
    .without_penalty = without_penalty,
    .forward_reference = activity_penalty_forward_reference,
    .backward_reference = activity_penalty_backward_reference,
    .penalty_reference = activity_penalty_reference,
    .file = "activity_penalty.c",
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/indices.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/reach.h"

#include <string.h>

typedef struct {
    int classes;
} OneHot;

static const FaltungOptionSpec options[] = {
    {"classes", "number of different indices", FALTUNG_INTEGER, offsetof(OneHot, classes), NULL, 1,
     1 << 24, .example = "100"},
    {NULL},
};

static int n_indices(const FaltungLayer *layer) {
    return ((const OneHot *)layer->options)->classes;
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    return faltung_indices_infer_shape(layer, n_indices(layer), error);
}

static double flops(const FaltungLayer *layer) {
    return 0;
}

static void forward(const FaltungStep *step) {
    int classes = n_indices(step->layer), steps = step->layer->input_shapes[0].dims[0];
    const float *x = step->inputs[0]; /* (N T) */
    float *y = step->output;          /* (N T, classes) */
    int rows = step->batch * steps;
    int threads = faltung_threads_for(step->threads, 4.0 * rows * classes);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int row = 0; row < rows; row++) {
        int class = faltung_index(x[row], classes);
        memset(y + (size_t)row * classes, 0, classes * sizeof(float));
        if (class >= 0)
            y[(size_t)row * classes + class] = 1;
    }
}

static void backward(const FaltungStep *step) {
    /* an index has no gradient */
}

static void one_hot_forward_reference(const FaltungReference *r) {
    int steps = r->layer->input_shapes[0].dims[0];
    int classes = r->layer->output_shape.dims[1];
    const double(*x)[steps] = (const void *)r->inputs[0];
    double(*y)[steps][classes] = (void *)r->output;

    for (int n = 0; n < r->batch; n++)
        for (int t = 0; t < steps; t++)
            for (int k = 0; k < classes; k++)
                y[n][t][k] = x[n][t] == k ? 1 : 0;
}

static void one_hot_backward_reference(const FaltungReference *r) {
    /* an index cannot be a little larger: there is no gradient */
}

const FaltungOperation faltung_operation_one_hot = {
    .kind =
        {
            .name = "one_hot",
            .title = "One-hot",
            .summary = "turns each index into a vector that is 1 there and 0 elsewhere",
            .options = options,
            .options_size = sizeof(OneHot),
        },
    .group = FALTUNG_GROUP_SHAPE,
    .flags = FALTUNG_MAKES_ONE_HOT | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_{tk}} = \\begin{cases} 1 & k = \\mark{x}{x_t} \\\\ 0 & k \\neq "
                "\\mark{x}{x_t} \\end{cases}",
    .reach = faltung_reach_step,
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .n_indices = n_indices,
    .flops = flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = one_hot_forward_reference,
    .backward_reference = one_hot_backward_reference,
    .file = "one_hot.c",
};

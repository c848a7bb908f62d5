/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/equation.h"
#include "core/ops/gather.h"
#include "core/ops/operations.h"
#include "core/ops/reach.h"

#include <glib/gi18n-lib.h>

typedef struct {
    FaltungShape axes; /* from 1, as the batch is axis 0 */
} Permute;

static const FaltungOptionSpec options[] = {
    {"axes",
     "the input's axes in the order of the output, from 1: [2, 1] transposes a sequence, [2, 3, 1] "
     "moves the channels of an image to its end",
     FALTUNG_DIMENSIONS, offsetof(Permute, axes), NULL, 1, 4, .example = "[2, 1]"},
    {NULL},
};

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const FaltungShape *axes = &((const Permute *)layer->options)->axes;
    const FaltungShape *input = &layer->input_shapes[0];
    int seen = 0;
    for (int k = 0; k < axes->rank; k++)
        seen |= 1 << (axes->dims[k] - 1);
    if (axes->rank != input->rank || seen != (1 << input->rank) - 1) {
        g_autofree char *came = faltung_shape_format(input);
        g_autofree char *given = faltung_shape_to_yaml(axes);
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "permute has axes %s, but its input is %s; write each of its axes once, %s", given,
            came,
            input->rank == 4   ? _("as in [2, 3, 4, 1]")
            : input->rank == 3 ? _("as in [2, 3, 1]")
            : input->rank == 2 ? _("as in [2, 1]")
                               : _("or put a reshape before it"));
    }
    layer->output_shape.rank = input->rank;
    for (int k = 0; k < input->rank; k++)
        layer->output_shape.dims[k] = input->dims[axes->dims[k] - 1];
    return TRUE;
}

static FaltungGather plan(const FaltungLayer *layer) {
    const FaltungShape *axes = &((const Permute *)layer->options)->axes;
    int from[FALTUNG_GATHER_AXES];
    for (int k = 0; k < axes->rank; k++)
        from[k] = axes->dims[k] - 1;
    return faltung_gather_of(layer, from);
}

static void forward(const FaltungStep *step) {
    FaltungGather gather = plan(step->layer);
    faltung_gather_forward(step, &gather);
}

static void backward(const FaltungStep *step) {
    FaltungGather gather = plan(step->layer);
    faltung_gather_backward(step, &gather);
}

/* Which value of a sample value @i of the output is. */
static size_t origin_reference(const FaltungLayer *layer, size_t i) {
    const FaltungShape *axes = &((const Permute *)layer->options)->axes;
    size_t origin = 0;

    for (int k = axes->rank - 1; k >= 0; k--) {
        int size = layer->output_shape.dims[k];
        size_t stride = 1;
        for (int after = axes->dims[k]; after < axes->rank; after++)
            stride *= layer->input_shapes[0].dims[after];
        origin += i % size * stride;
        i /= size;
    }
    return origin;
}

static void permute_forward_reference(const FaltungReference *r) {
    size_t size = faltung_shape_size(&r->layer->output_shape);

    for (int n = 0; n < r->batch; n++)
        for (size_t i = 0; i < size; i++)
            r->output[n * size + i] = r->inputs[0][n * size + origin_reference(r->layer, i)];
}

static void permute_backward_reference(const FaltungReference *r) {
    size_t size = faltung_shape_size(&r->layer->output_shape);

    for (int n = 0; n < r->batch; n++)
        for (size_t i = 0; i < size; i++)
            r->input_gradients[0][n * size + origin_reference(r->layer, i)] +=
                r->output_gradient[n * size + i];
}

static int reach(const FaltungLayer *layer, int input, int axis, int at, int *first, int *last) {
    const FaltungShape *axes = &((const Permute *)layer->options)->axes;
    *first = *last = at;
    for (int k = 0; k < axes->rank; k++)
        if (axes->dims[k] == axis + 1)
            return k;
    g_return_val_if_reached(axis);
}

/* The input's axis is called as the output's that it becomes. */
static char *equation_of(const FaltungLayer *layer) {
    const FaltungShape *axes = &((const Permute *)layer->options)->axes;
    FaltungTexMove moves[FALTUNG_MAX_RANK];
    faltung_tex_moves(layer, moves);
    for (int k = 0; k < axes->rank; k++)
        moves[axes->dims[k] - 1].axis = k;
    return faltung_tex_moved(layer, moves);
}

const FaltungOperation faltung_operation_permute = {
    .kind =
        {
            .name = "permute",
            .title = "Permute",
            .summary = "the axes in another order: steps become features, rows become columns",
            .options = options,
            .options_size = sizeof(Permute),
        },
    .group = FALTUNG_GROUP_SHAPE,
    .flags = FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_{i_{\\pi(1)} i_{\\pi(2)} i_{\\pi(3)}}} = \\mark{x}{x_{i_1 i_2 i_3}}",
    .equation_of = equation_of,
    .reach = reach,
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = faltung_gather_flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = permute_forward_reference,
    .backward_reference = permute_backward_reference,
    .file = "permute.c",
};

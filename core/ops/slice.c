/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/equation.h"
#include "core/ops/gather.h"
#include "core/ops/operations.h"
#include "core/ops/reach.h"

#include <glib/gi18n-lib.h>

typedef struct {
    int axis; /* from 1, as the batch is axis 0 */
    int begin, length, step;
} Slice;

static const FaltungOptionSpec options[] = {
    {"axis", "the axis that is cut, from 1: channels, height, width; steps, features",
     FALTUNG_INTEGER, offsetof(Slice, axis), "1", 1, 4},
    {"begin", "the first that is taken, from 0; -1: the last one, -2: that before", FALTUNG_INTEGER,
     offsetof(Slice, begin), "0", -(1 << 24), 1 << 24},
    {"length", "how many are taken; 0: all to the end", FALTUNG_INTEGER, offsetof(Slice, length),
     "0", 0, 1 << 24},
    {"step", "from one that is taken to the next", FALTUNG_INTEGER, offsetof(Slice, step), "1", 1,
     1 << 24},
    {NULL},
};

static int begin_of(const FaltungLayer *layer) {
    const Slice *slice = layer->options;
    return slice->begin < 0 ? slice->begin + layer->input_shapes[0].dims[slice->axis - 1]
                            : slice->begin;
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const Slice *slice = layer->options;
    const FaltungShape *input = &layer->input_shapes[0];
    if (slice->axis > input->rank) {
        g_autofree char *came = faltung_shape_format(input);
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "slice cuts axis %d, but its input, %s, has %d; write an axis of 1 to %d", slice->axis,
            came, input->rank, input->rank);
    }
    int size = input->dims[slice->axis - 1], begin = begin_of(layer);
    int length = slice->length > 0 ? slice->length : (size - begin + slice->step - 1) / slice->step;
    if (begin < 0 || begin >= size || begin + (gint64)(length - 1) * slice->step >= size) {
        g_autofree char *came = faltung_shape_format(input);
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "slice takes %d from %d on in steps of %d, but its input, %s, has %d along "
            "axis %d (%s), numbered from 0; make begin, length or step smaller",
            MAX(length, 1), slice->begin, slice->step, came, size, slice->axis,
            _(faltung_axis_name(input, slice->axis - 1)));
    }
    layer->output_shape = *input;
    layer->output_shape.dims[slice->axis - 1] = length;
    return TRUE;
}

static FaltungGather plan(const FaltungLayer *layer) {
    const Slice *slice = layer->options;
    FaltungGather gather = faltung_gather_of(layer, NULL);
    FaltungGatherAxis *axis = faltung_gather_axis(layer, &gather, slice->axis - 1);
    axis->first = begin_of(layer);
    axis->step = slice->step;
    return gather;
}

static void forward(const FaltungStep *step) {
    FaltungGather gather = plan(step->layer);
    faltung_gather_forward(step, &gather);
}

static void backward(const FaltungStep *step) {
    FaltungGather gather = plan(step->layer);
    faltung_gather_backward(step, &gather);
}

/* Which value of the input, of all samples, value @i of the output is. */
static size_t origin_reference(const FaltungLayer *layer, size_t i) {
    const Slice *slice = layer->options;
    const FaltungShape *from = &layer->input_shapes[0], *to = &layer->output_shape;
    size_t inner = 1; /* values behind each other between two neighbours along the axis */

    for (int k = slice->axis; k < to->rank; k++)
        inner *= to->dims[k];
    int size = from->dims[slice->axis - 1], length = to->dims[slice->axis - 1];
    size_t outer = i / inner / length, along = i / inner % length;
    return (outer * size + begin_of(layer) + along * slice->step) * inner + i % inner;
}

static void slice_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);

    for (size_t i = 0; i < size; i++)
        r->output[i] = r->inputs[0][origin_reference(r->layer, i)];
}

static void slice_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);

    for (size_t i = 0; i < size; i++)
        r->input_gradients[0][origin_reference(r->layer, i)] += r->output_gradient[i];
}

static int reach(const FaltungLayer *layer, int input, int axis, int at, int *first, int *last) {
    const Slice *slice = layer->options;
    *first = *last = axis == slice->axis - 1 ? begin_of(layer) + at * slice->step : at;
    return axis;
}

static char *equation_of(const FaltungLayer *layer) {
    const Slice *slice = layer->options;
    FaltungTexMove moves[FALTUNG_MAX_RANK];
    faltung_tex_moves(layer, moves);
    moves[slice->axis - 1].factor = slice->step;
    moves[slice->axis - 1].shift = begin_of(layer);
    return faltung_tex_moved(layer, moves);
}

const FaltungOperation faltung_operation_slice = {
    .kind =
        {
            .name = "slice",
            .title = "Slice",
            .summary = "some of the channels, rows, columns, steps or features, and no others",
            .options = options,
            .options_size = sizeof(Slice),
        },
    .group = FALTUNG_GROUP_SHAPE,
    .flags = FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_i} = \\mark{x}{x_{b + s i}}",
    .equation_of = equation_of,
    .reach = reach,
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = faltung_gather_flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = slice_forward_reference,
    .backward_reference = slice_backward_reference,
    .file = "slice.c",
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/equation.h"
#include "core/ops/margins.h"
#include "core/ops/operations.h"
#include "core/ops/reach.h"

#include <glib/gi18n-lib.h>

typedef struct {
    FaltungMargins margins;
    int mode; /* FaltungEdge */
    double value;
} Pad;

static const char *const modes[] = {"constant", "reflect", "replicate", "circular", NULL};

static const FaltungOptionSpec options[] = {
    {"before", "pixels added above and left, n or [rows, columns]; of a sequence its steps",
     FALTUNG_SIZES, offsetof(Pad, margins.before), "1", 0, 1 << 20},
    {"after", "pixels added below and right; before: as many as above and left", FALTUNG_SIZES,
     offsetof(Pad, margins.after), "before", 0, 1 << 20, faltung_margins_after_words},
    {"mode",
     "what they are: a constant value, the image mirrored at its outermost pixels, those repeated, "
     "or the image from its other end",
     FALTUNG_CHOICE, offsetof(Pad, mode), "constant", .choices = modes},
    {"value", "the constant", FALTUNG_NUMBER, offsetof(Pad, value), "0", -1e9, 1e9},
    {NULL},
};

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const Pad *pad = layer->options;
    const FaltungShape *input = &layer->input_shapes[0];
    if (!faltung_margins_infer_shape(layer, &pad->margins, 1, error))
        return FALSE;
    for (int side = 0; side < faltung_margins_n_sides(layer); side++) {
        int axis = faltung_margins_axis(layer, side);
        int most = faltung_edge_room(pad->mode, input->dims[axis]);
        int widest = MAX(pad->margins.before[side], pad->margins.after[side]);
        if (widest > most) {
            g_autofree char *came = faltung_shape_format(input);
            return faltung_fail(
                error, FALTUNG_ERROR_SHAPE,
                "pad (%s) adds %d to the %s of its input, %s, but has no more than %d to "
                "take them from; make before and after smaller, or write mode: replicate",
                modes[pad->mode], widest, _(faltung_axis_name(input, axis)), came, most);
        }
    }
    return TRUE;
}

static FaltungGather plan(const FaltungLayer *layer) {
    const Pad *pad = layer->options;
    FaltungGather gather = faltung_gather_of(layer, NULL);
    gather.value = pad->value;
    for (int side = 0; side < faltung_margins_n_sides(layer); side++) {
        FaltungGatherAxis *axis =
            faltung_gather_axis(layer, &gather, faltung_margins_axis(layer, side));
        axis->first = -pad->margins.before[side];
        axis->edge = pad->mode;
    }
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

/* Pixel (h, w) of the output is pixel (h - before[0], w - before[1]) of the input, or what the mode
   puts beyond its edges; -1: the constant. */
static ptrdiff_t origin_reference(const FaltungLayer *layer, size_t i) {
    const Pad *pad = layer->options;
    const int first[2] = {-pad->margins.before[0], -pad->margins.before[1]};
    return faltung_margins_origin(layer, i, first, pad->mode);
}

static void pad_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    double value = ((const Pad *)r->layer->options)->value;

    for (size_t i = 0; i < size; i++) {
        ptrdiff_t origin = origin_reference(r->layer, i);
        r->output[i] = origin < 0 ? value : r->inputs[0][origin];
    }
}

static void pad_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);

    for (size_t i = 0; i < size; i++) {
        ptrdiff_t origin = origin_reference(r->layer, i);
        if (origin >= 0)
            r->input_gradients[0][origin] += r->output_gradient[i];
    }
}

static int reach(const FaltungLayer *layer, int input, int axis, int at, int *first, int *last) {
    const Pad *pad = layer->options;
    *first = *last = at;
    for (int side = 0; side < faltung_margins_n_sides(layer); side++)
        if (faltung_margins_axis(layer, side) == axis)
            *first = *last = faltung_edge(pad->mode, layer->input_shapes[0].dims[axis],
                                          at - pad->margins.before[side]);
    return axis;
}

/* What stands beyond the ends is the constant, or another value of the input: place rho(k). */
static char *equation_of(const FaltungLayer *layer) {
    const Pad *pad = layer->options;
    FaltungTexMove moves[FALTUNG_MAX_RANK];
    faltung_tex_moves(layer, moves);
    for (int side = 0; side < faltung_margins_n_sides(layer); side++) {
        FaltungTexMove *move = &moves[faltung_margins_axis(layer, side)];
        move->shift = -pad->margins.before[side];
        if (pad->margins.before[side] != 0 || pad->margins.after[side] > 0)
            move->edge = pad->mode;
    }
    g_autofree char *moved = faltung_tex_moved(layer, moves);
    if (pad->mode != FALTUNG_EDGE_CONSTANT)
        return g_steal_pointer(&moved);
    GString *tex = g_string_new(moved);
    g_string_replace(tex, " = ", " = \\begin{cases} ", 1);
    g_string_append(tex, " & \\text{inside} \\\\ \\mark{value}{v} & \\text{outside} \\end{cases}");
    return g_string_free(tex, FALSE);
}

const FaltungOperation faltung_operation_pad = {
    .kind =
        {
            .name = "pad",
            .title = "Padding",
            .summary = "a margin around an image, steps before and behind a sequence",
            .options = options,
            .options_size = sizeof(Pad),
        },
    .group = FALTUNG_GROUP_SHAPE,
    .flags = FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_{chw}} = \\begin{cases} \\mark{x}{x_{c,\\, h - t,\\, w - l}} & "
                "\\text{inside} \\\\ \\mark{value}{v} & \\text{outside} \\end{cases}",
    .equation_of = equation_of,
    .reach = reach,
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = faltung_gather_flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = pad_forward_reference,
    .backward_reference = pad_backward_reference,
    .file = "pad.c",
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/equation.h"
#include "core/ops/margins.h"
#include "core/ops/operations.h"
#include "core/ops/reach.h"

typedef struct {
    FaltungMargins margins;
} Crop;

static const FaltungOptionSpec options[] = {
    {"before", "pixels taken away above and left, n or [rows, columns]; of a sequence its steps",
     FALTUNG_SIZES, offsetof(Crop, margins.before), "1", 0, 1 << 20},
    {"after", "pixels taken away below and right; before: as many as above and left", FALTUNG_SIZES,
     offsetof(Crop, margins.after), "before", 0, 1 << 20, faltung_margins_after_words},
    {NULL},
};

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    return faltung_margins_infer_shape(layer, &((const Crop *)layer->options)->margins, -1, error);
}

static FaltungGather plan(const FaltungLayer *layer) {
    const Crop *crop = layer->options;
    FaltungGather gather = faltung_gather_of(layer, NULL);
    for (int side = 0; side < faltung_margins_n_sides(layer); side++)
        faltung_gather_axis(layer, &gather, faltung_margins_axis(layer, side))->first =
            crop->margins.before[side];
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

/* Pixel (h, w) of the output is pixel (h + before[0], w + before[1]) of the input. */
static size_t origin_reference(const FaltungLayer *layer, size_t i) {
    const Crop *crop = layer->options;
    return faltung_margins_origin(layer, i, crop->margins.before, FALTUNG_EDGE_CONSTANT);
}

static void crop_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);

    for (size_t i = 0; i < size; i++)
        r->output[i] = r->inputs[0][origin_reference(r->layer, i)];
}

static void crop_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);

    for (size_t i = 0; i < size; i++)
        r->input_gradients[0][origin_reference(r->layer, i)] += r->output_gradient[i];
}

static int reach(const FaltungLayer *layer, int input, int axis, int at, int *first, int *last) {
    const Crop *crop = layer->options;
    *first = *last = at;
    for (int side = 0; side < faltung_margins_n_sides(layer); side++)
        if (faltung_margins_axis(layer, side) == axis)
            *first = *last = at + crop->margins.before[side];
    return axis;
}

static char *equation_of(const FaltungLayer *layer) {
    const Crop *crop = layer->options;
    FaltungTexMove moves[FALTUNG_MAX_RANK];
    faltung_tex_moves(layer, moves);
    for (int side = 0; side < faltung_margins_n_sides(layer); side++)
        moves[faltung_margins_axis(layer, side)].shift = crop->margins.before[side];
    return faltung_tex_moved(layer, moves);
}

const FaltungOperation faltung_operation_crop = {
    .kind =
        {
            .name = "crop",
            .title = "Crop",
            .summary = "an image without its margins, a sequence without its first and last steps",
            .options = options,
            .options_size = sizeof(Crop),
        },
    .group = FALTUNG_GROUP_SHAPE,
    .flags = FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_{chw}} = \\mark{x}{x_{c,\\, h + t,\\, w + l}}",
    .equation_of = equation_of,
    .reach = reach,
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = faltung_gather_flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = crop_forward_reference,
    .backward_reference = crop_backward_reference,
    .file = "crop.c",
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/margins.h"

#include "core/base/error.h"

#include <glib/gi18n-lib.h>

const char *const faltung_margins_after_words[] = {"before", NULL};

int faltung_margins_n_sides(const FaltungLayer *layer) {
    return layer->input_shapes[0].rank - 1;
}

int faltung_margins_axis(const FaltungLayer *layer, int side) {
    return layer->input_shapes[0].rank == 3 ? 1 + side : side;
}

gboolean faltung_margins_infer_shape(FaltungLayer *layer, const FaltungMargins *margins, int sign,
                                     GError **error) {
    const FaltungShape *input = &layer->input_shapes[0];
    const char *name = layer->operation->kind.name;
    g_autofree char *came = faltung_shape_format(input);
    if (input->rank != 2 && input->rank != 3)
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "%s takes images (channels x height x width) or sequences (steps x features), "
            "but its input is %s; put a reshape before it",
            name, came);
    layer->output_shape = *input;
    for (int side = 0; side < faltung_margins_n_sides(layer); side++) {
        int axis = faltung_margins_axis(layer, side);
        int before = margins->before[side];
        int after = margins->after[side] < 0 ? before : margins->after[side];
        int size = input->dims[axis] + sign * (before + after);
        if (size < 1)
            return faltung_fail(
                error, FALTUNG_ERROR_SHAPE,
                "%s takes %d and %d from the %s of its input, %s, which leaves nothing; "
                "make before and after smaller",
                name, before, after, _(faltung_axis_name(input, axis)), came);
        layer->output_shape.dims[axis] = size;
    }
    return TRUE;
}

ptrdiff_t faltung_margins_origin(const FaltungLayer *layer, size_t i, const int first[2],
                                 FaltungEdge edge) {
    const FaltungShape *from = &layer->input_shapes[0], *to = &layer->output_shape;
    ptrdiff_t origin = 0, stride = 1;
    for (int axis = to->rank - 1; axis >= 0; axis--) {
        int at = i % to->dims[axis];
        i /= to->dims[axis];
        for (int side = 0; side < faltung_margins_n_sides(layer); side++)
            if (axis == faltung_margins_axis(layer, side))
                at = faltung_edge(edge, from->dims[axis], at + first[side]);
        if (at < 0)
            return -1;
        origin += at * stride;
        stride *= from->dims[axis];
    }
    return origin + (ptrdiff_t)i * stride; /* what is left of i is the sample */
}

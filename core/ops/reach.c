/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/reach.h"

#include "core/ops/layout.h"

static gboolean has_channels(const FaltungShape *shape, int axis) {
    return axis == (faltung_layout_is_map(shape) ? 0 : shape->rank - 1);
}

int faltung_reach_same(const FaltungLayer *layer, int input, int axis, int at, int *first,
                       int *last) {
    *first = *last = at;
    return axis;
}

int faltung_reach_row(const FaltungLayer *layer, int input, int axis, int at, int *first,
                      int *last) {
    *first = *last = at;
    return has_channels(&layer->input_shapes[input], axis) ? FALTUNG_SEES_ALL : axis;
}

int faltung_reach_step(const FaltungLayer *layer, int input, int axis, int at, int *first,
                       int *last) {
    *first = *last = at;
    return axis == 0 ? axis : FALTUNG_SEES_ALL;
}

int faltung_reach_channel(const FaltungLayer *layer, int input, int axis, int at, int *first,
                          int *last) {
    const FaltungShape *shape = &layer->input_shapes[input];
    *first = *last = at;
    if (!has_channels(shape, axis))
        return FALTUNG_SEES_ALL;
    return layer->output_shape.rank == shape->rank ? axis : 0;
}

int faltung_layer_reach(const FaltungLayer *layer, int input, int axis, int at, int *first,
                        int *last) {
    const FaltungOperation *operation = layer->operation;
    if (operation->reach)
        return operation->reach(layer, input, axis, at, first, last);
    gboolean stays = operation->flags & (FALTUNG_KEEPS_ORDER | FALTUNG_TRAINING_ONLY);
    if (stays && faltung_shape_equal(&layer->input_shapes[input], &layer->output_shape))
        return faltung_reach_same(layer, input, axis, at, first, last);
    return FALTUNG_SEES_ALL;
}

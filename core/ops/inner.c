/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/inner.h"

#include "core/ops/operation.h"

#include <string.h>

const char *faltung_inner_axis_name(FaltungInnerAxis axis) {
    static const char *const names[FALTUNG_N_AXES] = {
        [FALTUNG_AXIS_NONE] = "",           [FALTUNG_AXIS_PASS] = "pass",
        [FALTUNG_AXIS_TURN] = "time step",  [FALTUNG_AXIS_STEP] = "step",
        [FALTUNG_AXIS_UNIT] = "unit",       [FALTUNG_AXIS_HEAD] = "head",
        [FALTUNG_AXIS_QUERY] = "query",     [FALTUNG_AXIS_KEY] = "key",
        [FALTUNG_AXIS_CHANNEL] = "channel", [FALTUNG_AXIS_GROUP] = "group",
        [FALTUNG_AXIS_INDEX] = "index",
    };
    return names[axis];
}

const FaltungInner *faltung_layer_inner(const FaltungLayer *layer) {
    static const FaltungInner none[] = {{NULL}};
    if (layer->operation->inner_of)
        return layer->operation->inner_of(layer);
    return layer->operation->inner ? layer->operation->inner : none;
}

FaltungShape faltung_inner_shape(const FaltungLayer *layer, const FaltungInner *inner,
                                 FaltungInnerAxis *axes) {
    FaltungShape shape = {0};
    for (int i = 0; i < FALTUNG_MAX_RANK && inner->axes[i] != FALTUNG_AXIS_NONE; i++) {
        int places = layer->operation->inner_places(layer, inner->axes[i]);
        if (places == 0)
            continue;
        if (axes)
            axes[shape.rank] = inner->axes[i];
        shape.dims[shape.rank++] = places;
    }
    if (shape.rank > 0)
        return shape;
    if (axes)
        axes[0] = FALTUNG_AXIS_NONE;
    return FALTUNG_SHAPE(1);
}

int faltung_inner_parameter(const FaltungLayer *layer, const FaltungInner *inner) {
    for (int p = 0; inner->parameter && p < layer->n_parameters; p++)
        if (strcmp(layer->parameters[p].name, inner->name) == 0)
            return p;
    return -1;
}

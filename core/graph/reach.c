/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/reach.h"

#include "core/ops/reach.h"

#include <string.h>

static FaltungReach nothing(void) {
    return (FaltungReach){.any = FALSE};
}

static FaltungReach whole(const FaltungShape *shape) {
    FaltungReach reach = {.any = TRUE};
    for (int i = 0; i < shape->rank; i++)
        reach.last[i] = shape->dims[i] - 1;
    return reach;
}

static FaltungReach single(const FaltungShape *shape, size_t index) {
    FaltungReach reach = {.any = TRUE};
    for (int i = shape->rank - 1; i >= 0; i--) {
        reach.first[i] = reach.last[i] = (int)(index % shape->dims[i]);
        index /= shape->dims[i];
    }
    return reach;
}

/* The smallest box with both. */
static void include(FaltungReach *reach, const FaltungReach *other, int rank) {
    if (!other->any)
        return;
    for (int i = 0; i < rank; i++) {
        reach->first[i] = reach->any ? MIN(reach->first[i], other->first[i]) : other->first[i];
        reach->last[i] = reach->any ? MAX(reach->last[i], other->last[i]) : other->last[i];
    }
    reach->any = TRUE;
}

/* The same values in another shape. */
static FaltungReach reshaped(const FaltungReach *reach, const FaltungShape *from,
                             const FaltungShape *to) {
    FaltungReach result = nothing();
    int at[FALTUNG_MAX_RANK];
    memcpy(at, reach->first, sizeof at);
    for (;;) {
        size_t index = 0;
        for (int i = 0; i < from->rank; i++)
            index = index * from->dims[i] + at[i];
        FaltungReach one = single(to, index);
        include(&result, &one, to->rank);
        int i = from->rank - 1;
        while (i >= 0 && ++at[i] > reach->last[i]) {
            at[i] = reach->first[i];
            i--;
        }
        if (i < 0)
            return result;
    }
}

/* Of the output's box @reach, the places of axis @axis of input @k. */
static void narrow(const FaltungLayer *layer, int k, int axis, const FaltungReach *reach,
                   FaltungReach *result) {
    int first, last, begin = G_MAXINT, end = -1;
    int follows = faltung_layer_reach(layer, k, axis, 0, &first, &last);
    if (follows == FALTUNG_SEES_ALL)
        return;
    for (int at = reach->first[follows]; at <= reach->last[follows]; at++) {
        faltung_layer_reach(layer, k, axis, at, &first, &last);
        if (last < 0 || first >= layer->input_shapes[k].dims[axis])
            continue; /* beside the input */
        begin = MIN(begin, MAX(first, 0));
        end = MAX(end, last);
    }
    result->first[axis] = begin;
    result->last[axis] = MIN(end, result->last[axis]);
    result->any = result->any && begin <= end;
}

static FaltungReach backward_through(const FaltungLayer *layer, int k, const FaltungReach *reach) {
    const FaltungShape *input = &layer->input_shapes[k];
    FaltungReach result = whole(input);
    for (int axis = 0; axis < input->rank; axis++)
        narrow(layer, k, axis, reach, &result);
    return result;
}

/* The places of the output, along the axis that axis @axis of input @k follows, that are made of a
   place in its box @reach. */
static void narrow_forward(const FaltungLayer *layer, int k, int axis, const FaltungReach *reach,
                           FaltungReach *result) {
    int first, last, begin = G_MAXINT, end = -1;
    int follows = faltung_layer_reach(layer, k, axis, 0, &first, &last);
    if (follows == FALTUNG_SEES_ALL)
        return;
    for (int at = 0; at < layer->output_shape.dims[follows]; at++) {
        faltung_layer_reach(layer, k, axis, at, &first, &last);
        if (first <= reach->last[axis] && last >= reach->first[axis]) {
            begin = MIN(begin, at);
            end = at;
        }
    }
    result->first[follows] = begin;
    result->last[follows] = end;
    result->any = result->any && begin <= end;
}

static FaltungReach forward_through(const FaltungLayer *layer, int k, const FaltungReach *reach) {
    FaltungReach result = whole(&layer->output_shape);
    for (int axis = 0; axis < layer->input_shapes[k].rank; axis++)
        narrow_forward(layer, k, axis, reach, &result);
    return result;
}

static FaltungReach through(const FaltungLayer *layer, int k, const FaltungReach *reach,
                            gboolean forward) {
    const FaltungShape *input = &layer->input_shapes[k], *output = &layer->output_shape;
    if (!reach->any)
        return nothing();
    if (layer->operation->flags & FALTUNG_IS_VIEW)
        return forward ? reshaped(reach, input, output) : reshaped(reach, output, input);
    return forward ? forward_through(layer, k, reach) : backward_through(layer, k, reach);
}

static const FaltungShape *shape_of(const FaltungGraph *graph, int layer) {
    return layer == FALTUNG_INPUT ? &graph->input
                                  : &faltung_graph_layer(graph, layer)->output_shape;
}

static void begin(const FaltungGraph *graph, int layer, size_t index, FaltungReach *reaches) {
    for (guint i = 0; i <= graph->layers->len; i++)
        reaches[i] = nothing();
    reaches[layer + 1] = single(shape_of(graph, layer), index);
}

void faltung_reach_back(const FaltungGraph *graph, int layer, size_t index, FaltungReach *reaches) {
    begin(graph, layer, index, reaches);
    for (int i = layer; i >= 0; i--) {
        const FaltungLayer *at = faltung_graph_layer(graph, i);
        for (int k = 0; k < at->n_inputs; k++) {
            FaltungReach reach = through(at, k, &reaches[i + 1], FALSE);
            include(&reaches[at->inputs[k] + 1], &reach, at->input_shapes[k].rank);
        }
    }
}

void faltung_reach_forward(const FaltungGraph *graph, int layer, size_t index,
                           FaltungReach *reaches) {
    begin(graph, layer, index, reaches);
    for (int i = layer + 1; i < (int)graph->layers->len; i++) {
        const FaltungLayer *at = faltung_graph_layer(graph, i);
        for (int k = 0; k < at->n_inputs; k++) {
            FaltungReach reach = through(at, k, &reaches[at->inputs[k] + 1], TRUE);
            include(&reaches[i + 1], &reach, at->output_shape.rank);
        }
    }
}

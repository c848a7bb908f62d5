/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/reach.h"

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

/* Where the channels are, and the first of the sides: [C, H, W], [T, F]. */
static int channel_axis(const FaltungShape *shape) {
    return shape->rank == 2 ? 1 : 0;
}

/* The pixels of the output, along a side of @n, whose windows have a pixel in common with those
   from @first to @last. */
static gboolean fed_along(const FaltungLayer *layer, int side, int n, int *first, int *last) {
    int begin = n, end = -1;
    for (int at = 0; at < n; at++) {
        int from, to;
        layer->operation->window(layer, side, at, &from, &to);
        if (from <= *last && to >= *first) {
            begin = MIN(begin, at);
            end = at;
        }
    }
    *first = begin;
    *last = end;
    return begin <= end;
}

static FaltungReach through_window(const FaltungLayer *layer, const FaltungReach *reach,
                                   gboolean forward) {
    const FaltungShape *from = forward ? &layer->input_shapes[0] : &layer->output_shape;
    const FaltungShape *to = forward ? &layer->output_shape : &layer->input_shapes[0];
    FaltungReach result = whole(to);
    int channels = channel_axis(from), axis = channels == 0 ? 1 : 0, sides = from->rank - 1;
    if (layer->operation->group == FALTUNG_GROUP_POOLING) {
        result.first[channels] = reach->first[channels];
        result.last[channels] = reach->last[channels];
    }
    for (int i = 0; i < sides; i++) {
        int side = 3 - sides + i, n = to->dims[axis + i];
        int first = reach->first[axis + i], last = reach->last[axis + i];
        if (forward) {
            result.any = fed_along(layer, side, n, &first, &last) && result.any;
        } else {
            int ignored;
            layer->operation->window(layer, side, last, &ignored, &last);
            layer->operation->window(layer, side, first, &first, &ignored);
        }
        result.first[axis + i] = MAX(first, 0);
        result.last[axis + i] = MIN(last, n - 1);
        result.any = result.any && result.first[axis + i] <= result.last[axis + i];
    }
    return result;
}

/* The inputs of concat lie behind each other along the channels. */
static FaltungReach through_concat(const FaltungLayer *layer, int k, const FaltungReach *reach,
                                   gboolean forward) {
    int axis = layer->output_shape.rank == 3 ? 0 : layer->output_shape.rank - 1, before = 0;
    for (int i = 0; i < k; i++)
        before += layer->input_shapes[i].dims[axis];
    FaltungReach result = *reach;
    int shift = forward ? before : -before;
    int n = (forward ? &layer->output_shape : &layer->input_shapes[k])->dims[axis];
    result.first[axis] = MAX(reach->first[axis] + shift, 0);
    result.last[axis] = MIN(reach->last[axis] + shift, n - 1);
    result.any = result.first[axis] <= result.last[axis];
    return result;
}

/* Whether output value i comes from input value i alone, in use. */
static gboolean is_pointwise(const FaltungLayer *layer, int k) {
    const FaltungOperation *operation = layer->operation;
    static const char *const names[] = {"add", "multiply", "batch_norm", "prelu", NULL};
    return faltung_shape_equal(&layer->input_shapes[k], &layer->output_shape) &&
           ((operation->flags & (FALTUNG_KEEPS_ORDER | FALTUNG_TRAINING_ONLY)) ||
            g_strv_contains(names, operation->kind.name));
}

static FaltungReach through(const FaltungLayer *layer, int k, const FaltungReach *reach,
                            gboolean forward) {
    const FaltungShape *input = &layer->input_shapes[k], *output = &layer->output_shape;
    if (!reach->any)
        return nothing();
    if (layer->operation->window)
        return through_window(layer, reach, forward);
    if (layer->operation->flags & FALTUNG_IS_VIEW)
        return forward ? reshaped(reach, input, output) : reshaped(reach, output, input);
    if (is_pointwise(layer, k))
        return *reach;
    if (strcmp(layer->operation->kind.name, "concat") == 0)
        return through_concat(layer, k, reach, forward);
    return whole(forward ? output : input);
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

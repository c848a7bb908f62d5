/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/part.h"

#include "core/base/error.h"

static const char *name_of(const FaltungGraph *graph, int index) {
    return index == FALTUNG_INPUT ? "input" : faltung_graph_layer(graph, index)->name;
}

/* Marks @to and all before it that it needs, as far as @from. Returns: whether @from is reached. */
static gboolean find_needed(const FaltungGraph *graph, int from, int to, gboolean *needed,
                            GError **error) {
    gboolean reached = FALSE;
    needed[to] = TRUE;
    for (int i = to; i >= 0; i--) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        for (int k = 0; needed[i] && k < layer->n_inputs; k++) {
            int input = layer->inputs[k];
            reached |= input == from;
            if (input == from)
                continue;
            if (input < from || input == FALTUNG_INPUT)
                return faltung_fail(
                    error, FALTUNG_ERROR_INPUT,
                    "'%s' does not come from '%s' alone: '%s' takes '%s', too; begin "
                    "before that, or end before '%s'",
                    name_of(graph, to), name_of(graph, from), layer->name, name_of(graph, input),
                    layer->name);
            needed[input] = TRUE;
        }
    }
    if (!reached)
        faltung_fail(error, FALTUNG_ERROR_INPUT, "'%s' does not come from '%s'", name_of(graph, to),
                     name_of(graph, from));
    return reached;
}

FaltungGraph *faltung_graph_part(const FaltungGraph *graph, int from, int to, GError **error) {
    g_assert(to >= 0 && to < (int)graph->layers->len && from >= FALTUNG_INPUT);
    if (from >= to) {
        faltung_fail(
            error, FALTUNG_ERROR_INPUT,
            "'%s' comes before '%s', or is the same; the part between two layers begins at "
            "the first of them",
            name_of(graph, to), name_of(graph, from));
        return NULL;
    }
    g_autofree gboolean *needed = g_new0(gboolean, graph->layers->len);
    if (!find_needed(graph, from, to, needed, error))
        return NULL;
    g_autoptr(FaltungGraph) part = faltung_graph_copy(graph);
    if (from != FALTUNG_INPUT)
        part->input = faltung_graph_layer(graph, from)->output_shape;
    g_autofree int *place = g_new(int, graph->layers->len); /* in the part */
    int n = 0;
    for (guint i = 0; i < graph->layers->len; i++) {
        if (!needed[i])
            continue;
        FaltungLayer *layer = faltung_graph_layer(part, i);
        for (int k = 0; k < layer->n_inputs; k++)
            layer->inputs[k] = layer->inputs[k] == from ? FALTUNG_INPUT : place[layer->inputs[k]];
        place[i] = n++;
    }
    for (guint i = 0; i < graph->layers->len; i++) {
        FaltungLayer *layer = faltung_graph_layer(part, i);
        int owner = faltung_graph_find(graph, layer->tied);
        if (owner >= 0 && !needed[owner]) { /* what it shares becomes its own */
            g_free(layer->tied);
            layer->tied = g_strdup("");
            layer->transposed = FALSE;
        }
    }
    g_ptr_array_set_size(part->blocks, 0); /* which may be cut through */
    for (int i = graph->layers->len - 1; i >= 0; i--)
        if (!needed[i])
            g_ptr_array_remove_index(part->layers, i);
    return faltung_graph_infer(part, NULL, error) ? g_steal_pointer(&part) : NULL;
}

/* The packed layout of a parameter depends on the order of what its layer takes, which may differ
   in the part. */
void faltung_network_copy_parameters(const FaltungNetwork *from, FaltungNetwork *to) {
    const FaltungGraph *graph = faltung_network_graph(to);
    const float *block = faltung_network_parameters((FaltungNetwork *)from);
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        int source = faltung_graph_find(faltung_network_graph(from), layer->name);
        int there = faltung_graph_layer(faltung_network_graph(from), source)->n_parameters;
        for (int p = 0; p < MIN(layer->n_parameters, there); p++) {
            g_autofree float *values =
                g_new(float, faltung_shape_size(&layer->parameters[p].shape));
            faltung_network_unpack(from, block, source, p, values);
            faltung_network_pack(to, faltung_network_parameters(to), i, p, values);
        }
    }
}

FaltungNetwork *faltung_network_part(const FaltungNetwork *network, int from, int to,
                                     GError **error) {
    g_autoptr(FaltungGraph) graph =
        faltung_graph_part(faltung_network_graph(network), from, to, error);
    if (!graph)
        return NULL;
    faltung_network_share((FaltungNetwork *)network);
    FaltungNetwork *part = faltung_network_new(graph, 0, faltung_network_batch(network), 0,
                                               faltung_network_threads(network));
    faltung_network_copy_parameters(network, part);
    return part;
}

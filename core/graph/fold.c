/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fold.h"

#include "core/graph/network-private.h"
#include "core/graph/part.h"
#include "core/ops/layout.h"

#include <string.h>

/* How often an output is taken by another layer, or looked at: by the loss or the one who asks. */
static int n_users(const FaltungGraph *graph, int index) {
    int n = faltung_graph_layer(graph, index)->loss.kind || index == (int)graph->layers->len - 1;
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        for (int k = 0; k < layer->n_inputs; k++)
            n += layer->inputs[k] == index;
    }
    return n;
}

/* Whether the weights of layer @index are another layer's, too. */
static gboolean shares_weights(const FaltungGraph *graph, int index) {
    if (*faltung_graph_layer(graph, index)->tied)
        return TRUE;
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        if (*layer->tied && faltung_graph_find(graph, layer->tied) == index)
            return TRUE;
    }
    return FALSE;
}

/* Whether layer @index can become a part of the one before it. */
static gboolean folds(const FaltungGraph *graph, int index) {
    const FaltungLayer *layer = faltung_graph_layer(graph, index);
    int before = layer->inputs[0];
    if (!layer->operation->scale_and_shift || layer->loss.kind || before == FALTUNG_INPUT)
        return FALSE;
    const FaltungLayer *sum = faltung_graph_layer(graph, before);
    return sum->operation->flags & FALTUNG_TAKES_SCALE && !sum->activation.kind &&
           n_users(graph, before) == 1 && !shares_weights(graph, before);
}

/* The layer before @layer gets a bias and its activation; it itself passes on what it takes. */
static void join(FaltungGraph *graph, FaltungLayer *layer) {
    FaltungLayer *sum = faltung_graph_layer(graph, layer->inputs[0]);
    const FaltungOptionSpec *bias = faltung_kind_option(&sum->operation->kind, "bias", NULL);
    faltung_option_parse(bias, sum->options, "true", NULL);
    faltung_variant_copy(&sum->activation, &layer->activation);
    faltung_layer_bypass(layer);
}

/* The channel of the output that value @i of a weight, in the field's layout, belongs to: with
   groups of channels the axis of the units counts those of one group. */
static size_t channel_of(const FaltungParameter *weight, size_t channels, size_t i) {
    size_t rows = weight->shape.dims[0], columns = weight->shape.dims[1];
    size_t row = i / (faltung_shape_size(&weight->shape) / rows);
    if (weight->unit_axis == 0)
        return row;
    size_t column = i / (faltung_shape_size(&weight->shape) / (rows * columns)) % columns;
    return row / (rows / (channels / columns)) * columns + column;
}

/* Multiplies a weight, or a bias that is shifted besides, by what its channels are scaled by. */
static void scale_parameter(FaltungNetwork *network, int index, int p, size_t channels,
                            const double *scale, const double *shift) {
    const FaltungParameter *parameter = &faltung_graph_layer(network->graph, index)->parameters[p];
    size_t size = faltung_shape_size(&parameter->shape);
    g_autofree float *values = g_new(float, size);
    faltung_network_unpack(network, network->parameters, index, p, values);
    for (size_t i = 0; i < size; i++) {
        size_t c = parameter->bias ? i : channel_of(parameter, channels, i);
        values[i] = scale[c] * values[i] + (parameter->bias ? shift[c] : 0.0);
    }
    faltung_network_pack(network, network->parameters, index, p, values);
}

/* Puts layer @index of @from into the weights of the layer before it in @to. */
static void fold_weights(const FaltungNetwork *from, FaltungNetwork *to, int index) {
    const FaltungLayer *layer = faltung_graph_layer(from->graph, index);
    int before = layer->inputs[0];
    const FaltungLayer *had = faltung_graph_layer(from->graph, before);
    const FaltungLayer *has = faltung_graph_layer(to->graph, before);
    size_t channels = faltung_layout_columns(&layer->output_shape);
    g_autofree double *scale = g_new(double, channels), *shift = g_new(double, channels);
    layer->operation->scale_and_shift(layer, from->parameters, scale, shift);
    for (int p = 0; p < has->n_parameters; p++) {
        float *values = to->parameters + has->parameters[p].offset;
        if (p >= had->n_parameters) /* the bias is new */
            memset(values, 0, has->parameters[p].packed_size * sizeof(float));
        scale_parameter(to, before, p, channels, scale, shift);
    }
}

FaltungNetwork *faltung_network_fold(FaltungNetwork *network) {
    g_autoptr(FaltungNetwork) from = network;
    g_autoptr(FaltungGraph) graph = faltung_graph_copy(from->graph);
    int n = 0;
    for (int i = 0; i < from->n_nodes; i++) {
        if (!folds(from->graph, i))
            continue;
        join(graph, faltung_graph_layer(graph, i));
        n++;
    }
    if (n == 0)
        return g_steal_pointer(&from);
    gboolean inferred = faltung_graph_infer(graph, NULL, NULL);
    g_assert(inferred); /* no shape has changed */
    FaltungNetwork *to = faltung_network_new(graph, from->seed, from->most, 0, from->most_threads);
    faltung_network_share(from);
    faltung_network_copy_parameters(from, to);
    for (int i = 0; i < from->n_nodes; i++)
        if (folds(from->graph, i))
            fold_weights(from, to, i);
    return to;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/network-private.h"

#include "core/graph/ties.h"
#include "core/ops/parallel.h"

/* A value of a copy, and that of the tensor it is a copy of: where they are in the block. */
typedef struct {
    size_t copy, tensor;
} Pair;

struct FaltungTies {
    GArray *pairs;    /* (element-type Pair): those of a copy together, in the copy's order */
    GArray *learning; /* (element-type Pair): of them those whose tensor is learned */
};

/* It is learned by packing numbers, in two halves that floats hold exactly. */
void faltung_network_places(const FaltungNetwork *network, int layer, int p, size_t *places) {
    enum { HALF = 1 << 12 };
    const FaltungParameter *parameter = &faltung_graph_layer(network->graph, layer)->parameters[p];
    size_t n = faltung_shape_size(&parameter->shape), found = 0;
    g_autofree float *values = g_new(float, n);
    g_autofree float *low = g_new0(float, network->block_size);
    g_autofree float *high = g_new0(float, network->block_size);
    for (size_t i = 0; i < n; i++)
        values[i] = 1 + i % HALF;
    faltung_network_pack(network, low, layer, p, values);
    for (size_t i = 0; i < n; i++)
        values[i] = 1 + i / HALF;
    faltung_network_pack(network, high, layer, p, values);
    for (size_t at = parameter->offset; at < parameter->offset + parameter->packed_size; at++) {
        if (low[at] == 0)
            continue; /* what fills up the packed tensor */
        places[((size_t)high[at] - 1) * HALF + (size_t)low[at] - 1] = at;
        found++;
    }
    g_assert(found == n);
}

static int compare_pairs(gconstpointer a, gconstpointer b) {
    size_t left = ((const Pair *)a)->copy, right = ((const Pair *)b)->copy;
    return (left > right) - (left < right);
}

static void add_copy(FaltungNetwork *network, int layer, int p) {
    const FaltungParameter *copy = &faltung_graph_layer(network->graph, layer)->parameters[p];
    const FaltungLayer *owner = faltung_graph_layer(network->graph, copy->owner);
    size_t n = faltung_shape_size(&copy->shape);
    g_autofree size_t *copies = g_new(size_t, n), *tensors = g_new(size_t, n);
    faltung_network_places(network, layer, p, copies);
    faltung_network_places(network, copy->owner, copy->owners, tensors);
    g_autoptr(GArray) pairs = g_array_sized_new(FALSE, FALSE, sizeof(Pair), n);
    for (size_t i = 0; i < n; i++) {
        Pair pair = {copies[i], tensors[faltung_tied_index(copy, i)]};
        g_array_append_val(pairs, pair);
    }
    g_array_sort(pairs, compare_pairs);
    g_array_append_vals(network->ties->pairs, pairs->data, n);
    if (!owner->frozen && !faltung_graph_layer(network->graph, layer)->frozen)
        g_array_append_vals(network->ties->learning, pairs->data, n);
}

void faltung_network_tie(FaltungNetwork *network) {
    for (int i = 0; i < network->n_nodes; i++) {
        const FaltungLayer *layer = faltung_graph_layer(network->graph, i);
        for (int p = 0; p < layer->n_parameters; p++) {
            if (!layer->parameters[p].tied)
                continue;
            if (!network->ties) {
                network->ties = g_new0(FaltungTies, 1);
                network->ties->pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
                network->ties->learning = g_array_new(FALSE, FALSE, sizeof(Pair));
            }
            add_copy(network, i, p);
        }
    }
}

void faltung_network_untie(FaltungNetwork *network) {
    if (!network->ties)
        return;
    g_array_unref(network->ties->pairs);
    g_array_unref(network->ties->learning);
    g_free(network->ties);
}

void faltung_network_share(FaltungNetwork *network) {
    if (!network->ties)
        return;
    const Pair *pairs = (const Pair *)network->ties->pairs->data;
    size_t n = network->ties->pairs->len;
    int threads = faltung_threads_for(network->threads, 8.0 * n);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t i = 0; i < n; i++)
        network->parameters[pairs[i].copy] = network->parameters[pairs[i].tensor];
}

/* One copy after the other: two may be of the same tensor. */
void faltung_network_sum_ties(FaltungNetwork *network) {
    if (!network->ties)
        return;
    const Pair *pairs = (const Pair *)network->ties->learning->data;
    for (size_t i = 0; i < network->ties->learning->len; i++)
        network->gradients[pairs[i].tensor] += network->gradients[pairs[i].copy];
}

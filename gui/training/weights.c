/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/weights.h"

#include <string.h>

FaltungWeights *faltung_weights_new(FaltungNetwork *network, guint64 step, double epoch,
                                    FaltungStanding *standing) {
    FaltungWeights *weights = g_atomic_rc_box_new(FaltungWeights);
    weights->graph = faltung_graph_copy(faltung_network_graph(network));
    weights->step = step;
    weights->epoch = epoch;
    weights->standing = standing;
    weights->block = g_memdup2(faltung_network_parameters(network),
                               faltung_network_block_size(network) * sizeof(float));
    return weights;
}

FaltungWeights *faltung_weights_ref(FaltungWeights *weights) {
    return g_atomic_rc_box_acquire(weights);
}

static void clear(gpointer data) {
    FaltungWeights *weights = data;
    faltung_graph_free(weights->graph);
    g_free(weights->block);
    faltung_standing_unref(weights->standing);
}

void faltung_weights_unref(FaltungWeights *weights) {
    g_atomic_rc_box_release_full(weights, clear);
}

float *faltung_weights_read(const FaltungWeights *weights, int index, int parameter) {
    const FaltungLayer *layer = faltung_graph_layer(weights->graph, index);
    float *values = g_new(float, faltung_shape_size(&layer->parameters[parameter].shape));
    faltung_layer_unpack(layer, parameter, weights->block, values);
    return values;
}

FaltungNetwork *faltung_weights_network(const FaltungWeights *weights, int batch,
                                        FaltungNetworkFlags flags, int threads) {
    FaltungNetwork *network = faltung_network_new(weights->graph, 0, batch, flags, threads);
    memcpy(faltung_network_parameters(network), weights->block,
           faltung_network_block_size(network) * sizeof(float));
    return network;
}

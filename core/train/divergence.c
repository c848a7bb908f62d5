/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/divergence.h"

#include <math.h>
#include <string.h>

typedef struct {
    int n; /* samples */
    int layer;
} Search;

static void search_layer(FaltungNetwork *network, int layer, gpointer data) {
    Search *search = data;
    const FaltungGraph *graph = faltung_network_graph(network);
    size_t size = faltung_shape_size(&faltung_graph_layer(graph, layer)->output_shape);
    g_autofree float *values = g_new(float, size);
    for (int sample = 0; sample < search->n && search->layer < 0; sample++) {
        faltung_network_read_output(network, layer, sample, values);
        for (size_t i = 0; i < size; i++)
            if (!isfinite(values[i]))
                search->layer = layer;
    }
}

int faltung_find_divergence(FaltungNetwork *network, size_t learned, guint64 step, int n) {
    size_t measured = faltung_network_block_size(network) - learned;
    float *parameters = faltung_network_parameters(network) + learned;
    g_autofree float *kept = g_memdup2(parameters, measured * sizeof(float));
    Search search = {.n = n, .layer = -1};
    faltung_network_forward_visiting(network, TRUE, step, search_layer, &search);
    if (kept)
        memcpy(parameters, kept, measured * sizeof(float));
    return search.layer;
}

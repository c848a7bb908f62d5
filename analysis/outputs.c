/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/outputs.h"

#include "core/base/error.h"

#include <string.h>

const FaltungShape *faltung_layer_shape(const FaltungNetwork *network, int layer) {
    const FaltungGraph *graph = faltung_network_graph(network);
    return layer == FALTUNG_INPUT ? &graph->input
                                  : &faltung_graph_layer(graph, layer)->output_shape;
}

/* Where the outputs of a batch go. */
typedef struct {
    int layer, batch;
    size_t size;
    float *values;
} Catch;

static void catch_output(FaltungNetwork *network, int layer, gpointer data) {
    const Catch *catch = data;
    for (int i = 0; layer == catch->layer && i < catch->batch; i++)
        faltung_network_read_output(network, layer, i, catch->values + i * catch->size);
}

float *faltung_layer_outputs(FaltungNetwork *network, const FaltungDataset *dataset,
                             const guint32 *indices, guint32 n, int layer,
                             const FaltungAnalysisHooks *hooks, GError **error) {
    size_t size = faltung_shape_size(faltung_layer_shape(network, layer));
    size_t input_size = faltung_shape_size(faltung_layer_shape(network, FALTUNG_INPUT));
    g_autofree float *values = g_try_malloc(MAX(n * size, 1) * sizeof(float));
    if (!values) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_WORK,
                    "%u outputs of %zu values do not fit into memory; take fewer samples, or a "
                    "layer with a smaller output",
                    n, size);
        return NULL;
    }
    guint32 most = faltung_network_batch(network);
    g_autofree guint32 *order = g_new(guint32, most);
    g_autofree float *inputs = g_new(float, most *input_size);
    for (guint32 first = 0; first < n; first += most) {
        guint32 batch = MIN(most, n - first);
        if (!faltung_analysis_goes_on(hooks, (double)first / n, error))
            return NULL;
        for (guint32 i = 0; i < batch; i++)
            order[i] = indices ? indices[first + i] : first + i;
        faltung_dataset_gather(dataset, order, batch, inputs, NULL, NULL);
        if (layer == FALTUNG_INPUT) {
            memcpy(values + first * size, inputs, batch * size * sizeof(float));
            continue;
        }
        faltung_network_set_input(network, batch, inputs);
        Catch catch = {layer, batch, size, values + first * size};
        faltung_network_forward_visiting(network, FALSE, 0, catch_output, &catch);
    }
    if (!faltung_dataset_check(dataset, error) || !faltung_analysis_goes_on(hooks, 1, error))
        return NULL;
    return g_steal_pointer(&values);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/outputs.h"

#include "analysis/pass.h"
#include "core/base/error.h"

const FaltungShape *faltung_layer_shape(const FaltungNetwork *network, int layer) {
    const FaltungGraph *graph = faltung_network_graph(network);
    return layer == FALTUNG_INPUT ? &graph->input
                                  : &faltung_graph_layer(graph, layer)->output_shape;
}

/* Where the outputs of the next batch go. */
typedef struct {
    int layer;
    size_t size;
    float *next;
} Catch;

static void catch_output(FaltungNetwork *network, int layer, gpointer data) {
    const FaltungPass *pass = data;
    Catch *catch = pass->data;
    for (int i = 0; layer == catch->layer && i < pass->n; i++, catch->next += catch->size)
        faltung_network_read_output(network, layer, i, catch->next);
}

/* What the network would see, without it. */
static void gather_samples(const FaltungDataset *dataset, const guint32 *indices, guint32 n,
                           size_t size, float *values) {
    for (guint32 i = 0; i < n; i++) {
        guint32 index = indices ? indices[i] : i;
        faltung_dataset_gather(dataset, &index, 1, values + i * size, NULL, NULL);
    }
}

float *faltung_layer_outputs(FaltungNetwork *network, const FaltungDataset *dataset,
                             const guint32 *indices, guint32 n, int layer,
                             const FaltungAnalysisHooks *hooks, GError **error) {
    size_t size = faltung_shape_size(faltung_layer_shape(network, layer));
    g_autofree float *values = g_try_malloc(MAX(n * size, 1) * sizeof(float));
    if (!values) {
        faltung_fail(error, FALTUNG_ERROR_WORK,
                     "%u outputs of %zu values do not fit into memory; take fewer samples, or a "
                     "layer with a smaller output",
                     n, size);
        return NULL;
    }
    if (layer == FALTUNG_INPUT) {
        gather_samples(dataset, indices, n, size, values);
        return faltung_dataset_check(dataset, error) ? g_steal_pointer(&values) : NULL;
    }
    Catch catch = {layer, size, values};
    FaltungPass pass = {.layer = catch_output, .data = &catch};
    return faltung_pass_run(&pass, network, dataset, indices, n, hooks, error)
               ? g_steal_pointer(&values)
               : NULL;
}

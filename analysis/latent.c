/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/latent.h"

#include "analysis/outputs.h"
#include "core/base/random.h"
#include "core/graph/part.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int faltung_narrowest_layer(const FaltungGraph *graph) {
    int narrowest = 0;
    for (guint i = 1; i < graph->layers->len; i++)
        if (faltung_shape_size(&faltung_graph_layer(graph, i)->output_shape) <
            faltung_shape_size(&faltung_graph_layer(graph, narrowest)->output_shape))
            narrowest = i;
    return narrowest;
}

static int compare(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Mean, deviation and the range of one value of the codes. */
static void measure(FaltungLatent *latent, int k, float *sorted) {
    double sum = 0, squares = 0;
    for (guint32 i = 0; i < latent->n; i++) {
        sorted[i] = latent->codes[(size_t)i * latent->size + k];
        sum += sorted[i];
    }
    latent->mean[k] = sum / latent->n;
    for (guint32 i = 0; i < latent->n; i++)
        squares += (sorted[i] - latent->mean[k]) * (sorted[i] - latent->mean[k]);
    latent->deviation[k] = sqrt(squares / latent->n);
    qsort(sorted, latent->n, sizeof *sorted, compare);
    latent->low[k] = sorted[(guint32)(0.05 * (latent->n - 1))];
    latent->high[k] = sorted[(guint32)(0.95 * (latent->n - 1))];
}

FaltungLatent *faltung_latent_new(FaltungNetwork *network, const FaltungDataset *dataset, guint32 n,
                                  int layer, const FaltungAnalysisHooks *hooks, GError **error) {
    int last = faltung_network_graph(network)->layers->len - 1;
    g_autoptr(FaltungLatent) latent = g_new0(FaltungLatent, 1);
    latent->layer = layer;
    latent->n = MIN(n, faltung_dataset_size(dataset));
    latent->size = faltung_shape_size(faltung_layer_shape(network, layer));
    latent->decoder = faltung_network_part(network, layer, last, error);
    if (!latent->decoder)
        return NULL;
    latent->codes = faltung_layer_outputs(network, dataset, NULL, latent->n, layer, hooks, error);
    if (!latent->codes)
        return NULL;
    latent->mean = g_new(double, latent->size);
    latent->deviation = g_new(double, latent->size);
    latent->low = g_new(float, latent->size);
    latent->high = g_new(float, latent->size);
    g_autofree float *sorted = g_new(float, latent->n);
    for (int k = 0; k < latent->size; k++)
        measure(latent, k, sorted);
    return g_steal_pointer(&latent);
}

void faltung_latent_free(FaltungLatent *latent) {
    if (!latent)
        return;
    g_clear_pointer(&latent->decoder, faltung_network_free);
    g_free(latent->codes);
    g_free(latent->mean);
    g_free(latent->deviation);
    g_free(latent->low);
    g_free(latent->high);
    g_free(latent);
}

void faltung_latent_decode(FaltungLatent *latent, int n, const float *codes, float *outputs) {
    const FaltungGraph *graph = faltung_network_graph(latent->decoder);
    size_t size = faltung_shape_size(faltung_graph_output(graph));
    int most = faltung_network_batch(latent->decoder), last = graph->layers->len - 1;
    for (int first = 0; first < n; first += most) {
        int batch = MIN(most, n - first);
        faltung_network_set_input(latent->decoder, batch, codes + (size_t)first * latent->size);
        faltung_network_forward(latent->decoder, FALSE, 0);
        for (int i = 0; i < batch; i++)
            faltung_network_read_output(latent->decoder, last, i, outputs + (first + i) * size);
    }
}

void faltung_latent_draw(const FaltungLatent *latent, guint64 seed, int n, gboolean standard,
                         float *codes) {
    FaltungRandom random = {.seed = seed, .purpose = FALTUNG_RANDOM_SAMPLE};
    for (size_t i = 0; i < (size_t)n * latent->size; i++) {
        int k = i % latent->size;
        double normal = faltung_random_normal(&random, i);
        codes[i] = standard ? normal : latent->mean[k] + latent->deviation[k] * normal;
    }
}

gboolean faltung_codes_are_standard(const FaltungGraph *graph, int layer) {
    const FaltungOperation *operation = faltung_graph_layer(graph, layer)->operation;
    return strcmp(operation->kind.name, "variational") == 0;
}

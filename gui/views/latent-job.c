/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/latent-job.h"

#include "analysis/excite.h"
#include "analysis/outputs.h"

#include <math.h>
#include <string.h>

#define BATCH 50

/* --- codes --- */

FaltungCodes *faltung_codes_new(void) {
    FaltungCodes *codes = g_atomic_rc_box_new0(FaltungCodes);
    g_mutex_init(&codes->decoding);
    return codes;
}

FaltungCodes *faltung_codes_ref(FaltungCodes *codes) {
    return g_atomic_rc_box_acquire(codes);
}

static void clear(gpointer data) {
    FaltungCodes *codes = data;
    faltung_weights_unref(codes->weights);
    faltung_dataset_unref(codes->validation);
    faltung_latent_free(codes->latent);
    g_free(codes->input);
    g_free(codes->code);
    g_mutex_clear(&codes->decoding);
}

void faltung_codes_unref(FaltungCodes *codes) {
    g_atomic_rc_box_release_full(codes, clear);
}

gboolean faltung_codes_find(FaltungCodes *codes, const FaltungAnalysisHooks *hooks,
                            GError **error) {
    const FaltungGraph *graph = codes->weights->graph;
    FaltungDataset *data = codes->validation;
    double low, high;
    g_autoptr(FaltungNetwork) network =
        faltung_weights_network(codes->weights, BATCH, 0, codes->threads);
    codes->latent = faltung_latent_new(network, data, codes->n, codes->layer, hooks, error);
    if (codes->latent == NULL) {
        return FALSE;
    }
    codes->code =
        faltung_layer_outputs(network, data, &codes->sample, 1, codes->layer, NULL, error);
    codes->input = g_new(float, faltung_shape_size(faltung_dataset_shape(data)));
    faltung_dataset_gather(data, &codes->sample, 1, codes->input, NULL, NULL);
    g_free(faltung_mean_sample(data, &low, &high));
    codes->range = (FaltungRange){low, high};
    codes->output = *faltung_graph_output(graph);
    codes->standard = faltung_codes_are_standard(graph, codes->layer);
    return codes->code != NULL;
}

/* --- what is made of them --- */

FaltungDecoded *faltung_decoded_new(FaltungCodes *codes, int n, int columns) {
    FaltungDecoded *decoded = g_new0(FaltungDecoded, 1);
    decoded->codes = faltung_codes_ref(codes);
    decoded->n = n;
    decoded->columns = columns;
    decoded->values = g_new(float, (size_t)n * codes->latent->size);
    return decoded;
}

void faltung_decoded_free(FaltungDecoded *decoded) {
    faltung_codes_unref(decoded->codes);
    g_free(decoded->values);
    g_free(decoded->outputs);
    g_free(decoded);
}

gboolean faltung_decoded_find(FaltungDecoded *decoded, const FaltungAnalysisHooks *hooks,
                              GError **error) {
    FaltungCodes *codes = decoded->codes;
    size_t n = decoded->n * faltung_shape_size(&codes->output);
    decoded->outputs = g_new(float, n);
    g_mutex_lock(&codes->decoding);
    faltung_latent_decode(codes->latent, decoded->n, decoded->values, decoded->outputs);
    g_mutex_unlock(&codes->decoding);
    for (size_t i = 0; codes->odds && i < n; i++) {
        decoded->outputs[i] = 1 / (1 + expf(-decoded->outputs[i]));
    }
    return faltung_analysis_goes_on(hooks, 1, error);
}

/* The @i-th of @n values over the range of the @k-th value of the codes. */
static float between(const FaltungLatent *latent, int k, int i, int n) {
    return latent->low[k] + (float)i / (n - 1) * (latent->high[k] - latent->low[k]);
}

FaltungDecoded *faltung_decoded_grid(FaltungCodes *codes, const float *code, int x, int y,
                                     int side) {
    const FaltungLatent *latent = codes->latent;
    FaltungDecoded *decoded = faltung_decoded_new(codes, side * side, side);
    for (int i = 0; i < side * side; i++) {
        float *values = decoded->values + (size_t)i * latent->size;
        memcpy(values, code, latent->size * sizeof(float));
        values[y] = between(latent, y, side - 1 - i / side, side);
        values[x] = between(latent, x, i % side, side);
    }
    return decoded;
}

FaltungDecoded *faltung_decoded_draw(FaltungCodes *codes, guint64 seed, int n) {
    const FaltungLatent *latent = codes->latent;
    FaltungDecoded *decoded = faltung_decoded_new(codes, n, 0);
    faltung_latent_draw(latent, seed, n, codes->standard, decoded->values);
    return decoded;
}

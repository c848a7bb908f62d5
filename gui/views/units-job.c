/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/units-job.h"

#include <math.h>

#define BATCH 50

void faltung_excited_free(FaltungExcited *excited) {
    faltung_weights_unref(excited->weights);
    faltung_dataset_unref(excited->validation);
    g_free(excited->lists);
    g_free(excited->raw);
    g_clear_pointer(&excited->filters, faltung_filters_free);
    g_free(excited);
}

static gboolean read_samples(FaltungExcited *excited, GError **error) {
    FaltungDataset *data = excited->validation;
    size_t size = faltung_shape_size(faltung_dataset_shape(data));
    int n = excited->n_units * excited->k;
    excited->raw = g_new(float, n *size);
    for (int i = 0; i < n; i++) {
        faltung_dataset_raw(data, excited->lists[i].sample, excited->raw + i * size);
    }
    excited->range = faltung_picture_range(data);
    return faltung_dataset_check(data, error);
}

gboolean faltung_excited_find(FaltungExcited *excited, const FaltungAnalysisHooks *hooks,
                              GError **error) {
    g_autoptr(FaltungNetwork) network =
        faltung_weights_network(excited->weights, BATCH, 0, excited->threads);
    if (faltung_filters_layer(faltung_network_graph(network)) == excited->layer) {
        excited->filters = faltung_filters_new(network, NULL);
    }
    excited->k = FALTUNG_EXCITED_SAMPLES;
    excited->lists = faltung_most_exciting(network, excited->validation, excited->n, excited->layer,
                                           &excited->k, &excited->n_units, hooks, error);
    excited->n_units = MIN(excited->n_units, FALTUNG_EXCITED_UNITS);
    return excited->lists != NULL && read_samples(excited, error);
}

void faltung_made_free(FaltungMade *made) {
    faltung_weights_unref(made->weights);
    faltung_dataset_unref(made->validation);
    g_free(made->sample);
    g_free(made);
}

gboolean faltung_made_find(FaltungMade *made, const FaltungAnalysisHooks *hooks, GError **error) {
    g_autoptr(FaltungNetwork) network = faltung_weights_network(made->weights, 1, 0, made->threads);
    g_autoptr(FaltungSensitivity) sensitivity =
        faltung_sensitivity_new(network, FALTUNG_INPUT, made->layer, 1, error);
    if (sensitivity == NULL) {
        return FALSE;
    }
    double low, high;
    g_autofree float *start = faltung_mean_sample(made->validation, &low, &high);
    FaltungMaximization *how = faltung_options_new(&faltung_maximization_kind);
    made->shape = *faltung_sensitivity_input(sensitivity);
    made->sample = g_new(float, faltung_shape_size(&made->shape));
    made->score = faltung_maximize(sensitivity, made->unit, start, low, high, how, hooks,
                                   made->sample, error);
    faltung_options_free(&faltung_maximization_kind, how);
    return !isnan(made->score);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/walk-job.h"

void faltung_walked_free(FaltungWalked *walked) {
    g_free(walked->text);
    g_free(walked->origin);
    faltung_weights_unref(walked->weights);
    faltung_dataset_unref(walked->validation);
    g_clear_pointer(&walked->stops, g_ptr_array_unref);
    faltung_walk_free(walked->walk);
    g_free(walked);
}

/* --- on the thread --- */

static FaltungWalkStop *stop_new(const FaltungWalked *walked, FaltungStop where, int index) {
    return faltung_walk_stop_new(walked->walk, where,
                                 index == walked->place_stop ? &walked->place : NULL, walked->dark,
                                 walked->scale);
}

gboolean faltung_walked_find(FaltungWalked *walked, const FaltungAnalysisHooks *hooks,
                             GError **error) {
    g_autoptr(FaltungExperiment) experiment =
        faltung_experiment_parse(walked->text, walked->origin, NULL, error);
    if (experiment == NULL) {
        return FALSE;
    }
    g_autoptr(FaltungNetwork) network = faltung_weights_network(walked->weights, 1, 0, 1);
    walked->walk = faltung_walk_new(experiment, network, walked->validation, walked->index,
                                    walked->weights->standing, error);
    if (walked->walk == NULL) {
        return FALSE;
    }
    walked->stops = g_ptr_array_new_with_free_func((GDestroyNotify)faltung_walk_stop_free);
    int n;
    const FaltungStop *stops = faltung_walk_stops(walked->walk, &n);
    for (int i = 0; i < n; i++) {
        if (!faltung_analysis_goes_on(hooks, (double)i / n, error)) {
            return FALSE;
        }
        g_ptr_array_add(walked->stops, stop_new(walked, stops[i], i));
    }
    return TRUE;
}

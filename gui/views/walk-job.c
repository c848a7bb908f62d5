/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/walk-job.h"

static void stop_free(gpointer data) {
    FaltungWalkStop *stop = data;
    g_free(stop->title);
    g_free(stop->remark);
    g_ptr_array_unref(stop->equations);
    g_ptr_array_unref(stop->arithmetic);
    g_ptr_array_unref(stop->tensors);
    g_ptr_array_unref(stop->pictures);
    g_free(stop);
}

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

static FaltungPicture *picture_of(const FaltungWalked *walked, const FaltungWalkTensor *tensor) {
    size_t n = faltung_shape_size(&tensor->shape);
    g_autofree float *values = g_new(float, n);
    for (size_t i = 0; i < n; i++) {
        values[i] = (float)tensor->values[i];
    }
    return faltung_picture_new(&tensor->shape, values, tensor->gradient, walked->dark,
                               walked->width, walked->height, TRUE);
}

/* The value that was chosen, where it is there (the network may be another by now). */
static FaltungWalkPlace place_of(const FaltungWalked *walked, const FaltungWalkStop *stop,
                                 int index) {
    FaltungWalkPlace chosen = walked->place;
    if (index == walked->place_stop && chosen.tensor < (int)stop->tensors->len) {
        const FaltungWalkTensor *tensor = stop->tensors->pdata[chosen.tensor];
        if (chosen.index < faltung_shape_size(&tensor->shape)) {
            return chosen;
        }
    }
    return faltung_walk_place(walked->walk, stop->stop);
}

static FaltungWalkStop *stop_new(const FaltungWalked *walked, FaltungStop where, int index) {
    const FaltungWalk *walk = walked->walk;
    FaltungWalkStop *stop = g_new0(FaltungWalkStop, 1);
    stop->stop = where;
    stop->title = faltung_stop_title(walk, where);
    stop->equations = faltung_walk_equations(walk, where);
    stop->tensors = faltung_walk_tensors(walk, where);
    stop->place = place_of(walked, stop, index);
    stop->arithmetic = faltung_walk_arithmetic(walk, where, stop->place);
    stop->pictures = g_ptr_array_new_with_free_func((GDestroyNotify)faltung_picture_unref);
    for (guint i = 0; i < stop->tensors->len; i++) {
        g_ptr_array_add(stop->pictures, picture_of(walked, stop->tensors->pdata[i]));
    }
    stop->remark = faltung_walk_remark(walk, where, stop->place);
    return stop;
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
    walked->stops = g_ptr_array_new_with_free_func(stop_free);
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

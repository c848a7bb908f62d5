/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/explain-job.h"

#include <math.h>

void faltung_explained_free(FaltungExplained *explained) {
    faltung_weights_unref(explained->weights);
    faltung_dataset_unref(explained->validation);
    g_free(explained->raw);
    g_free(explained->problem);
    for (int way = 0; way < FALTUNG_N_WAYS; way++) {
        faltung_explanation_free(explained->ways[way]);
        faltung_explanation_free(explained->random[way]);
    }
    g_free(explained);
}

/* Not every network has a layer that Grad-CAM can weigh; the other ways are there without it. */
static gboolean ask(FaltungExplained *explained, FaltungNetwork *network,
                    const FaltungExplanationQuestion *question, const FaltungAnalysisHooks *hooks,
                    FaltungExplanation **answers, GError **error) {
    for (int way = 0; way < FALTUNG_N_WAYS; way++) {
        g_autoptr(GError) problem = NULL;
        if (way == FALTUNG_BY_GRAD_CAM && question->layer < 0) {
            continue;
        }
        if (!faltung_analysis_goes_on(hooks, 0, error)) {
            return FALSE;
        }
        answers[way] = faltung_explain(network, way, question, hooks, &problem);
        if (problem != NULL && way != FALTUNG_BY_GRAD_CAM) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return FALSE;
        }
        if (problem != NULL) {
            g_free(explained->problem);
            explained->problem = g_strdup(problem->message);
        }
    }
    return TRUE;
}

static void compare(FaltungExplained *explained) {
    for (int way = 0; way < FALTUNG_N_WAYS; way++) {
        const FaltungExplanation *a = explained->ways[way], *b = explained->random[way];
        explained->likeness[way] =
            a != NULL && b != NULL
                ? faltung_rank_correlation(a->values, b->values, faltung_shape_size(&a->shape))
                : NAN;
    }
}

gboolean faltung_explained_find(FaltungExplained *explained, const FaltungAnalysisHooks *hooks,
                                GError **error) {
    FaltungDataset *data = explained->validation;
    size_t size = faltung_shape_size(faltung_dataset_shape(data));
    g_autofree float *sample = g_new(float, size);
    g_autofree float *black = g_new0(float, size), *nothing = g_new(float, size);
    explained->raw = g_new(float, size);
    explained->range = faltung_picture_range(data);
    faltung_dataset_raw(data, explained->sample, explained->raw);
    faltung_dataset_gather(data, &explained->sample, 1, sample, NULL, NULL);
    faltung_dataset_scale(data, black, nothing);
    if (!faltung_dataset_check(data, error)) {
        return FALSE;
    }
    g_autoptr(FaltungNetwork) network =
        faltung_weights_network(explained->weights, 1, 0, explained->threads);
    FaltungExplanationQuestion question = {sample, nothing, explained->unit, explained->layer};
    if (!ask(explained, network, &question, hooks, explained->ways, error)) {
        return FALSE;
    }
    if (explained->randomized) {
        question.unit = explained->ways[FALTUNG_BY_SALIENCY]->unit;
        g_autoptr(FaltungNetwork) random = faltung_network_new(
            explained->weights->graph, explained->seed, 1, 0, explained->threads);
        if (!ask(explained, random, &question, hooks, explained->random, error)) {
            return FALSE;
        }
    }
    compare(explained);
    return TRUE;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/unit-job.h"

typedef struct {
    FaltungSnapshot *snapshot;
    int layer;
    gsize unit;
} Wanted;

static void wanted_free(gpointer data) {
    Wanted *wanted = data;
    faltung_snapshot_unref(wanted->snapshot);
    g_free(wanted);
}

/* Of the layer's inputs and parameters at this moment. */
static void compute(GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
    const Wanted *wanted = data;
    const FaltungWeights *weights = wanted->snapshot->weights;
    const FaltungLayer *layer = faltung_graph_layer(weights->graph, wanted->layer);
    const float *inputs[FALTUNG_MAX_INPUTS];
    gboolean known = TRUE;
    for (int k = 0; k < layer->n_inputs; k++) {
        inputs[k] = wanted->snapshot->values[layer->inputs[k] + 1];
        known = known && inputs[k] != NULL;
    }
    g_autoptr(GPtrArray) parameters = g_ptr_array_new_with_free_func(g_free);
    for (int p = 0; p < layer->n_parameters && known; p++) {
        g_ptr_array_add(parameters, faltung_weights_read(weights, wanted->layer, p));
    }
    FaltungArithmetic *found = known
                                   ? faltung_arithmetic_new(layer, wanted->unit, inputs,
                                                            (const float *const *)parameters->pdata)
                                   : NULL;
    g_task_return_pointer(task, found, (GDestroyNotify)faltung_arithmetic_free);
}

gboolean faltung_unit_job_can(const FaltungSnapshot *snapshot) {
    return snapshot->weights != NULL && snapshot->weights->step == snapshot->step;
}

void faltung_unit_job_start(FaltungSnapshot *snapshot, int layer, gsize unit,
                            GCancellable *cancellable, GAsyncReadyCallback done, gpointer data) {
    Wanted *wanted = g_new(Wanted, 1);
    *wanted = (Wanted){faltung_snapshot_ref(snapshot), layer, unit};
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, done, data);
    g_task_set_task_data(task, wanted, wanted_free);
    g_task_run_in_thread(task, compute);
}

FaltungArithmetic *faltung_unit_job_finish(GAsyncResult *task, GError **error) {
    return g_task_propagate_pointer(G_TASK(task), error);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/study.h"

#include "core/ops/parallel.h"

void faltung_study_stop(FaltungStudy *study) {
    if (study->working != NULL) {
        g_cancellable_cancel(study->working);
        g_clear_object(&study->working);
    }
}

void faltung_study_forget(FaltungStudy *study) {
    faltung_study_stop(study);
    g_clear_pointer(&study->weights, faltung_weights_unref);
}

FaltungSnapshot *faltung_study_begin(FaltungStudy *study) {
    FaltungSnapshot *snapshot = study->scene->snapshot;
    FaltungDataset *validation = study->scene->validation;
    if (snapshot == NULL || snapshot->weights == NULL || validation == NULL ||
        faltung_dataset_size(validation) == 0 ||
        faltung_shape_size(faltung_dataset_shape(validation)) !=
            faltung_shape_size(&snapshot->weights->graph->input)) {
        return NULL;
    }
    gint64 rest = faltung_budget_rest(&study->budget, g_get_monotonic_time());
    /* what was asked anew (nothing is known of it) does not wait for a training */
    gboolean waits =
        snapshot->live && study->weights != NULL && (study->working != NULL || rest > 0);
    gboolean known = study->weights == snapshot->weights &&
                     (study->of_weights || study->sample == snapshot->wanted.sample);
    if (known || waits) {
        return NULL;
    }
    faltung_study_forget(study);
    study->weights = faltung_weights_ref(snapshot->weights);
    study->sample = snapshot->wanted.sample;
    study->working = faltung_scene_work(study->scene);
    return snapshot;
}

/* --- on the thread --- */

typedef struct {
    FaltungStudyWork work;
    gpointer result; /* NULL: handed on */
    GDestroyNotify free_result;
    gint64 cost; /* microseconds of a processor */
} Order;

static void order_free(gpointer data) {
    Order *order = data;
    if (order->result != NULL) {
        order->free_result(order->result);
    }
    g_free(order);
}

static gboolean goes_on(double part, gpointer cancellable) {
    return !g_cancellable_is_cancelled(cancellable);
}

static void work(GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
    Order *order = data;
    const FaltungAnalysisHooks hooks = {goes_on, cancellable};
    GError *error = NULL;
    gint64 begin = faltung_processor_time();
    gboolean done = order->work(order->result, &hooks, &error);
    faltung_parallel_release();
    order->cost = faltung_processor_time() - begin;
    if (done) {
        g_task_return_pointer(task, g_steal_pointer(&order->result), order->free_result);
    } else {
        g_task_return_error(task, error);
    }
}

/* --- on the thread that asks --- */

void faltung_study_run(FaltungStudy *study, FaltungStudyWork what, gpointer result,
                       GDestroyNotify free_result, GAsyncReadyCallback callback, gpointer data) {
    Order *order = g_new(Order, 1);
    *order = (Order){what, result, free_result, 0};
    g_autoptr(GTask) task = g_task_new(NULL, study->working, callback, data);
    g_task_set_task_data(task, order, order_free);
    g_task_run_in_thread(task, work);
}

gboolean faltung_study_end(FaltungStudy *study, GAsyncResult *task, gpointer *found,
                           GError **error) {
    GError *problem = NULL;
    *found = g_task_propagate_pointer(G_TASK(task), &problem);
    if (g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_error_free(problem);
        return FALSE;
    }
    if (problem != NULL) {
        g_propagate_error(error, problem);
    }
    g_clear_object(&study->working);
    const Order *order = g_task_get_task_data(G_TASK(task));
    faltung_budget_spend(&study->budget, g_get_monotonic_time(), order->cost,
                         FALTUNG_SHARE_ANALYSIS);
    return TRUE;
}

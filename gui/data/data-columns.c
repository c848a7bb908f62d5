/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/data/data-columns.h"

#include "data/catalogue.h"

typedef struct {
    void *options;
    char *origin;
} Job;

static void job_free(gpointer data) {
    Job *job = data;
    faltung_options_free(&faltung_data_kind, job->options);
    g_free(job->origin);
    g_free(job);
}

static void read_columns(GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
    const Job *job = data;
    GError *error = NULL;
    char **columns = faltung_data_columns(job->options, job->origin, &error);
    if (columns != NULL) {
        g_task_return_pointer(task, columns, (GDestroyNotify)g_strfreev);
    } else {
        g_task_return_error(task, error);
    }
}

void faltung_data_columns_read(const FaltungDataOptions *options, const char *origin,
                               GCancellable *cancellable, GAsyncReadyCallback ready,
                               gpointer user_data) {
    Job *job = g_new(Job, 1);
    *job = (Job){faltung_options_copy(&faltung_data_kind, options), g_strdup(origin)};
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, ready, user_data);
    g_task_set_task_data(task, job, job_free);
    g_task_run_in_thread(task, read_columns);
}

char **faltung_data_columns_finish(GAsyncResult *result, GError **error) {
    return g_task_propagate_pointer(G_TASK(result), error);
}

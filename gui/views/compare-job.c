/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/compare-job.h"

#include "core/base/error.h"
#include "core/store/run.h"

#include <glib/gi18n.h>
#include <math.h>

void faltung_comparison_free(FaltungComparison *comparison) {
    faltung_weights_unref(comparison->a);
    faltung_dataset_unref(comparison->validation);
    g_clear_pointer(&comparison->b, faltung_weights_unref);
    g_clear_pointer(&comparison->all, g_ptr_array_unref);
    g_clear_pointer(&comparison->decisions, g_ptr_array_unref);
    g_free(comparison->path);
    g_free(comparison);
}

static double last_figure(const FaltungRun *run, const char *column) {
    size_t n;
    const double *values = faltung_run_column(run, "epoch", column, &n);
    return values != NULL && n > 0 ? values[n - 1] : NAN;
}

static FaltungNetwork *network_of_run(FaltungComparison *comparison, GError **error) {
    g_autoptr(FaltungRun) run = faltung_run_open(comparison->path, error);
    const FaltungExperiment *experiment = run != NULL ? faltung_run_experiment(run, error) : NULL;
    if (experiment == NULL) {
        return NULL;
    }
    if (!g_str_equal(faltung_run_data_name(run), faltung_dataset_name(comparison->validation))) {
        faltung_fail(error, FALTUNG_ERROR_DATA, "%s was trained with other data", comparison->path);
        return NULL;
    }
    g_autoptr(FaltungNetwork) network = faltung_network_new(
        experiment->graph, experiment->train->seed, 1, FALTUNG_NETWORK_KEEPS_OUTPUTS, 1);
    if (!faltung_run_load_weights(run, -1, network, error)) {
        return NULL;
    }
    comparison->epoch = last_figure(run, "epoch");
    comparison->loss = last_figure(run, "val_loss");
    comparison->accuracy = last_figure(run, "val_accuracy");
    return g_steal_pointer(&network);
}

gboolean faltung_comparison_find(FaltungComparison *comparison, const FaltungAnalysisHooks *hooks,
                                 GError **error) {
    FaltungDataset *data = comparison->validation;
    g_autofree float *sample = g_new(float, faltung_shape_size(faltung_dataset_shape(data)));
    faltung_dataset_gather(data, &comparison->sample, 1, sample, NULL, NULL);
    g_autoptr(FaltungNetwork) a =
        faltung_weights_network(comparison->a, 1, FALTUNG_NETWORK_KEEPS_OUTPUTS, 1);
    g_autoptr(FaltungNetwork) b =
        comparison->b != NULL
            ? faltung_weights_network(comparison->b, 1, FALTUNG_NETWORK_KEEPS_OUTPUTS, 1)
            : network_of_run(comparison, error);
    comparison->epoch = comparison->b != NULL ? comparison->b->epoch : comparison->epoch;
    int last = (int)comparison->a->graph->layers->len - 1;
    if (b == NULL || !faltung_dataset_check(data, error) ||
        !faltung_compare_forward(a, b, sample, error) ||
        !(comparison->all = faltung_compare_layer(a, b, comparison->layer, error))) {
        return FALSE;
    }
    if (comparison->layer != last) { /* where B decides about something else: without */
        comparison->decisions = faltung_compare_layer(a, b, last, NULL);
    }
    return TRUE;
}

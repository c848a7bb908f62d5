/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/load-run.h"

#include "core/base/error.h"
#include "data/catalogue.h"

int faltung_find_layer(const FaltungGraph *graph, const char *option, const char *name,
                       GError **error) {
    int index = faltung_graph_find(graph, name);
    if (index >= 0)
        return index;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < graph->layers->len; i++)
        g_ptr_array_add(names, faltung_graph_layer(graph, i)->name);
    g_ptr_array_add(names, NULL);
    const char *nearest = faltung_nearest(name, (const char *const *)names->pdata);
    g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
    faltung_fail(error, FALTUNG_ERROR_INPUT, "%s: there is no layer `%s`; %s%s%sthe layers are %s",
                 option, name, nearest ? "did you mean `" : "", nearest ? nearest : "",
                 nearest ? "`? " : "", list);
    return -1;
}

/* Whether the network of @run takes the samples of @dataset, which get the run's constants. */
static gboolean suit(const FaltungRun *run, const FaltungExperiment *experiment,
                     FaltungDataset *dataset, GError **error) {
    const FaltungShape *wanted = &experiment->graph->input;
    const FaltungShape *got = faltung_dataset_shape(dataset);
    if (faltung_shape_size(wanted) != faltung_shape_size(got)) {
        g_autofree char *a = faltung_shape_format(wanted);
        g_autofree char *b = faltung_shape_format(got);
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "the network of %s takes samples of %s, and those of %s are %s; choose a data "
            "set whose samples fit",
            faltung_run_path(run), a, faltung_dataset_name(dataset), b);
    }
    int n;
    const float *mean, *scale;
    faltung_run_scaling(run, &n, &mean, &scale);
    if (n > 0)
        faltung_dataset_set_scaling(dataset, n, mean, scale);
    return TRUE;
}

FaltungDataset *faltung_run_load_data(const FaltungRun *run, const char *name, GError **error) {
    const FaltungExperiment *experiment = faltung_run_experiment(run, error);
    if (!experiment)
        return NULL;
    FaltungDataOptions *options = faltung_options_copy(&faltung_data_kind, experiment->data);
    if (name) {
        for (const char *const *source = faltung_data_sources; *source; source++)
            faltung_option_parse(faltung_kind_option(&faltung_data_kind, *source, NULL), options,
                                 g_str_equal(*source, "name") ? name : "", NULL);
        options->folds = 0; /* all that it has to measure with */
        options->test = 0.0;
    }
    g_autoptr(FaltungDataset) training = NULL;
    g_autoptr(FaltungDataset) validation = NULL;
    gboolean good = faltung_data_load(options, experiment->origin, &training, &validation, error);
    faltung_options_free(&faltung_data_kind, options);
    if (!good)
        return NULL;
    if (!suit(run, experiment, validation, error))
        return NULL;
    return g_steal_pointer(&validation);
}

FaltungDataset *faltung_run_load_test(const FaltungRun *run, GError **error) {
    const FaltungExperiment *experiment = faltung_run_experiment(run, error);
    g_autoptr(FaltungDataset) test =
        experiment ? faltung_data_load_test(experiment->data, experiment->origin, error) : NULL;
    if (!test || !suit(run, experiment, test, error))
        return NULL;
    return g_steal_pointer(&test);
}

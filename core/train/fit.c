/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/fit.h"

#include "core/base/error.h"
#include "core/graph/network.h"
#include "core/train/loss.h"

#include <unistd.h>

G_GNUC_PRINTF(4, 5)
static gboolean fail(const FaltungExperiment *experiment, const FaltungLayer *layer, GError **error,
                     const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *place = layer && layer->line > 0
                                 ? g_strdup_printf(":%d:%d", layer->line, layer->column)
                                 : g_strdup("");
    g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE, "%s%s: %s", experiment->origin, place,
                message);
    return FALSE;
}

static gboolean check_input(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                            GError **error) {
    const FaltungShape *input = &experiment->graph->input;
    const FaltungShape *shape = faltung_dataset_shape(dataset);
    /* a vector may be the image, row after row */
    if (faltung_shape_equal(input, shape) ||
        (input->rank == 1 && faltung_shape_size(input) == faltung_shape_size(shape)))
        return TRUE;
    g_autofree char *takes = faltung_shape_format(input), *comes = faltung_shape_format(shape);
    g_autofree char *cure = faltung_shape_to_yaml(shape);
    return fail(experiment, NULL, error,
                "the network's input is %s, but a sample of the data set '%s' is %s; set "
                "network.input to %s",
                takes, faltung_dataset_name(dataset), comes, cure);
}

static gboolean check_output(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                             GError **error) {
    const FaltungLoss *loss = (const FaltungLoss *)experiment->train->loss.kind;
    const char *name = faltung_dataset_name(dataset);
    const FaltungLayer *last =
        faltung_graph_layer(experiment->graph, experiment->graph->layers->len - 1);
    const FaltungShape *output = faltung_graph_output(experiment->graph);
    g_autofree char *comes = faltung_shape_format(output);
    FaltungTargetType type = faltung_dataset_target_type(dataset);
    int n = faltung_dataset_n_targets(dataset);

    if (loss->needs_classes && type != FALTUNG_TARGET_CLASS)
        return fail(experiment, NULL, error,
                    "the loss %s needs classes, but the data set '%s' has %s; use the loss mse or "
                    "mae",
                    loss->kind.name, name,
                    type == FALTUNG_TARGET_VALUES ? "numbers as targets" : "no targets");
    if (type == FALTUNG_TARGET_NONE) {
        const FaltungShape *shape = faltung_dataset_shape(dataset);
        if (faltung_shape_size(output) == faltung_shape_size(shape))
            return TRUE;
        g_autofree char *expected = faltung_shape_format(shape);
        return fail(experiment, last, error,
                    "layer '%s' gives %s, but the data set '%s' has no targets, so the network "
                    "has to give the sample itself, %s",
                    last->name, comes, name, expected);
    }
    if (output->rank == 1 && output->dims[0] == n)
        return TRUE;
    if (type == FALTUNG_TARGET_CLASS)
        return fail(experiment, last, error,
                    "layer '%s' gives %s, but the data set '%s' has %d classes; the last layer "
                    "must have %d units",
                    last->name, comes, name, n, n);
    return fail(experiment, last, error,
                "layer '%s' gives %s, but the data set '%s' has %d %s a sample as its target; "
                "the last layer must have %d %s",
                last->name, comes, name, n, n == 1 ? "value" : "values", n,
                n == 1 ? "unit" : "units");
}

static gboolean check_augment(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                              GError **error) {
    const char *key;
    if (faltung_augment_check(&experiment->data->augment, dataset, &key, error))
        return TRUE;
    g_autofree char *path = g_strconcat("data.augment.", key, NULL);
    g_autofree char *place = faltung_experiment_place(experiment, path);
    g_prefix_error(error, "%s: ", place);
    return FALSE;
}

/* What cannot be allocated would end the program, not the run. */
static gboolean check_memory(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                             GError **error) {
    int batch = MIN((guint32)experiment->train->batch, faltung_dataset_size(dataset));
    double there = (double)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
    double needed = faltung_network_memory(experiment->graph, batch, TRUE);
    if (needed <= there || there <= 0)
        return TRUE;
    g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                "%s: the network needs %.1f GB to train with batches of %d, this machine has %.1f "
                "GB; make the batch or the layers smaller",
                experiment->origin, needed / 1e9, batch, there / 1e9);
    return FALSE;
}

gboolean faltung_check_fit(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                           GError **error) {
    if (faltung_dataset_size(dataset) == 0) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_DATA,
                    "%s: the data set '%s' has no samples to use; check data.limit and "
                    "data.validation",
                    experiment->origin, faltung_dataset_name(dataset));
        return FALSE;
    }
    return check_input(experiment, dataset, error) && check_output(experiment, dataset, error) &&
           check_augment(experiment, dataset, error) && check_memory(experiment, dataset, error);
}

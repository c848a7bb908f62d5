/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/fit.h"
#include "core/train/loss.h"
#include "core/train/trainer.h"
#include "experiments/command.h"
#include "experiments/figures.h"
#include "experiments/load-run.h"

#include <stdio.h>

static char *data;
static int threads;

static const GOptionEntry options[] = {
    {"data", 'd', 0, G_OPTION_ARG_STRING, &data,
     "Another data set of the catalogue than the run's (see faltung data list)", "NAME"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Use at most N threads (all cores)", "N"},
    {0},
};

/* The figures mean nothing where the network and the data count classes differently. */
static gboolean check_targets(const FaltungExperiment *experiment, FaltungDataset *dataset,
                              GError **error) {
    int width = faltung_shape_size(faltung_graph_output(experiment->graph));
    const FaltungLoss *loss = (const FaltungLoss *)experiment->train->loss.kind;
    gboolean classes = faltung_dataset_target_type(dataset) == FALTUNG_TARGET_CLASS;
    int n = faltung_dataset_n_targets(dataset) * faltung_dataset_positions(dataset);
    if (faltung_dataset_target_type(dataset) == FALTUNG_TARGET_NONE)
        n = faltung_shape_size(faltung_dataset_shape(dataset));
    if (n == width && (classes || !loss->needs_classes))
        return TRUE;
    g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                "the network has %d outputs, and %s has %d %s; choose a data set that asks the "
                "same question",
                width, faltung_dataset_name(dataset), n, classes ? "classes" : "target values");
    return FALSE;
}

static int eval_run(const FaltungCall *call, GError **error) {
    g_autoptr(FaltungRun) run = faltung_run_open(call->arguments[0], error);
    const FaltungExperiment *experiment = run ? faltung_run_experiment(run, error) : NULL;
    if (!experiment)
        return FALTUNG_EXIT_USAGE;
    g_autoptr(FaltungDataset) dataset = faltung_run_load_data(run, data, error);
    if (!dataset || !check_targets(experiment, dataset, error) ||
        !faltung_check_indices(experiment, dataset, error))
        return FALTUNG_EXIT_USAGE;
    /* the same batches as in training: a loss may be an average over a batch */
    g_autoptr(FaltungNetwork) network =
        faltung_run_network(run, -1, experiment->train->batch, threads, error);
    if (!network)
        return FALTUNG_EXIT_USAGE;
    FaltungMetrics metrics = faltung_evaluate(network, &experiment->train->loss, dataset);
    if (!call->json) {
        g_autofree char *text = faltung_figures_format(&metrics, "val_", " ", "=");
        printf("result: %s samples=%u data=%s\n", text, faltung_dataset_size(dataset),
               faltung_dataset_name(dataset));
        return FALTUNG_EXIT_DONE;
    }
    g_autoptr(FaltungJson) json = faltung_json_new();
    faltung_json_open_object(json, NULL);
    faltung_json_string(json, "run", call->arguments[0]);
    faltung_json_string(json, "data", faltung_dataset_name(dataset));
    faltung_json_integer(json, "samples", faltung_dataset_size(dataset));
    faltung_figures_write(&metrics, "val_", json);
    faltung_json_close(json);
    faltung_json_print(json);
    return FALTUNG_EXIT_DONE;
}

const FaltungCommand faltung_command_eval = {
    .name = "eval",
    .arguments = "RUN.h5",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "Measures a trained network on its validation data or another data set",
    .description = "Computes loss, accuracy or errors with the final weights, in evaluation mode "
                   "(dropout off), on the run's validation samples; they are scaled with the "
                   "constants of the run.",
    .options = options,
    .flags = FALTUNG_COMMAND_JSON,
    .run = eval_run,
};

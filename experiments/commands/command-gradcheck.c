/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/graph/gradcheck.h"
#include "core/train/trainer.h"
#include "data/catalogue.h"
#include "experiments/command.h"
#include "experiments/json.h"
#include "experiments/place.h"
#include "experiments/table.h"
#include "experiments/terminal.h"

#include <stdio.h>

static char **overrides;
static int samples = 4, values = 20;
static gboolean random_samples;

static const GOptionEntry options[] = {
    {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &overrides,
     "Put a value in place of the file's, such as train.seed=3; may be repeated", "PATH=VALUE"},
    {"samples", 0, 0, G_OPTION_ARG_INT, &samples, "Samples of the batch (4)", "N"},
    {"values", 0, 0, G_OPTION_ARG_INT, &values,
     "Values checked of each tensor, chosen at random (20); 0: all", "N"},
    {"random", 0, 0, G_OPTION_ARG_NONE, &random_samples,
     "Random samples in place of the file's data", NULL},
    {0},
};

static gboolean check_options(GError **error) {
    if (samples >= 1 && values >= 0)
        return TRUE;
    return faltung_fail(error, FALTUNG_ERROR_INPUT,
                        samples < 1 ? "--samples must be 1 or more" : "--values must be 0 or more");
}

/* Whether the data fit is the trainer's to say: one is made, and thrown away. */
static gboolean load_samples(const FaltungExperiment *experiment, FaltungDataset **dataset,
                             GError **error) {
    g_autoptr(FaltungDataset) training = NULL;
    g_autoptr(FaltungDataset) validation = NULL;
    if (!faltung_data_load(experiment->data, experiment->origin, &training, &validation, error)) {
        if (*experiment->data->name)
            faltung_prefix_place(error, experiment, "data", "name");
        return FALSE;
    }
    g_autoptr(FaltungTrainer) trainer =
        faltung_trainer_new(experiment, training, validation, 1, error);
    if (!trainer)
        return FALSE;
    *dataset = g_steal_pointer(&training);
    return TRUE;
}

static void add_row(FaltungTextTable *table, const FaltungGradcheckRow *row) {
    faltung_text_table_row(table);
    faltung_text_table_cell(table, row->layer);
    faltung_text_table_cell(table, row->parameter);
    faltung_text_table_cellf(table, "%zu", row->size);
    faltung_text_table_cellf(table, "%zu", row->checked);
    faltung_text_table_cellf(table, "%zu", row->skipped);
    faltung_text_table_cellf(table, "%.2e", row->error);
    faltung_text_table_cell(table, row->passed ? "ok" : "WRONG");
}

static void write_row(FaltungJson *json, const FaltungGradcheckRow *row) {
    faltung_json_open_object(json, NULL);
    faltung_json_string(json, "layer", row->layer);
    faltung_json_string(json, "parameter", row->parameter);
    faltung_json_integer(json, "size", row->size);
    faltung_json_integer(json, "checked", row->checked);
    faltung_json_integer(json, "skipped", row->skipped);
    faltung_json_number(json, "error", row->error);
    faltung_json_integer(json, "worst", row->worst);
    faltung_json_number(json, "analytic", row->analytic);
    faltung_json_number(json, "numeric", row->numeric);
    faltung_json_boolean(json, "passed", row->passed);
    faltung_json_close(json);
}

/* Checks tensor after tensor. Returns: how many are wrong. */
static int check_all(const FaltungCall *call, FaltungGradcheck *check, FaltungTextTable *table,
                     FaltungJson *json, FaltungGradcheckRow *first_wrong) {
    g_autoptr(FaltungTerminal) terminal = faltung_terminal_new(call->quiet);
    FaltungGradcheckRow row;
    int n_wrong = 0;
    while (faltung_gradcheck_next(check, &row)) {
        add_row(table, &row);
        write_row(json, &row);
        if (!row.passed && n_wrong++ == 0)
            *first_wrong = row;
        g_autofree char *text = g_strdup_printf("%s %s: %.2e", row.layer, row.parameter, row.error);
        faltung_terminal_show(terminal, text);
    }
    return n_wrong;
}

static int gradcheck_run(const FaltungCall *call, GError **error) {
    if (!check_options(error))
        return FALTUNG_EXIT_USAGE;
    g_autoptr(FaltungExperiment) experiment =
        faltung_experiment_load(call->arguments[0], (const char *const *)overrides, error);
    g_autoptr(FaltungDataset) dataset = NULL;
    if (!experiment || (!random_samples && !load_samples(experiment, &dataset, error)))
        return FALTUNG_EXIT_USAGE;
    int batch = dataset ? (int)MIN((guint32)samples, faltung_dataset_size(dataset)) : samples;
    g_autoptr(FaltungGradcheck) check =
        faltung_gradcheck_new(experiment->graph, &experiment->train->loss, dataset,
                              experiment->train->seed, batch, values);
    const char *const header[] = {"layer",   "parameter", "size",   "checked",
                                  "skipped", "error",     "result", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    g_autoptr(FaltungJson) json = faltung_json_new();
    FaltungGradcheckRow wrong = {0};
    faltung_json_open_object(json, NULL);
    faltung_json_number(json, "loss", faltung_gradcheck_loss(check));
    faltung_json_number(json, "tolerance", FALTUNG_GRADCHECK_TOLERANCE);
    faltung_json_open_array(json, "tensors");
    int n_wrong = check_all(call, check, table, json, &wrong);
    faltung_json_close(json);
    faltung_json_close(json);
    if (call->json) {
        faltung_json_print(json);
    } else {
        g_autofree char *text = faltung_text_table_format(table);
        fputs(text, stdout);
    }
    if (n_wrong == 0)
        return FALTUNG_EXIT_DONE;
    faltung_fail(error, FALTUNG_ERROR_WORK,
                 "%d of the tensors are wrong; %s.%s[%zu]: analytic %.9g, numeric %.9g (a relative "
                 "error of at most %g was expected)",
                 n_wrong, wrong.layer, wrong.parameter, wrong.worst, wrong.analytic, wrong.numeric,
                 FALTUNG_GRADCHECK_TOLERANCE);
    return FALTUNG_EXIT_FAILED;
}

const FaltungCommand faltung_command_gradcheck = {
    .name = "gradcheck",
    .arguments = "FILE.yaml",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "Compares a network's gradients with numeric ones",
    .description =
        "For every learned tensor: the gradient that backward computes against the central "
        "difference of the loss, both in float64 with the reference code. Values where the loss "
        "has a kink (relu at 0) are skipped. The exit status is 1 where a relative error exceeds "
        "1e-6.",
    .options = options,
    .flags = FALTUNG_COMMAND_JSON,
    .run = gradcheck_run,
};

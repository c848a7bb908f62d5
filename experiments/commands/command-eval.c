/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/fit.h"
#include "core/train/loss.h"
#include "core/train/trainer.h"
#include "experiments/batches/figures.h"
#include "experiments/command.h"
#include "experiments/load-run.h"
#include "experiments/table.h"

#include <math.h>
#include <stdio.h>

static char *data;
static int threads;
static gboolean with_classes, test;

static const GOptionEntry options[] = {
    {"data", 'd', 0, G_OPTION_ARG_STRING, &data,
     "Another data set of the catalogue than the run's (see faltung data list)", "NAME"},
    {"test", 0, 0, G_OPTION_ARG_NONE, &test,
     "The samples that were set apart for a test (data.test)", NULL},
    {"classes", 'c', 0, G_OPTION_ARG_NONE, &with_classes,
     "Also tables of the classes: precision, recall, F1, and what each is taken for", NULL},
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
    return faltung_fail(
        error, FALTUNG_ERROR_SHAPE,
        "the network has %d outputs, and %s has %d %s; choose a data set that asks the "
        "same question",
        width, faltung_dataset_name(dataset), n, classes ? "classes" : "target values");
}

/* The scores that are one number. */
static const struct {
    const char *name;
    size_t offset;
    gboolean of_cross_entropy; /* means something where softmax of the outputs does */
} figures[] = {
    {"top5", offsetof(FaltungScores, top5), FALSE},
    {"precision", offsetof(FaltungScores, precision), FALSE},
    {"recall", offsetof(FaltungScores, recall), FALSE},
    {"f1", offsetof(FaltungScores, f1), FALSE},
    {"auc", offsetof(FaltungScores, auc), FALSE},
    {"perplexity", offsetof(FaltungScores, perplexity), TRUE},
    {"bits", offsetof(FaltungScores, bits), TRUE},
    {"r2", offsetof(FaltungScores, r2), FALSE},
};

static double score_at(const FaltungScores *scores, size_t i, gboolean cross_entropy) {
    if (figures[i].of_cross_entropy && !cross_entropy)
        return NAN;
    return *(const double *)((const char *)scores + figures[i].offset);
}

static void add_score(FaltungTextTable *table, double score) {
    if (isnan(score))
        faltung_text_table_cell(table, "");
    else
        faltung_text_table_cellf(table, "%.4f", score);
}

static char *class_name(const char *const *names, int class) {
    return names ? g_strdup(names[class]) : g_strdup_printf("%d", class);
}

static void print_classes(const FaltungScores *scores, const char *const *names) {
    static const char *const header[] = {"class", "rows", "precision", "recall", "F1", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    for (int k = 0; k < scores->n_classes; k++) {
        const FaltungClassScore *class = &scores->classes[k];
        g_autofree char *name = class_name(names, k);
        faltung_text_table_row(table);
        faltung_text_table_cell(table, name);
        faltung_text_table_cellf(table, "%" G_GUINT64_FORMAT, class->support);
        add_score(table, class->precision);
        add_score(table, class->recall);
        add_score(table, class->f1);
    }
    g_autofree char *text = faltung_text_table_format(table);
    printf("%s", text);
    if (!scores->confusion)
        return;
    g_autoptr(GPtrArray) said = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(said, g_strdup("is \\ said"));
    for (int k = 0; k < scores->n_classes; k++)
        g_ptr_array_add(said, class_name(names, k));
    g_ptr_array_add(said, NULL);
    g_autoptr(FaltungTextTable) matrix = faltung_text_table_new((const char *const *)said->pdata);
    for (int k = 0; k < scores->n_classes; k++) {
        faltung_text_table_row(matrix);
        faltung_text_table_cell(matrix, said->pdata[k + 1]);
        for (int j = 0; j < scores->n_classes; j++)
            faltung_text_table_cellf(matrix, "%" G_GUINT64_FORMAT,
                                     scores->confusion[k * scores->n_classes + j]);
    }
    g_autofree char *text_of_matrix = faltung_text_table_format(matrix);
    printf("\n%s\n", text_of_matrix);
}

static void write_classes(const FaltungScores *scores, const char *const *names,
                          FaltungJson *json) {
    faltung_json_open_array(json, "classes");
    for (int k = 0; k < scores->n_classes; k++) {
        const FaltungClassScore *class = &scores->classes[k];
        g_autofree char *name = class_name(names, k);
        faltung_json_open_object(json, NULL);
        faltung_json_string(json, "class", name);
        faltung_json_integer(json, "rows", class->support);
        faltung_json_number(json, "precision", class->precision);
        faltung_json_number(json, "recall", class->recall);
        faltung_json_number(json, "f1", class->f1);
        faltung_json_close(json);
    }
    faltung_json_close(json);
    if (!scores->confusion)
        return;
    g_autofree int *row = g_new(int, scores->n_classes);
    faltung_json_open_array(json, "confusion");
    for (int k = 0; k < scores->n_classes; k++) {
        for (int j = 0; j < scores->n_classes; j++)
            row[j] = MIN(scores->confusion[k * scores->n_classes + j], G_MAXINT);
        faltung_json_integers(json, NULL, scores->n_classes, row);
    }
    faltung_json_close(json);
}

static int eval_run(const FaltungCall *call, GError **error) {
    g_autoptr(FaltungRun) run = faltung_run_open(call->arguments[0], error);
    const FaltungExperiment *experiment = run ? faltung_run_experiment(run, error) : NULL;
    if (!experiment)
        return FALTUNG_EXIT_USAGE;
    g_autoptr(FaltungDataset) dataset =
        test ? faltung_run_load_test(run, error) : faltung_run_load_data(run, data, error);
    if (!dataset || !check_targets(experiment, dataset, error) ||
        !faltung_check_indices(experiment, dataset, error))
        return FALTUNG_EXIT_USAGE;
    /* the same batches as in training: a loss may be an average over a batch */
    g_autoptr(FaltungNetwork) network =
        faltung_run_network(run, -1, experiment->train->batch, threads, error);
    if (!network)
        return FALTUNG_EXIT_USAGE;
    const FaltungVariant *loss = &experiment->train->loss;
    g_autoptr(FaltungScores) scores = NULL;
    FaltungMetrics metrics = faltung_evaluate(network, loss, dataset, &scores);
    if (!faltung_dataset_check(dataset, error))
        return FALTUNG_EXIT_USAGE;
    gboolean cross_entropy = faltung_loss_takes_odds(loss);
    const char *const *names = faltung_dataset_class_names(dataset);
    FaltungTerms terms = faltung_terms(experiment->graph);
    if (!call->json) {
        if (with_classes && scores->classes)
            print_classes(scores, names);
        g_autofree char *text = faltung_figures_format(&metrics, "val_", " ", "=");
        printf("result: %s", text);
        for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
            double value = score_at(scores, i, cross_entropy);
            if (!isnan(value))
                printf(" val_%s=%.6g", figures[i].name, value);
        }
        for (int i = 0; terms.n > 1 && i < terms.n; i++)
            printf(" val_%s=%.6g", terms.names[i], metrics.terms[i]);
        printf(" samples=%u data=%s\n", faltung_dataset_size(dataset),
               faltung_dataset_name(dataset));
        return FALTUNG_EXIT_DONE;
    }
    g_autoptr(FaltungJson) json = faltung_json_new();
    faltung_json_open_object(json, NULL);
    faltung_json_string(json, "run", call->arguments[0]);
    faltung_json_string(json, "data", faltung_dataset_name(dataset));
    faltung_json_integer(json, "samples", faltung_dataset_size(dataset));
    faltung_figures_write(&metrics, "val_", json);
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
        double value = score_at(scores, i, cross_entropy);
        g_autofree char *name = g_strconcat("val_", figures[i].name, NULL);
        if (!isnan(value))
            faltung_json_number(json, name, value);
    }
    for (int i = 0; terms.n > 1 && i < terms.n; i++) {
        g_autofree char *name = g_strconcat("val_", terms.names[i], NULL);
        faltung_json_number(json, name, metrics.terms[i]);
    }
    if (scores->classes)
        write_classes(scores, names, json);
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
                   "constants of the run. Of classes also: how often the right one is among the "
                   "five most likely, the means of precision, recall and F1 over the classes, the "
                   "area under the ROC curve where there are two; perplexity and bits a sample "
                   "(a character, of text) where the loss is softmax_cross_entropy. Of numbers: "
                   "R2.",
    .options = options,
    .flags = FALTUNG_COMMAND_JSON,
    .run = eval_run,
};

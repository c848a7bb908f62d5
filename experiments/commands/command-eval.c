/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fold.h"
#include "core/train/fit.h"
#include "core/train/loss.h"
#include "core/train/trainer.h"
#include "experiments/batches/figures.h"
#include "experiments/command.h"
#include "experiments/load-run.h"
#include "experiments/table.h"

#include <stdio.h>

static char *data;
static int threads, top;
static gboolean with_classes, test;

static const GOptionEntry options[] = {
    {"data", 'd', 0, G_OPTION_ARG_STRING, &data,
     "Another data set of the catalogue than the run's (see faltung data list)", "NAME"},
    {"test", 0, 0, G_OPTION_ARG_NONE, &test,
     "The samples that were set apart for a test (data.test)", NULL},
    {"classes", 'c', 0, G_OPTION_ARG_NONE, &with_classes,
     "Also tables of the classes: precision, recall, F1, and what each is taken for", NULL},
    {"top", 0, 0, G_OPTION_ARG_INT, &top,
     "Also how often the right class is among the K most likely, beside the five (train.top)", "K"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Use at most N threads (all cores)", "N"},
    {0},
};

/* The figures mean nothing where network and data count classes differently. */
static gboolean check_head(const FaltungHead *head, const FaltungDataset *dataset, GError **error) {
    const char *name = faltung_dataset_name(dataset);
    if (!head->of_sample && faltung_head_target(head, dataset) < 0)
        return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                            "the layer '%s' answers '%s', which is no target of %s; choose a data "
                            "set that has it",
                            head->name, head->target, name);
    FaltungQuestion asked = faltung_head_question(head, dataset);
    gboolean classes = asked.type == FALTUNG_TARGET_CLASS;
    int n = asked.n * asked.positions;
    if (n == head->width && (classes || !head->loss->needs_classes))
        return TRUE;
    return faltung_fail(
        error, FALTUNG_ERROR_SHAPE,
        "the network has %d outputs, and %s has %d %s; choose a data set that asks the "
        "same question",
        head->width, name, n, classes ? "classes" : "target values");
}

static gboolean check_targets(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                              GError **error) {
    FaltungHead heads[FALTUNG_MOST_TERMS];
    int n = faltung_heads(experiment->graph, &experiment->train->loss, heads);
    for (int i = 0; i < n; i++)
        if (!check_head(&heads[i], dataset, error))
            return FALSE;
    return TRUE;
}

static void print_classes(const FaltungScores *scores, const char *const *names) {
    static const char *const header[] = {"class", "rows", "precision", "recall", "F1", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    for (int k = 0; k < scores->n_classes; k++) {
        g_autofree char *name = faltung_class_name(names, k);
        faltung_class_row(table, name, &scores->classes[k]);
    }
    g_autofree char *text = faltung_text_table_format(table);
    printf("%s", text);
    if (!scores->confusion)
        return;
    g_autoptr(GPtrArray) said = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(said, g_strdup("is \\ said"));
    for (int k = 0; k < scores->n_classes; k++)
        g_ptr_array_add(said, faltung_class_name(names, k));
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
        g_autofree char *name = faltung_class_name(names, k);
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

/* What was measured. */
typedef struct {
    const FaltungExperiment *experiment;
    FaltungDataset *dataset;
    FaltungReadings readings;
    int n_heads;
    FaltungHead heads[FALTUNG_MOST_TERMS];
    GPtrArray *scores; /* (element-type FaltungScores): of each head */
} Evaluation;

static const FaltungScores *scores_of(const Evaluation *evaluation, int head) {
    return evaluation->scores->pdata[head];
}

static const char *const *names_of(const Evaluation *evaluation, int head) {
    int target = faltung_head_target(&evaluation->heads[head], evaluation->dataset);
    const FaltungTarget *own = faltung_dataset_target(evaluation->dataset, target);
    return own ? (const char *const *)own->class_names : NULL;
}

static void measure(Evaluation *evaluation, FaltungNetwork *network) {
    const FaltungExperiment *experiment = evaluation->experiment;
    const FaltungVariant *loss = &experiment->train->loss;
    FaltungReadings *readings = &evaluation->readings;
    FaltungMetrics metrics =
        faltung_evaluate(network, loss, evaluation->dataset, &evaluation->scores);
    FaltungTerms terms = faltung_terms(experiment->graph);
    evaluation->n_heads = faltung_heads(experiment->graph, loss, evaluation->heads);
    faltung_readings_add(readings, "val_", "loss", NULL, metrics.loss);
    for (int i = 0; i < evaluation->n_heads; i++) {
        const FaltungHead *head = &evaluation->heads[i];
        const FaltungScores *scores = scores_of(evaluation, i);
        FaltungQuestion asked = faltung_head_question(head, evaluation->dataset);
        const char *layer = i > 0 ? head->name : NULL;
        faltung_readings_add_scores(readings, FALTUNG_READ_ALL, head, &asked, layer, scores);
        int k = top > 0 ? top : experiment->train->top;
        faltung_readings_add_top(readings, k, &asked, layer, scores);
    }
    faltung_readings_add_terms(readings, "val_", &terms, metrics.terms);
}

static void print(const Evaluation *evaluation) {
    for (int i = 0; with_classes && i < evaluation->n_heads; i++) {
        if (!scores_of(evaluation, i)->classes)
            continue;
        if (evaluation->n_heads > 1)
            printf("%s\n\n", evaluation->heads[i].name);
        print_classes(scores_of(evaluation, i), names_of(evaluation, i));
    }
    g_autofree char *text = faltung_readings_format(&evaluation->readings, "val_");
    printf("result: %s samples=%u data=%s\n", text, faltung_dataset_size(evaluation->dataset),
           faltung_dataset_name(evaluation->dataset));
}

static void print_json(const Evaluation *evaluation, const char *run) {
    g_autoptr(FaltungJson) json = faltung_json_new();
    faltung_json_open_object(json, NULL);
    faltung_json_string(json, "run", run);
    faltung_json_string(json, "data", faltung_dataset_name(evaluation->dataset));
    faltung_json_integer(json, "samples", faltung_dataset_size(evaluation->dataset));
    faltung_readings_write(&evaluation->readings, "val_", json);
    if (scores_of(evaluation, 0)->classes)
        write_classes(scores_of(evaluation, 0), names_of(evaluation, 0), json);
    if (evaluation->n_heads > 1)
        faltung_json_open_object(json, "layers");
    for (int i = 1; i < evaluation->n_heads; i++) {
        if (!scores_of(evaluation, i)->classes)
            continue;
        faltung_json_open_object(json, evaluation->heads[i].name);
        write_classes(scores_of(evaluation, i), names_of(evaluation, i), json);
        faltung_json_close(json);
    }
    if (evaluation->n_heads > 1)
        faltung_json_close(json);
    faltung_json_close(json);
    faltung_json_print(json);
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
    network = faltung_network_fold(network);
    Evaluation evaluation = {.experiment = experiment, .dataset = dataset};
    measure(&evaluation, network);
    gboolean whole = faltung_dataset_check(dataset, error);
    if (whole && call->json)
        print_json(&evaluation, call->arguments[0]);
    else if (whole)
        print(&evaluation);
    g_ptr_array_unref(evaluation.scores);
    return whole ? FALTUNG_EXIT_DONE : FALTUNG_EXIT_USAGE;
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
                   "area under the ROC curve (of more than two classes the mean of each against "
                   "the rest); perplexity and bits a sample "
                   "(a character, of text) where the loss is softmax_cross_entropy. Of numbers: "
                   "mean absolute and root mean square error and R2. Layers with a loss of their "
                   "own have the same figures under their names.",
    .options = options,
    .flags = FALTUNG_COMMAND_JSON,
    .run = eval_run,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/graph/reference.h"
#include "gui/training/breakpoints.h"
#include "tests/train/walk.h"

/*
 * Trainings that really go wrong, or well: where a breakpoint pauses, against what is computed here
 * of every step or epoch.
 */

enum { INPUTS = 8, TRAINING = 200, VALIDATION = 60, LAYERS = 3 };

static FaltungDataset *data_new(guint64 seed, guint32 n) {
    float *values = g_new(float, n *INPUTS);
    gint32 *classes = g_new(gint32, n);
    fill_random(seed, n * INPUTS, values);
    for (guint32 i = 0; i < n; i++)
        classes[i] = values[i * INPUTS] + values[i * INPUTS + 1] > 0;
    return faltung_dataset_new_floats("halves", n, FALTUNG_SHAPE(INPUTS), values, classes, NULL,
                                      NULL, 0);
}

static FaltungExperiment *experiment_new(double lr) {
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *text =
        g_strdup_printf("data: {name: digits}\n"
                        "network: {input: [8], layers: [\n"
                        "  dense: {name: first, units: 16, activation: relu},\n"
                        "  dense: {name: second, units: 12, activation: relu},\n"
                        "  dense: {name: last, units: 2}]}\n"
                        "train: {loss: softmax_cross_entropy, optimizer: {sgd: {lr: %s}},\n"
                        "  batch: 20, epochs: 12, seed: 5}\n",
                        g_ascii_dtostr(digits, sizeof digits, lr));
    g_autoptr(GError) error = NULL;
    FaltungExperiment *experiment = faltung_experiment_parse(text, "test.yaml", NULL, &error);
    g_assert_no_error(error);
    return experiment;
}

/* --- what is expected, computed another way --- */

/* The layer with the largest gradient; the norm of all of it. */
static int steepest_layer(FaltungTrainer *trainer, double *norm) {
    FaltungNetwork *network = faltung_trainer_network(trainer);
    double largest = -1, all = 0;
    int steepest = -1;
    for (int i = 0; i < LAYERS; i++) {
        double squares = 0;
        const FaltungLayer *layer = faltung_graph_layer(faltung_network_graph(network), i);
        for (int p = 0; p < layer->n_parameters; p++) {
            size_t n = faltung_shape_size(&layer->parameters[p].shape);
            g_autofree float *values = g_new(float, n);
            faltung_network_unpack(network, faltung_network_gradients(network), i, p, values);
            for (size_t k = 0; k < n; k++)
                squares += (double)values[k] * values[k];
        }
        all += squares;
        if (squares > largest) {
            largest = squares;
            steepest = i;
        }
    }
    *norm = sqrt(all);
    return steepest;
}

/* The layer with the largest part of units that are 0 for every sample, by the reference code. */
static int deadest_layer(FaltungTrainer *trainer, FaltungDataset *data, double *percent) {
    FaltungNetwork *network = faltung_trainer_network(trainer);
    const FaltungGraph *graph = faltung_network_graph(network);
    g_autoptr(FaltungReferenceNetwork) reference = faltung_reference_network_new(graph, 1);
    faltung_reference_network_copy_parameters(reference, network);
    gboolean alive[LAYERS][16] = {0};
    for (guint32 n = 0; n < VALIDATION; n++) {
        float sample[INPUTS];
        double wide[INPUTS];
        faltung_dataset_gather(data, &n, 1, sample, NULL, NULL);
        for (int i = 0; i < INPUTS; i++)
            wide[i] = sample[i];
        faltung_reference_network_forward(reference, wide, FALSE, 0, 0);
        for (int i = 0; i < LAYERS; i++) {
            int units = faltung_graph_layer(graph, i)->output_shape.dims[0];
            for (int u = 0; u < units; u++)
                alive[i][u] |= faltung_reference_network_output(reference, i)[u] != 0;
        }
    }
    int deadest = 0;
    *percent = -1;
    for (int i = 0; i < LAYERS; i++) {
        int dead = 0, units = faltung_graph_layer(graph, i)->output_shape.dims[0];
        for (int u = 0; u < units; u++)
            dead += !alive[i][u];
        if (100.0 * dead / units > *percent) {
            *percent = 100.0 * dead / units;
            deadest = i;
        }
    }
    return deadest;
}

/* --- the trainings --- */

/* A figure that may cross a line: at each step or epoch what it is and in which layer; the lines
   that it has crossed so far. */
typedef struct {
    gboolean was_beyond;
    int crossed;
} Watched;

/* Compares what is said with what is expected of @figure. */
static void compare(Watched *watched, gboolean beyond, int layer, const char *why, int said_layer,
                    const char *word) {
    gboolean crosses = beyond && !watched->was_beyond;
    watched->was_beyond = beyond;
    watched->crossed += crosses;
    g_assert_cmpint(why != NULL, ==, crosses);
    if (crosses) {
        g_assert_nonnull(strstr(why, word));
        g_assert_cmpint(said_layer, ==, layer);
    }
}

typedef struct {
    double lr;
    FaltungBreakpoints breakpoints; /* one of them */
    const char *word;               /* of what is said */
} Training;

static void after_step(const Training *training, FaltungCrossed *crossed, FaltungTrainer *trainer,
                       const FaltungStepRow *row, Watched *watched) {
    int said = -2;
    g_autofree char *why =
        faltung_breakpoints_after_step(&training->breakpoints, crossed, trainer, row, &said);
    double line = training->breakpoints.gradient, norm;
    int layer = steepest_layer(trainer, &norm);
    g_assert_cmpfloat_with_epsilon(norm, row->grad_norm, 1e-4 * (1 + norm));
    if (line > 0)
        compare(watched, norm > line, layer, why, said, training->word);
    else
        g_assert_null(why);
}

static void after_epoch(const Training *training, FaltungCrossed *crossed, FaltungTrainer *trainer,
                        FaltungDataset *validation, const FaltungEpochRow *row, Watched *watched) {
    const FaltungBreakpoints *breakpoints = &training->breakpoints;
    int said = -2, layer = -1;
    g_autofree char *why =
        faltung_breakpoints_after_epoch(breakpoints, crossed, trainer, validation, row, &said);
    double percent;
    if (breakpoints->dead > 0) {
        layer = deadest_layer(trainer, validation, &percent);
        compare(watched, percent >= breakpoints->dead, layer, why, said, training->word);
    } else if (breakpoints->loss > 0) {
        compare(watched, row->validation.loss > breakpoints->loss, layer, why, said,
                training->word);
    } else if (breakpoints->accuracy > 0) {
        compare(watched, 100 * row->validation.accuracy >= breakpoints->accuracy, layer, why, said,
                training->word);
    } else {
        g_assert_null(why);
    }
}

static void test_training(gconstpointer data) {
    const Training *training = data;
    g_autoptr(FaltungExperiment) experiment = experiment_new(training->lr);
    g_autoptr(FaltungDataset) samples = data_new(1, TRAINING), others = data_new(2, VALIDATION);
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungTrainer) trainer = faltung_trainer_new(experiment, samples, others, 1, &error);
    g_assert_no_error(error);
    FaltungCrossed crossed = {0};
    Watched watched = {0};
    while (!faltung_trainer_finished(trainer)) {
        FaltungStepRow row;
        faltung_trainer_step(trainer, &row, &error);
        g_assert_no_error(error);
        after_step(training, &crossed, trainer, &row, &watched);
        if (faltung_trainer_at_epoch_end(trainer)) {
            FaltungEpochRow epoch;
            gboolean best;
            faltung_trainer_end_epoch(trainer, &epoch, &best, &error);
            g_assert_no_error(error);
            after_epoch(training, &crossed, trainer, others, &epoch, &watched);
        }
    }
    g_assert_cmpint(watched.crossed, >, 0);
}

int main(int argc, char **argv) {
    static const struct {
        const char *path;
        Training training;
    } trainings[] = {
        {"/breakpoints/gradient", {8, {.gradient = 10}, "most of it is in "}},
        {"/breakpoints/dead", {4, {.dead = 95}, "are dead"}},
        {"/breakpoints/loss", {4, {.loss = 1}, "validation loss"}},
        {"/breakpoints/accuracy", {0.1, {.accuracy = 90}, "validation accuracy"}},
    };
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(trainings); i++)
        g_test_add_data_func(trainings[i].path, &trainings[i].training, test_training);
    return g_test_run();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/store/fixture.h"

#include <math.h>
#include <string.h>

static const char text[] = "# a person's comment, ü\n"
                           "name: fixture\n"
                           "data: {name: digits}\n"
                           "network:\n"
                           "  input: [1, 6, 6]\n"
                           "  layers:\n"
                           "    - conv2d: {name: conv1, filters: 3, kernel: 3, activation: tanh}\n"
                           "    - batch_norm: {name: norm}\n"
                           "    - dropout: {rate: 0.2}\n"
                           "    - flatten:\n"
                           "    - dense: {name: out, units: 4}\n"
                           "train:\n"
                           "  loss: softmax_cross_entropy\n"
                           "  optimizer: {sgd: {lr: 0.05, momentum: 0.9}}\n"
                           "  schedule: {exponential: {final_lr: 0.01}}\n"
                           "  early_stopping: {patience: {patience: 50}}\n"
                           "  batch: 8\n"
                           "  epochs: %d\n"
                           "  seed: 7\n";

/* Class c is a bar at row or column c, with noise. */
static FaltungDataset *samples(guint32 n, guint32 seed) {
    guint8 *values = g_malloc(n * 36);
    gint32 *classes = g_new(gint32, n);
    GRand *random = g_rand_new_with_seed(seed);
    for (guint32 i = 0; i < n; i++) {
        classes[i] = (i * 7 + seed) % 4;
        for (int j = 0; j < 36; j++) {
            int along = classes[i] % 2 ? j % 6 : j / 6;
            gboolean lit = along == 1 + classes[i];
            values[36 * i + j] = g_rand_int_range(random, lit ? 90 : 0, lit ? 255 : 120);
        }
    }
    g_rand_free(random);
    char **names = g_strsplit("left,ü-bar,third,ankle boot", ",", -1);
    return faltung_dataset_new_bytes("bars", n, FALTUNG_SHAPE(1, 6, 6), values, classes, names);
}

/* Of data that are (transfer full). */
static Fixture *fixture_of(const char *yaml, FaltungDataset *training, FaltungDataset *validation) {
    GError *error = NULL;
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->experiment = faltung_experiment_parse(yaml, "fixture.yaml", NULL, &error);
    g_assert_no_error(error);
    fixture->training = training;
    fixture->validation = validation;
    fixture->trainer = faltung_trainer_new(fixture->experiment, training, validation, 1, &error);
    g_assert_no_error(error);
    return fixture;
}

Fixture *fixture_new(int epochs) {
    g_autofree char *yaml = g_strdup_printf(text, epochs);
    FaltungDataset *training = samples(60, 1), *validation = samples(20, 2);
    faltung_dataset_normalize(training, FALTUNG_NORMALIZE_STANDARD);
    int n;
    const float *mean, *scale;
    faltung_dataset_get_scaling(training, &n, &mean, &scale);
    faltung_dataset_set_scaling(validation, n, mean, scale);
    return fixture_of(yaml, training, validation);
}

static const char stateful[] = "name: text fixture\n"
                               "data: {text: t.txt, length: 5}\n"
                               "network:\n"
                               "  input: [5]\n"
                               "  layers:\n"
                               "    - one_hot: {classes: 4}\n"
                               "    - lstm: {units: 6, layers: 2, dropout: 0.2, stateful: true}\n"
                               "    - gru: {units: 5, stateful: true}\n"
                               "    - dense: {name: out, units: 4}\n"
                               "train:\n"
                               "  loss: softmax_cross_entropy\n"
                               "  optimizer: {adam: {lr: 0.01}}\n"
                               "  batch: 4\n"
                               "  epochs: %d\n"
                               "  seed: 7\n";

/* A text of four letters, in windows of five. */
static FaltungDataset *letters(gsize n, int factor) {
    guint8 *indices = g_malloc(n);
    for (gsize i = 0; i < n; i++)
        indices[i] = i * factor / 3 % 4;
    gunichar *vocabulary = g_new(gunichar, 4);
    for (int i = 0; i < 4; i++)
        vocabulary[i] = 'a' + i;
    FaltungText *of = faltung_text_new(g_bytes_new_take(indices, n), 1, n, 5, 5, vocabulary, 4);
    return faltung_dataset_new_text("t.txt", of, g_strsplit("a,b,c,d", ",", -1), FALSE);
}

Fixture *fixture_new_text(int epochs) {
    g_autofree char *yaml = g_strdup_printf(stateful, epochs);
    return fixture_of(yaml, letters(171, 2), letters(90, 5));
}

void fixture_free(Fixture *fixture) {
    faltung_trainer_free(fixture->trainer);
    faltung_dataset_unref(fixture->training);
    faltung_dataset_unref(fixture->validation);
    faltung_experiment_free(fixture->experiment);
    g_free(fixture);
}

FaltungRunWriter *fixture_create(Fixture *fixture, const char *path, GError **error) {
    return faltung_run_writer_create(path, fixture->experiment, fixture->trainer, fixture->training,
                                     fixture->validation, error);
}

FaltungRunWriter *fixture_resume(Fixture *fixture, const char *path, GError **error) {
    return faltung_run_writer_resume(path, fixture->experiment, fixture->trainer, fixture->training,
                                     error);
}

static void judge(gboolean ok, GError *error, const FixturePlan *plan) {
    g_assert_true(ok == (error == NULL));
    if (ok)
        return;
    if (plan->failed)
        plan->failed(error->message);
    else
        g_assert_no_error(error);
    g_error_free(error);
}

static void checkpoint(Fixture *fixture, FaltungRunWriter *writer, const FixturePlan *plan) {
    GError *error = NULL;
    gboolean ok = faltung_run_writer_checkpoint(writer, fixture->trainer, &error);
    judge(ok, error, plan);
}

static void record_epoch(Fixture *fixture, FaltungRunWriter *writer, const FaltungEpochRow *row,
                         const FixturePlan *plan) {
    GError *error = NULL;
    gboolean ok =
        faltung_run_writer_epoch(writer, row, faltung_trainer_readings(fixture->trainer), &error);
    judge(ok, error, plan);
    error = NULL;
    ok = faltung_run_writer_observe(writer, fixture->trainer, &error);
    judge(ok, error, plan);
}

void fixture_train(Fixture *fixture, FaltungRunWriter *writer, const FixturePlan *plan) {
    FaltungTrainer *trainer = fixture->trainer;
    if (faltung_trainer_step_count(trainer) == 0) {
        FaltungEpochRow row;
        faltung_trainer_untrained(trainer, &row);
        record_epoch(fixture, writer, &row, plan);
        checkpoint(fixture, writer, plan);
    }
    for (guint64 steps = 1; !faltung_trainer_finished(trainer); steps++) {
        FaltungStepRow step;
        FaltungEpochRow epoch;
        GError *error = NULL;
        if (!faltung_trainer_at_epoch_end(trainer)) {
            faltung_trainer_step(trainer, &step, &error);
            g_assert_no_error(error);
            gboolean ok = !plan->report || faltung_run_writer_step(writer, &step, &error);
            judge(ok, error, plan);
        }
        if (faltung_trainer_at_epoch_end(trainer)) {
            gboolean best;
            faltung_trainer_end_epoch(trainer, &epoch, &best, NULL);
            record_epoch(fixture, writer, &epoch, plan);
        }
        if (plan->checkpoint && faltung_trainer_step_count(trainer) % plan->checkpoint == 0)
            checkpoint(fixture, writer, plan);
        if (steps == plan->stop)
            return;
    }
}

void fixture_finish(Fixture *fixture, const char *path) {
    GError *error = NULL;
    g_autoptr(FaltungRunWriter) writer = fixture_create(fixture, path, &error);
    g_assert_no_error(error);
    fixture_train(fixture, writer, &(FixturePlan){.report = TRUE, .checkpoint = 10});
    faltung_run_writer_finish(writer, fixture->trainer, "finished", "all epochs done", &error);
    g_assert_no_error(error);
}

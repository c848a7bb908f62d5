/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/run.h"
#include "core/train/training.h"
#include "tests/train/walk.h"

#include <glib/gstdio.h>
#include <string.h>

/* 8 steps an epoch, the last one smaller; dropout and momentum, so that there is a state. */
static const char *const yaml = "name: loop\n"
                                "data: {name: iris}\n"
                                "network:\n"
                                "  input: [6]\n"
                                "  layers:\n"
                                "    - dense: {name: hidden, units: 9, activation: tanh}\n"
                                "    - dropout: {rate: 0.2}\n"
                                "    - dense: {name: out, units: 3}\n"
                                "train:\n"
                                "  loss: softmax_cross_entropy\n"
                                "  optimizer: {sgd: {lr: 0.1, momentum: 0.9}}\n"
                                "  schedule: {linear: {final_lr: 0.05}}\n"
                                "  early_stopping: {patience: {patience: 4}}\n"
                                "  batch: 12\n"
                                "  epochs: 4\n"
                                "  report: 1\n"
                                "  seed: 5\n";
enum { SAMPLES = 90, STEPS_AN_EPOCH = 8, EPOCHS = 4 };

/* @changes: `path=value`, separated by blanks. */
static FaltungExperiment *parse(const char *changes) {
    g_auto(GStrv) overrides = g_strsplit(changes, " ", -1);
    g_autoptr(GError) error = NULL;
    FaltungExperiment *experiment =
        faltung_experiment_parse(yaml, "test.yaml", (const char *const *)overrides, &error);
    g_assert_no_error(error);
    return experiment;
}

static FaltungDataset *new_samples(guint64 seed) {
    float *values = g_new(float, SAMPLES * 6);
    gint32 *classes = g_new(gint32, SAMPLES);
    fill_random(seed, SAMPLES * 6, values);
    for (int i = 0; i < SAMPLES; i++) {
        classes[i] = i % 3;
        values[i * 6 + classes[i]] += 2.0f;
    }
    return faltung_dataset_new_floats("samples", SAMPLES, FALTUNG_SHAPE(6), values, classes,
                                      g_strsplit("a b c", " ", -1), NULL, 0);
}

/* What the hooks saw, and when they are to stop. */
typedef struct {
    int steps, epochs, last_epoch;
    int stop_at; /* a step; 0: never */
} Seen;

static FaltungTrainingAnswer see_step(FaltungTrainer *trainer, const FaltungStepRow *row,
                                      gpointer data) {
    Seen *seen = data;
    seen->steps++;
    g_assert_cmpuint(row->step, ==, faltung_trainer_step_count(trainer));
    return (int)row->step == seen->stop_at ? FALTUNG_TRAINING_STOP : FALTUNG_TRAINING_GO_ON;
}

static void see_epoch(FaltungTrainer *trainer, const FaltungEpochRow *row, gpointer data) {
    Seen *seen = data;
    seen->epochs++;
    seen->last_epoch = row->epoch;
}

static void see_warning(const char *message, gpointer data) {
    g_error("not expected: %s", message);
}

/* One process's share of a run: new or resumed at @path, until it ends or the hook stops it. */
static FaltungTrainingEnd run_part(const char *path, const char *changes, int threads, int stop_at,
                                   Seen *seen, char **reason) {
    g_autoptr(FaltungExperiment) experiment = parse(changes);
    g_autoptr(FaltungDataset) training = new_samples(1), validation = new_samples(2);
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungTrainer) trainer =
        faltung_trainer_new(experiment, training, validation, threads, &error);
    g_assert_no_error(error);
    g_autoptr(FaltungRunWriter) writer =
        g_file_test(path, G_FILE_TEST_EXISTS)
            ? faltung_run_writer_resume(path, experiment, trainer, training, &error)
            : faltung_run_writer_create(path, experiment, trainer, training, validation, &error);
    g_assert_no_error(error);
    *seen = (Seen){.stop_at = stop_at};
    FaltungTrainingHooks hooks = {
        .step = see_step,
        .epoch = see_epoch,
        .warning = see_warning,
        .data = seen,
    };
    FaltungEpochRow last = {.epoch = -1};
    FaltungTrainingEnd end = faltung_training_run(trainer, writer, &hooks, &last, &error);
    g_assert_cmpint(end == FALTUNG_TRAINING_FAILED, ==, error != NULL);
    if (end == FALTUNG_TRAINING_FINISHED)
        g_assert_cmpint(last.epoch, ==, experiment->train->epochs);
    if (reason)
        *reason = error ? g_strdup(error->message) : NULL;
    return end;
}

static FaltungRun *open_run(const char *path) {
    g_autoptr(GError) error = NULL;
    FaltungRun *run = faltung_run_open(path, &error);
    g_assert_no_error(error);
    return run;
}

static float *final_weights(FaltungRun *run, size_t *n) {
    g_autoptr(GError) error = NULL;
    FaltungShape shape;
    float *weights = faltung_run_read_weights(run, -1, "hidden", "weight", &shape, &error);
    g_assert_no_error(error);
    *n = faltung_shape_size(&shape);
    return weights;
}

/* All columns but those of the clock hold the same bits. */
static void assert_same_columns(FaltungRun *a, FaltungRun *b, const char *table) {
    int compared = 0;
    for (const char *const *name = faltung_run_columns(a, table); *name; name++) {
        size_t n_a, n_b;
        const double *column_a = faltung_run_column(a, table, *name, &n_a);
        const double *column_b = faltung_run_column(b, table, *name, &n_b);
        g_assert_nonnull(column_b);
        g_assert_cmpuint(n_a, ==, n_b);
        if (strstr(*name, "second"))
            continue;
        g_test_message("%s/%s: %zu rows", table, *name, n_a);
        g_assert_cmpmem(column_a, n_a * sizeof(double), column_b, n_b * sizeof(double));
        compared++;
    }
    g_assert_cmpint(compared, >=, 4);
}

static char *scratch;

static char *scratch_path(const char *name) {
    return g_build_filename(scratch, name, NULL);
}

static void test_whole(void) {
    g_autofree char *path = scratch_path("whole.h5");
    Seen seen;
    g_assert_cmpint(run_part(path, "", 1, 0, &seen, NULL), ==, FALTUNG_TRAINING_FINISHED);
    g_assert_cmpint(seen.steps, ==, EPOCHS * STEPS_AN_EPOCH);
    g_assert_cmpint(seen.epochs, ==, EPOCHS + 1); /* with that of the untrained network */
    g_assert_cmpint(seen.last_epoch, ==, EPOCHS);
    g_autoptr(FaltungRun) run = open_run(path);
    g_assert_cmpstr(faltung_run_status(run), ==, "finished");
    size_t n;
    const double *epochs = faltung_run_column(run, "epoch", "epoch", &n);
    g_assert_cmpuint(n, ==, EPOCHS + 1);
    for (int i = 0; i <= EPOCHS; i++)
        g_assert_cmpfloat(epochs[i], ==, i);
    faltung_run_column(run, "step", "loss", &n);
    g_assert_cmpuint(n, ==, EPOCHS * STEPS_AN_EPOCH);
    g_assert_cmpint(faltung_run_n_moments(run), >=, EPOCHS + 1);
    g_assert_cmpfloat(faltung_run_moment_epoch(run, 0), ==, 0.0);
}

/* Interrupted at the first and last steps of epochs and between them, once and twice, on other
   numbers of threads: the file is that of the run that was not. */
static void test_interrupted(void) {
    g_autofree char *whole_path = scratch_path("whole.h5");
    Seen seen;
    if (!g_file_test(whole_path, G_FILE_TEST_EXISTS))
        run_part(whole_path, "", 1, 0, &seen, NULL);
    g_autoptr(FaltungRun) whole = open_run(whole_path);
    size_t n;
    g_autofree float *expected = final_weights(whole, &n);
    const int stops[] = {1, 3, 7, 8, 9, 12, 16, 17, 31, 32};
    for (size_t i = 0; i < G_N_ELEMENTS(stops); i++) {
        int stop = stops[i];
        g_autofree char *name = g_strdup_printf("stopped-%d.h5", stop);
        g_autofree char *path = scratch_path(name);
        g_assert_cmpint(run_part(path, "", 2, stop, &seen, NULL), ==, FALTUNG_TRAINING_INTERRUPTED);
        g_assert_cmpint(seen.steps, ==, stop);
        {
            g_autoptr(FaltungRun) run = open_run(path);
            g_assert_cmpstr(faltung_run_status(run), ==, "interrupted");
        }
        if (stop % 3 == 0 && stop + 2 < EPOCHS * STEPS_AN_EPOCH)
            g_assert_cmpint(run_part(path, "", 3, stop + 2, &seen, NULL), ==,
                            FALTUNG_TRAINING_INTERRUPTED);
        g_assert_cmpint(run_part(path, "", 1, 0, &seen, NULL), ==, FALTUNG_TRAINING_FINISHED);

        g_autoptr(FaltungRun) run = open_run(path);
        g_assert_cmpstr(faltung_run_status(run), ==, "finished");
        size_t m;
        g_autofree float *weights = final_weights(run, &m);
        g_assert_cmpmem(weights, m * sizeof(float), expected, n * sizeof(float));
        assert_same_columns(whole, run, "epoch");
        assert_same_columns(whole, run, "step");
        g_assert_cmpint(faltung_run_n_moments(run), ==, faltung_run_n_moments(whole));
        for (int moment = 0; moment < faltung_run_n_moments(run); moment++)
            g_assert_cmpuint(faltung_run_moment_step(run, moment), ==,
                             faltung_run_moment_step(whole, moment));
    }
}

/* A finished run that is resumed has nothing to do and stays as it is. */
static void test_finished(void) {
    g_autofree char *path = scratch_path("finished.h5");
    Seen seen;
    run_part(path, "", 1, 0, &seen, NULL);
    g_assert_cmpint(run_part(path, "", 1, 0, &seen, NULL), ==, FALTUNG_TRAINING_FINISHED);
    g_assert_cmpint(seen.steps, ==, 0);
    g_assert_cmpint(seen.epochs, ==, 0);
}

/* A finished run goes on with more epochs as if it had been meant to from the start. */
static void test_more_epochs(void) {
    const char *more = "train.schedule=constant train.early_stopping=none train.epochs=6";
    g_autofree char *path = scratch_path("more.h5"), *whole_path = scratch_path("six.h5");
    Seen seen;
    run_part(whole_path, more, 1, 0, &seen, NULL);
    g_assert_cmpint(seen.steps, ==, 6 * STEPS_AN_EPOCH);
    run_part(path, "train.schedule=constant train.early_stopping=none", 1, 0, &seen, NULL);
    run_part(path, more, 1, 0, &seen, NULL);
    g_assert_cmpint(seen.steps, ==, 2 * STEPS_AN_EPOCH);
    g_autoptr(FaltungRun) run = open_run(path), whole = open_run(whole_path);
    assert_same_columns(whole, run, "epoch");
    assert_same_columns(whole, run, "step");
    size_t n;
    g_autofree float *weights = final_weights(run, &n), *expected = final_weights(whole, &n);
    g_assert_cmpmem(weights, n * sizeof(float), expected, n * sizeof(float));
}

static void test_failed(void) {
    g_autofree char *path = scratch_path("failed.h5");
    g_autofree char *reason = NULL;
    Seen seen;
    g_assert_cmpint(run_part(path, "train.optimizer.sgd.lr=1e38", 1, 0, &seen, &reason), ==,
                    FALTUNG_TRAINING_FAILED);
    g_autoptr(FaltungRun) run = open_run(path);
    g_assert_cmpstr(faltung_run_status(run), ==, "failed");
    g_assert_cmpstr(faltung_run_reason(run), ==, reason);
    g_assert_nonnull(strstr(reason, "learning rate"));
}

/* Neither a file nor hooks. */
static void test_alone(void) {
    g_autoptr(FaltungExperiment) experiment = parse("");
    g_autoptr(FaltungDataset) training = new_samples(1);
    g_autoptr(FaltungTrainer) trainer = faltung_trainer_new(experiment, training, NULL, 1, NULL);
    g_autoptr(GError) error = NULL;
    FaltungTrainingEnd end = faltung_training_run(trainer, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(end, ==, FALTUNG_TRAINING_FINISHED);
    g_assert_true(faltung_trainer_finished(trainer));
}

static void remove_scratch(void) {
    g_autoptr(GDir) folder = g_dir_open(scratch, 0, NULL);
    for (const char *name; (name = g_dir_read_name(folder));) {
        g_autofree char *path = scratch_path(name);
        g_remove(path);
    }
    g_rmdir(scratch);
    g_free(scratch);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    scratch = g_dir_make_tmp("faltung-training-XXXXXX", NULL);
    g_assert_nonnull(scratch);
    g_test_add_func("/train/training/whole", test_whole);
    g_test_add_func("/train/training/interrupted", test_interrupted);
    g_test_add_func("/train/training/finished", test_finished);
    g_test_add_func("/train/training/more-epochs", test_more_epochs);
    g_test_add_func("/train/training/failed", test_failed);
    g_test_add_func("/train/training/alone", test_alone);
    int result = g_test_run();
    remove_scratch();
    return result;
}

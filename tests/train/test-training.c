/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/store/run.h"
#include "core/train/training.h"
#include "tests/train/walk.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

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

/* @changes: `path=value`, separated by commas. */
static FaltungExperiment *parse(const char *changes) {
    g_auto(GStrv) overrides = g_strsplit(changes, ", ", -1);
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
    int troubles;
    gboolean mends; /* the acts are done in trouble alone */
    int kill_at;    /* a step after which the process is killed; 0: never */
    /* done by hand, at their steps */
    const char *const *acts; /* (nullable) */
    FaltungRunWriter *writer;
} Seen;

static void act_by_hand(Seen *seen, FaltungTrainer *trainer, guint64 step) {
    const FaltungGraph *graph = faltung_network_graph(faltung_trainer_network(trainer));
    g_autoptr(GError) error = NULL;
    for (const char *const *text = seen->acts; text && *text; text++) {
        FaltungAct act;
        faltung_act_parse(*text, graph, &act, &error);
        if (!error && (act.step == step || seen->mends) &&
            faltung_trainer_act(trainer, act, &error))
            faltung_run_writer_acts(seen->writer, trainer, &error);
        g_assert_no_error(error);
    }
}

static FaltungTrainingAnswer see_step(FaltungTrainer *trainer, const FaltungStepRow *row,
                                      gpointer data) {
    Seen *seen = data;
    seen->steps++;
    g_assert_cmpuint(row->step, ==, faltung_trainer_step_count(trainer));
    if (!seen->mends)
        act_by_hand(seen, trainer, row->step);
    if ((int)row->step == seen->kill_at)
        raise(SIGKILL);
    return (int)row->step == seen->stop_at ? FALTUNG_TRAINING_STOP : FALTUNG_TRAINING_GO_ON;
}

static void see_epoch(FaltungTrainer *trainer, const FaltungEpochRow *row, gpointer data) {
    Seen *seen = data;
    seen->epochs++;
    seen->last_epoch = row->epoch;
}

/* Mends what a learning rate has done, where there are acts. */
static gboolean see_trouble(FaltungTrainer *trainer, const GError *error, gpointer data) {
    Seen *seen = data;
    seen->troubles++;
    const FaltungGraph *graph = faltung_network_graph(faltung_trainer_network(trainer));
    g_autofree char *layer = g_strdup_printf(
        "'%s'", faltung_graph_layer(graph, faltung_trainer_failed_layer(trainer))->name);
    g_assert_nonnull(strstr(error->message, layer));
    act_by_hand(seen, trainer, faltung_trainer_step_count(trainer));
    return seen->acts && seen->troubles == 1;
}

static void see_warning(const char *message, gpointer data) {
    g_error("not expected: %s", message);
}

/* The same, with what @seen says of stops, kills and acts. */
static FaltungTrainingEnd run_seen(const char *path, const char *changes, int threads, Seen *seen,
                                   char **reason) {
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
    seen->writer = writer;
    FaltungTrainingHooks hooks = {
        .step = see_step,
        .epoch = see_epoch,
        .trouble = see_trouble,
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

/* One process's share of a run: new or resumed at @path, until it ends or the hook stops it. */
static FaltungTrainingEnd run_part(const char *path, const char *changes, int threads, int stop_at,
                                   Seen *seen, char **reason) {
    *seen = (Seen){.stop_at = stop_at};
    return run_seen(path, changes, threads, seen, reason);
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
    const char *more = "train.schedule=constant, train.early_stopping=none, train.epochs=6";
    g_autofree char *path = scratch_path("more.h5"), *whole_path = scratch_path("six.h5");
    Seen seen;
    run_part(whole_path, more, 1, 0, &seen, NULL);
    g_assert_cmpint(seen.steps, ==, 6 * STEPS_AN_EPOCH);
    run_part(path, "train.schedule=constant, train.early_stopping=none", 1, 0, &seen, NULL);
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

/* A step that failed is tried again where something was done about it. */
static void test_trouble(void) {
    static const char *const mend[] = {"1 learning_rate 0.05", "1 reinitialize hidden",
                                       "1 reinitialize out", NULL};
    g_autofree char *path = scratch_path("mended.h5");
    Seen seen = {.acts = mend, .mends = TRUE};
    g_assert_cmpint(run_seen(path, "train.optimizer.sgd.lr=1e38", 1, &seen, NULL), ==,
                    FALTUNG_TRAINING_FINISHED);
    g_assert_cmpint(seen.troubles, ==, 1);
    g_assert_cmpint(seen.steps, ==, EPOCHS * STEPS_AN_EPOCH);
    g_autoptr(FaltungRun) run = open_run(path);
    g_assert_cmpuint(faltung_run_touched(run), ==, 3);
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

/* Before, at and after the ends of epochs, two at one step, and more than one of a kind. */
static const char *const acts[] = {
    "2 noise hidden 0.3",
    "5 freeze out",
    "8 cut hidden 3",
    "8 learning_rate 0.05",
    "11 reinitialize out",
    "13 thaw out",
    "16 noise hidden 0.1",
    "17 cut out 1",
    "20 learning_rate schedule",
    "21 freeze hidden",
    "23 reinitialize hidden",
    "24 cut hidden 8",
    NULL,
};
static const char *const changes = "train.average.decay=0.9";

/* The run at @path is the one at @reference, and says @touched of itself. */
static void assert_same_run(const char *path, const char *reference, guint touched) {
    g_autoptr(FaltungRun) run = open_run(path), same = open_run(reference);
    guint n_run, n_same;
    const FaltungAct *log = faltung_run_acts(run, &n_run);
    const FaltungAct *expected = faltung_run_acts(same, &n_same);
    g_assert_cmpuint(n_run, ==, G_N_ELEMENTS(acts) - 1);
    g_assert_cmpuint(n_run, ==, n_same);
    const FaltungGraph *graph = faltung_run_experiment(run, NULL)->graph;
    for (guint i = 0; i < n_run; i++) {
        g_autofree char *text = faltung_act_format(&log[i], graph);
        g_assert_cmpstr(text, ==, acts[i]);
        g_assert_cmpuint(log[i].step, ==, expected[i].step);
    }
    g_assert_cmpuint(faltung_run_touched(run), ==, touched);
    g_assert_cmpstr(faltung_run_attribute(run, "touched"), ==, touched ? "12" : NULL);
    size_t n, m;
    g_autofree float *weights = final_weights(run, &m), *others = final_weights(same, &n);
    g_assert_cmpmem(weights, m * sizeof(float), others, n * sizeof(float));
    assert_same_columns(same, run, "epoch");
    assert_same_columns(same, run, "step");
}

/* Acts of the experiment file and by hand give the same run, on any number of threads, stopped at
   any step, or killed, and resumed by somebody who knows of no act. */
static void test_acts(void) {
    g_autofree char *script = g_strjoinv("; ", (char **)acts);
    g_autofree char *planned_changes = g_strdup_printf("%s, train.acts=%s", changes, script);
    g_autofree char *planned = scratch_path("planned.h5"), *plain = scratch_path("plain.h5");
    Seen seen;
    run_part(planned, planned_changes, 1, 0, &seen, NULL);
    assert_same_run(planned, planned, 0);
    run_part(plain, changes, 1, 0, &seen, NULL);
    g_autoptr(FaltungRun) untouched = open_run(plain), acted = open_run(planned);
    size_t n;
    g_autofree float *weights = final_weights(acted, &n), *others = final_weights(untouched, &n);
    g_assert_true(memcmp(weights, others, n * sizeof(float)) != 0);
    for (int threads = 1; threads <= 8; threads *= 2) {
        g_autofree char *name = g_strdup_printf("acted-%d.h5", threads);
        g_autofree char *path = scratch_path(name);
        seen = (Seen){.acts = acts};
        run_seen(path, changes, threads, &seen, NULL);
        assert_same_run(path, planned, 12);
    }
    const int stops[] = {1, 2, 8, 12, 16, 17, 24, 30};
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(stops); i++) {
        int stop = stops[i / 2];
        gboolean by_hand = i % 2;
        g_autofree char *name = g_strdup_printf("acts-%d-%d.h5", by_hand, stop);
        g_autofree char *path = scratch_path(name);
        const char *const *hand = by_hand ? acts : NULL;
        seen = (Seen){.stop_at = stop, .acts = hand};
        run_seen(path, by_hand ? changes : planned_changes, 1, &seen, NULL);
        /* by hand, what was done before is not done again; and a kill leaves its acts behind */
        const char *const *rest = hand;
        while (rest && *rest && atoi(*rest) <= stop)
            rest++;
        seen = (Seen){.acts = rest};
        run_seen(path, by_hand ? changes : planned_changes, 1, &seen, NULL);
        assert_same_run(path, planned, by_hand ? 12 : 0);
    }
}

/* A process that is killed has done acts that no checkpoint has: the journal has them. */
static void test_acts_killed(void) {
    g_autofree char *path = scratch_path("killed.h5"), *whole = scratch_path("unkilled.h5");
    Seen seen = {.acts = acts};
    run_seen(whole, changes, 1, &seen, NULL);
    const int kills[] = {7, 12, 23, 28};
    for (size_t i = 0; i < G_N_ELEMENTS(kills); i++) {
        const char *const *rest = acts;
        while (i > 0 && *rest && atoi(*rest) <= kills[i - 1])
            rest++;
        pid_t child = fork();
        if (child == 0) {
            seen = (Seen){.acts = rest, .kill_at = kills[i]};
            run_seen(path, changes, 1, &seen, NULL);
            _exit(1);
        }
        int status;
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_true(WIFSIGNALED(status));
        g_autoptr(FaltungRun) run = open_run(path);
        guint n, expected = 0;
        faltung_run_acts(run, &n);
        while (acts[expected] && atoi(acts[expected]) <= kills[i])
            expected++;
        g_assert_cmpuint(n, ==, expected);
        g_assert_cmpuint(faltung_run_touched(run), ==, expected);
    }
    run_part(path, changes, 1, 0, &seen, NULL);
    assert_same_run(path, whole, 12);
}

/* What cannot be done is said, and nothing is done. */
static void test_acts_refused(void) {
    static const char *const cases[][2] = {
        {"noise hidden 0.1", "is no act"},
        {"5 nose hidden 0.1", "did you mean 'noise'?"},
        {"5 noise hiden 0.1", "there is no layer 'hiden'; did you mean 'hidden'?"},
        {"5 noise hidden", "expected `noise LAYER NUMBER`"},
        {"5 noise hidden -1", "at least 0"},
        {"5 cut hidden 9", "no unit 9; it has 0 to 8"},
        {"5 cut dropout 0", "no weights of its own"},
        {"5 learning_rate fast", "expected `learning_rate NUMBER`"},
        {"5 freeze", "there is no layer ''"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *override = g_strdup_printf("train.acts=1 freeze out; %s", cases[i][0]);
        const char *const overrides[] = {override, NULL};
        g_autoptr(GError) error = NULL;
        FaltungExperiment *experiment =
            faltung_experiment_parse(yaml, "test.yaml", overrides, &error);
        g_assert_null(experiment);
        g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, cases[i][1]));
    }
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
    g_test_add_func("/train/training/trouble", test_trouble);
    g_test_add_func("/train/training/alone", test_alone);
    g_test_add_func("/train/training/acts", test_acts);
    g_test_add_func("/train/training/acts-killed", test_acts_killed);
    g_test_add_func("/train/training/acts-refused", test_acts_refused);
    int result = g_test_run();
    remove_scratch();
    return result;
}

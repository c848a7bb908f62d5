/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/store/run.h"
#include "tests/store/fixture.h"
#include "tests/store/scratch.h"

#include <math.h>
#include <string.h>
#include <time.h>
#include <utime.h>

typedef struct {
    char *folder, *path;
} Place;

static Place place_new(void) {
    Place place = {.folder = scratch_new()};
    place.path = g_build_filename(place.folder, "run.h5", NULL);
    return place;
}

static void place_clear(Place *place) {
    scratch_free(place->folder);
    g_free(place->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static FaltungRun *open_run(const char *path) {
    GError *error = NULL;
    FaltungRun *run = faltung_run_open(path, &error);
    g_assert_no_error(error);
    return run;
}

/* A finished run of three epochs of eight steps. */
static Fixture *make_finished(const char *path) {
    Fixture *fixture = fixture_new(3);
    fixture_finish(fixture, path);
    return fixture;
}

static void assert_weights(const FaltungRun *run, int moment, FaltungNetwork *network) {
    const FaltungGraph *graph = faltung_network_graph(network);
    GError *error = NULL;
    for (guint l = 0; l < graph->layers->len; l++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, l);
        for (int p = 0; p < layer->n_parameters; p++) {
            FaltungShape shape;
            g_autofree float *read = faltung_run_read_weights(
                run, moment, layer->name, layer->parameters[p].name, &shape, &error);
            g_assert_no_error(error);
            g_assert_true(faltung_shape_equal(&shape, &layer->parameters[p].shape));
            size_t n = faltung_shape_size(&shape);
            g_autofree float *is = g_new(float, n);
            faltung_network_unpack(network, faltung_network_parameters(network), l, p, is);
            g_assert_cmpmem(read, n * sizeof *read, is, n * sizeof *is);
        }
    }
}

static void test_round_trip(void) {
    g_auto(Place) place = place_new();
    g_autoptr(Fixture) fixture = make_finished(place.path);
    g_autofree char *names = scratch_listing(place.folder);
    g_assert_cmpstr(names, ==, "run.h5");
    g_autoptr(FaltungRun) run = open_run(place.path);
    GError *error = NULL;
    g_assert_cmpstr(faltung_run_status(run), ==, "finished");
    g_assert_cmpstr(faltung_run_reason(run), ==, "all epochs done");
    g_assert_cmpstr(faltung_run_attribute(run, "seed"), ==, "7");
    g_assert_cmpstr(faltung_run_attribute(run, "format_version"), ==, "1");
    g_assert_nonnull(faltung_run_attribute(run, "created"));
    g_assert_nonnull(faltung_run_attribute(run, "isa"));
    g_assert_cmpstr(faltung_run_config(run), ==, fixture->experiment->text);
    const FaltungExperiment *experiment = faltung_run_experiment(run, &error);
    g_assert_no_error(error);
    g_assert_cmpint(experiment->train->epochs, ==, 3);
    g_assert_cmpstr(experiment->origin, ==, place.path);

    size_t n;
    const double *epochs = faltung_run_column(run, "epoch", "epoch", &n);
    g_assert_cmpuint(n, ==, 4);
    g_assert_true(epochs[0] == 0 && epochs[3] == 3);
    const double *loss = faltung_run_column(run, "epoch", "train_loss", &n);
    g_assert_cmpuint(n, ==, 4);
    g_assert_cmpfloat(loss[3], <, 0.8 * loss[0]);
    g_assert_nonnull(faltung_run_column(run, "epoch", "val_accuracy", &n));
    g_assert_null(faltung_run_column(run, "epoch", "val_mae", &n)); /* of values, not of classes */
    g_assert_null(faltung_run_column(run, "nonsense", "loss", &n));
    const double *steps = faltung_run_column(run, "step", "step", &n);
    g_assert_cmpuint(n, ==, 24);
    g_assert_true(steps[0] == 1 && steps[23] == 24);
    g_autofree char *columns = g_strjoinv(" ", (char **)faltung_run_columns(run, "epoch"));
    g_assert_cmpstr(columns, ==,
                    "epoch seconds lr train_loss train_accuracy val_loss val_accuracy");

    g_assert_cmpstr(faltung_run_data_name(run), ==, "bars");
    g_autofree char *checksum = faltung_dataset_checksum(fixture->training);
    g_assert_cmpstr(faltung_run_data_checksum(run), ==, checksum);
    const char *const *classes = faltung_run_class_names(run);
    g_assert_cmpuint(g_strv_length((char **)classes), ==, 4);
    g_assert_cmpstr(classes[1], ==, "ü-bar");
    g_assert_null(faltung_run_feature_names(run));
    int n_scaling, n_expected;
    const float *mean, *scale, *expected_mean, *expected_scale;
    faltung_run_scaling(run, &n_scaling, &mean, &scale);
    faltung_dataset_get_scaling(fixture->training, &n_expected, &expected_mean, &expected_scale);
    g_assert_cmpmem(mean, n_scaling * sizeof *mean, expected_mean, n_expected * sizeof *mean);
    g_assert_cmpmem(scale, n_scaling * sizeof *scale, expected_scale, n_expected * sizeof *scale);

    FaltungNetwork *trained = faltung_trainer_network(fixture->trainer);
    assert_weights(run, 3, trained);
    faltung_trainer_restore_best(fixture->trainer); /* what a finished run keeps */
    assert_weights(run, -1, trained);
    g_autoptr(FaltungNetwork) other = faltung_network_new(experiment->graph, 99, 4, 0, 1);
    g_assert_true(faltung_run_load_weights(run, -1, other, &error));
    g_assert_cmpmem(
        faltung_network_parameters(other), faltung_network_block_size(other) * sizeof(float),
        faltung_network_parameters(trained), faltung_network_block_size(trained) * sizeof(float));
    /* moment 0 has the initial weights */
    g_autoptr(FaltungNetwork) fresh = faltung_network_new(experiment->graph, 7, 4, 0, 1);
    assert_weights(run, 0, fresh);
}

static void test_time_axis(void) {
    g_auto(Place) place = place_new();
    g_autoptr(Fixture) fixture = make_finished(place.path);
    g_autoptr(FaltungRun) run = open_run(place.path);
    GError *error = NULL;
    g_assert_cmpint(faltung_run_n_moments(run), ==, 4);
    g_assert_cmpuint(faltung_run_moment_step(run, 0), ==, 0);
    g_assert_cmpuint(faltung_run_moment_step(run, 2), ==, 16);
    g_assert_cmpfloat(faltung_run_moment_epoch(run, 2), ==, 2);
    g_assert_cmpfloat(faltung_run_moment_epoch(run, -1), ==, 3);

    /* one probe a class, as the network sees it and as it was */
    g_assert_cmpint(faltung_run_n_probes(run), ==, 4);
    for (int i = 0; i < 4; i++) {
        FaltungProbe probe = faltung_run_probe(run, i);
        g_assert_cmpint(probe.class_, ==, i);
        g_assert_cmpint(faltung_dataset_class(fixture->validation, probe.index), ==, i);
        float expected[36];
        FaltungShape shape;
        g_autofree float *raw = faltung_run_read_probe(run, i, TRUE, &shape, &error);
        g_assert_no_error(error);
        g_assert_true(faltung_shape_equal(&shape, &FALTUNG_SHAPE(1, 6, 6)));
        faltung_dataset_raw(fixture->validation, probe.index, expected);
        g_assert_cmpmem(raw, sizeof expected, expected, sizeof expected);
        g_autofree float *input = faltung_run_read_probe(run, i, FALSE, NULL, &error);
        faltung_dataset_gather(fixture->validation, &probe.index, 1, expected, NULL, NULL);
        g_assert_cmpmem(input, sizeof expected, expected, sizeof expected);
    }

    /* the maps of a moment are what its weights make of the probe, in every layer */
    const FaltungExperiment *experiment = faltung_run_experiment(run, &error);
    g_autoptr(FaltungNetwork) network =
        faltung_network_new(experiment->graph, 1, 1, FALTUNG_NETWORK_KEEPS_OUTPUTS, 1);
    for (int moment = 0; moment < 4; moment++) {
        faltung_run_load_weights(run, moment, network, &error);
        g_assert_no_error(error);
        for (int probe = 0; probe < 4; probe++) {
            g_autofree float *input = faltung_run_read_probe(run, probe, FALSE, NULL, &error);
            faltung_network_set_input(network, 1, input);
            faltung_network_forward(network, FALSE, 0);
            for (guint l = 0; l < experiment->graph->layers->len; l++) {
                const FaltungLayer *layer = faltung_graph_layer(experiment->graph, l);
                size_t n = faltung_shape_size(&layer->output_shape);
                FaltungShape shape;
                g_autofree float *map =
                    faltung_run_read_map(run, moment, layer->name, probe, &shape, &error);
                g_assert_no_error(error);
                g_assert_true(faltung_shape_equal(&shape, &layer->output_shape));
                g_autofree float *expected = g_new(float, n);
                faltung_network_read_output(network, l, 0, expected);
                /* in a batch of its own: the same, but for rounding */
                for (size_t i = 0; i < n; i++)
                    g_assert_cmpfloat_with_epsilon(map[i], expected[i], 1e-5);
            }
        }
    }

    FaltungRunHistogram histogram;
    g_assert_true(
        faltung_run_read_histogram(run, "weights", 1, "conv1", "weight", &histogram, &error));
    g_autofree float *weights = faltung_run_read_weights(run, 1, "conv1", "weight", NULL, &error);
    guint32 sum = 0;
    float low = INFINITY, high = -INFINITY;
    for (int i = 0; i < FALTUNG_HISTOGRAM_BINS; i++)
        sum += histogram.counts[i];
    for (int i = 0; i < 27; i++) {
        low = MIN(low, weights[i]);
        high = MAX(high, weights[i]);
    }
    g_assert_cmpuint(sum, ==, 27);
    g_assert_true(histogram.minimum == low && histogram.maximum == high);
    g_assert_cmpuint(histogram.counts[0], >=, 1);
    g_assert_cmpuint(histogram.counts[FALTUNG_HISTOGRAM_BINS - 1], >=, 1);
    g_assert_true(
        faltung_run_read_histogram(run, "gradients", 3, "out", "bias", &histogram, &error));

    int n;
    g_autofree double *norms = faltung_run_read_norms(run, "gradient_norm", "conv1", &n, &error);
    g_assert_no_error(error);
    g_assert_cmpint(n, ==, 4);
    g_assert_true(isnan(norms[0]) && norms[1] > 0);
    g_autofree double *ratios = faltung_run_read_norms(run, "update_ratio", "out", &n, &error);
    g_assert_true(isnan(ratios[0]) && ratios[3] > 1e-6 && ratios[3] < 1);
    g_autofree double *sizes = faltung_run_read_norms(run, "weight_norm", "out", &n, &error);
    g_autofree float *out = faltung_run_read_weights(run, 2, "out", "weight", NULL, &error);
    g_autofree float *bias = faltung_run_read_weights(run, 2, "out", "bias", NULL, &error);
    double squares = 0;
    for (int i = 0; i < 4 * 3 * 16; i++)
        squares += (double)out[i] * out[i];
    for (int i = 0; i < 4; i++)
        squares += (double)bias[i] * bias[i];
    g_assert_cmpfloat_with_epsilon(sizes[2], sqrt(squares), 1e-9);

    /* what is not there is said */
    g_assert_null(faltung_run_read_map(run, 9, "conv1", 0, NULL, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_clear_error(&error);
    g_assert_null(faltung_run_read_map(run, 0, "conv9", 0, NULL, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_clear_error(&error);
    g_assert_null(faltung_run_read_probe(run, 4, TRUE, NULL, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_clear_error(&error);
    g_assert_null(faltung_run_read_weights(run, 0, "conv1", "gamma", NULL, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_DATA);
    g_assert_true(g_str_has_prefix(error->message, place.path));
    g_clear_error(&error);
}

static size_t n_rows(const FaltungRun *run, const char *table) {
    size_t n;
    faltung_run_column(run, table, table, &n);
    return n;
}

static void test_live(void) {
    g_auto(Place) place = place_new();
    g_autoptr(Fixture) fixture = fixture_new(4);
    GError *error = NULL;
    g_assert_null(faltung_run_open(place.path, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_clear_error(&error);
    FaltungRunWriter *writer = fixture_create(fixture, place.path, &error);
    g_assert_no_error(error);
    /* before the first commit there is nothing, and the message knows why */
    g_assert_null(faltung_run_open(place.path, &error));
    g_assert_nonnull(strstr(error->message, "first checkpoint"));
    g_clear_error(&error);

    fixture_train(fixture, writer, &(FixturePlan){.report = TRUE, .checkpoint = 10, .stop = 12});
    {
        g_autoptr(FaltungRun) run = open_run(place.path);
        g_assert_cmpstr(faltung_run_status(run), ==, "running");
        g_assert_cmpuint(n_rows(run, "step"), ==, 12); /* two of them from the journal */
        g_assert_cmpuint(n_rows(run, "epoch"), ==, 2);
        g_assert_false(faltung_run_changed(run));
        fixture_train(fixture, writer, &(FixturePlan){.report = TRUE, .checkpoint = 10, .stop = 1});
        g_assert_true(faltung_run_changed(run));
    }
    /* a second writer is refused, and the first one not disturbed */
    g_autoptr(Fixture) second = fixture_new(4);
    g_assert_null(fixture_create(second, place.path, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_clear_error(&error);
    g_assert_null(fixture_resume(second, place.path, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_clear_error(&error);
    fixture_train(fixture, writer, &(FixturePlan){.report = TRUE, .checkpoint = 10, .stop = 8});

    /* the writer goes without a word: the rows are all there, the run can go on */
    faltung_run_writer_free(writer);
    g_autofree char *names = scratch_listing(place.folder);
    g_assert_cmpstr(names, ==, "run.h5 run.h5.journal");
    g_autoptr(FaltungRun) run = open_run(place.path);
    g_assert_cmpstr(faltung_run_status(run), ==, "interrupted");
    g_assert_cmpuint(n_rows(run, "step"), ==, 21);
    guint64 step;
    int epoch;
    g_assert_true(faltung_run_checkpoint(run, &step, &epoch));
    g_assert_cmpuint(step, ==, 20);
    g_assert_cmpint(epoch, ==, 2);
    /* what was forgotten is read again */
    faltung_run_forget_columns(run);
    g_assert_cmpuint(n_rows(run, "step"), ==, 21);
}

/* As if another machine had written the journal just now. */
static void pretend_elsewhere(const char *run) {
    g_autofree char *path = g_strconcat(run, ".journal", NULL), *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    char *host = strstr(text, g_get_host_name());
    g_assert_nonnull(host);
    *host = *host == 'x' ? 'y' : 'x';
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* A lock that is held on another machine may not be seen here, as over SSH. */
static void test_elsewhere(void) {
    g_auto(Place) place = place_new();
    g_autoptr(Fixture) fixture = fixture_new(4);
    g_autoptr(GError) error = NULL;
    FaltungRunWriter *writer = fixture_create(fixture, place.path, &error);
    fixture_train(fixture, writer, &(FixturePlan){.report = TRUE, .checkpoint = 10, .stop = 12});
    faltung_run_writer_free(writer);
    pretend_elsewhere(place.path);
    g_autoptr(FaltungRun) written = open_run(place.path);
    g_assert_cmpstr(faltung_run_status(written), ==, "running");
    g_assert_cmpuint(n_rows(written, "step"), ==, 12);
    /* nobody takes it from there, and the rows stay */
    g_autoptr(Fixture) second = fixture_new(4);
    g_assert_null(fixture_resume(second, place.path, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_assert_nonnull(strstr(error->message, ".journal"));
    g_clear_error(&error);
    g_autoptr(FaltungRun) untouched = open_run(place.path);
    g_assert_cmpuint(n_rows(untouched, "step"), ==, 12);
    g_autofree char *path = g_strconcat(place.path, ".journal", NULL);
    struct utimbuf times = {time(NULL) - 3600, time(NULL) - 3600};
    g_assert_cmpint(utime(path, &times), ==, 0);
    g_autoptr(FaltungRun) given_up = open_run(place.path);
    g_assert_cmpstr(faltung_run_status(given_up), ==, "interrupted");
    FaltungRunWriter *resumed = fixture_resume(second, place.path, &error);
    g_assert_no_error(error);
    faltung_run_writer_free(resumed);
}

static void assert_columns(const FaltungRun *a, const FaltungRun *b, const char *table) {
    const char *const *names = faltung_run_columns(a, table);
    g_assert_true(g_strv_equal(names, faltung_run_columns(b, table)));
    for (; *names; names++) {
        size_t n, m;
        const double *left = faltung_run_column(a, table, *names, &n);
        const double *right = faltung_run_column(b, table, *names, &m);
        g_assert_cmpuint(n, ==, m);
        if (strstr(*names, "second"))
            continue;
        g_assert_cmpmem(left, n * sizeof *left, right, m * sizeof *right);
    }
}

/* Two runs with the same bits everywhere, times aside. */
static void assert_same(const char *a_path, const char *b_path, FaltungNetwork *network) {
    g_autoptr(FaltungRun) a = open_run(a_path);
    g_autoptr(FaltungRun) b = open_run(b_path);
    GError *error = NULL;
    assert_columns(a, b, "epoch");
    assert_columns(a, b, "step");
    g_assert_true(faltung_run_load_weights(a, -1, network, &error));
    assert_weights(b, -1, network);
    g_assert_cmpint(faltung_run_n_moments(a), ==, faltung_run_n_moments(b));
    for (int moment = 0; moment < faltung_run_n_moments(a); moment++) {
        g_assert_cmpuint(faltung_run_moment_step(a, moment), ==,
                         faltung_run_moment_step(b, moment));
        g_assert_true(faltung_run_load_weights(a, moment, network, &error));
        assert_weights(b, moment, network);
        g_autofree float *left = faltung_run_read_map(a, moment, "out", 1, NULL, &error);
        g_autofree float *right = faltung_run_read_map(b, moment, "out", 1, NULL, &error);
        g_assert_cmpmem(left, 4 * sizeof *left, right, 4 * sizeof *right);
        FaltungRunHistogram h, i;
        faltung_run_read_histogram(a, "gradients", moment, "out", "weight", &h, &error);
        faltung_run_read_histogram(b, "gradients", moment, "out", "weight", &i, &error);
        g_assert_no_error(error);
        g_assert_cmpmem(&h, sizeof h, &i, sizeof i);
    }
}

/* @make: a training of 24 steps, stopped after each @every-th */
static void check_resume(Fixture *(*make)(int epochs), int every) {
    g_auto(Place) place = place_new();
    g_autofree char *whole = g_build_filename(place.folder, "whole.h5", NULL);
    g_autoptr(Fixture) straight = make(3);
    fixture_finish(straight, whole);
    g_assert_cmpuint(faltung_trainer_step_count(straight->trainer), ==, 24);
    GError *error = NULL;
    /* stopped after any step, with a checkpoint before it, and told or not */
    for (int stop = 1; stop < 24; stop += every) {
        for (int told = 0; told < 2; told++) {
            FixturePlan plan = {.report = TRUE, .checkpoint = 5};
            {
                g_autoptr(Fixture) fixture = make(3);
                g_autoptr(FaltungRunWriter) writer = fixture_create(fixture, place.path, &error);
                plan.stop = stop;
                fixture_train(fixture, writer, &plan);
                if (told)
                    faltung_run_writer_finish(writer, fixture->trainer, "interrupted", "", &error);
                g_assert_no_error(error);
            }
            g_autoptr(Fixture) fixture = make(3);
            g_autoptr(FaltungRunWriter) writer = fixture_resume(fixture, place.path, &error);
            g_assert_no_error(error);
            g_assert_cmpuint(faltung_trainer_step_count(fixture->trainer), ==,
                             told ? stop : stop / 5 * 5);
            plan.stop = 0;
            fixture_train(fixture, writer, &plan);
            faltung_run_writer_finish(writer, fixture->trainer, "finished", "", &error);
            g_assert_no_error(error);
            g_autofree char *names = scratch_listing(place.folder);
            g_assert_cmpstr(names, ==, "run.h5 whole.h5");
            assert_same(whole, place.path, faltung_trainer_network(fixture->trainer));
        }
    }
}

static void test_resume(void) {
    check_resume(fixture_new, 1);
}

static void test_resume_carried(void) {
    check_resume(fixture_new_text, 6);
}

static void test_resume_refused(void) {
    g_auto(Place) place = place_new();
    g_autoptr(Fixture) made G_GNUC_UNUSED = make_finished(place.path);
    g_autofree char *before = NULL;
    gsize length;
    g_file_get_contents(place.path, &before, &length, NULL);
    GError *error = NULL;
    g_autofree char *none = g_build_filename(place.folder, "none.h5", NULL);
    g_autoptr(Fixture) fixture = fixture_new(3);
    g_assert_null(fixture_resume(fixture, none, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_clear_error(&error);
    /* other data */
    g_assert_null(faltung_run_writer_resume(place.path, fixture->experiment, fixture->trainer,
                                            fixture->validation, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_assert_nonnull(strstr(error->message, "data"));
    g_clear_error(&error);
    /* another network */
    static const char *const overrides[] = {"network.conv1.filters=5", NULL};
    g_autoptr(FaltungExperiment) other =
        faltung_experiment_parse(fixture->experiment->text, "fixture.yaml", overrides, &error);
    g_assert_no_error(error);
    g_autoptr(FaltungTrainer) trainer =
        faltung_trainer_new(other, fixture->training, NULL, 1, &error);
    g_assert_null(faltung_run_writer_resume(place.path, other, trainer, fixture->training, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_assert_nonnull(strstr(error->message, "network"));
    g_clear_error(&error);
    /* and nothing was touched */
    g_autofree char *after = NULL;
    gsize length_after;
    g_file_get_contents(place.path, &after, &length_after, NULL);
    g_assert_cmpmem(before, length, after, length_after);
    g_autofree char *names = scratch_listing(place.folder);
    g_assert_null(strstr(names, "part"));
}

static void test_failed(void) {
    g_auto(Place) place = place_new();
    g_autoptr(Fixture) fixture = fixture_new(3);
    GError *error = NULL;
    FaltungNetwork *network = faltung_trainer_network(fixture->trainer);
    size_t n = faltung_network_block_size(network);
    g_autofree float *good = NULL;
    {
        g_autoptr(FaltungRunWriter) writer = fixture_create(fixture, place.path, &error);
        fixture_train(fixture, writer, &(FixturePlan){.report = TRUE, .checkpoint = 5, .stop = 10});
        good = g_memdup2(faltung_network_parameters(network), n * sizeof *good);
        faltung_network_parameters(network)[0] = NAN;
        faltung_run_writer_finish(writer, NULL, "failed", "the loss is NaN", &error);
        g_assert_no_error(error);
    }
    /* the last good weights are kept, and are those that a resume would go on from */
    g_autoptr(FaltungRun) run = open_run(place.path);
    g_assert_cmpstr(faltung_run_status(run), ==, "failed");
    g_assert_cmpstr(faltung_run_reason(run), ==, "the loss is NaN");
    memcpy(faltung_network_parameters(network), good, n * sizeof *good);
    assert_weights(run, -1, network);
}

static void test_best(void) {
    g_auto(Place) place = place_new();
    GError *error = NULL;
    g_autoptr(Fixture) fixture = make_finished(place.path);
    FaltungNetwork *network = faltung_trainer_network(fixture->trainer);
    size_t n = faltung_network_block_size(network);
    g_autofree float *last = g_memdup2(faltung_network_parameters(network), n * sizeof *last);
    g_autofree float *best = g_memdup2(last, n * sizeof *best);
    for (size_t i = 0; i < n; i++)
        best[i] *= 0.5;
    {
        g_autoptr(FaltungRunWriter) writer = fixture_resume(fixture, place.path, &error);
        g_assert_no_error(error);
        faltung_trainer_set_best(fixture->trainer, best);
        faltung_run_writer_finish(writer, fixture->trainer, "finished", "", &error);
        g_assert_no_error(error);
    }
    /* the model is the best; a resume goes on from the last, and still knows the best */
    g_autoptr(FaltungRun) run = open_run(place.path);
    memcpy(faltung_network_parameters(network), best, n * sizeof *best);
    assert_weights(run, -1, network);
    g_autoptr(Fixture) again = fixture_new(3);
    g_autoptr(FaltungRunWriter) writer G_GNUC_UNUSED = fixture_resume(again, place.path, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(faltung_network_parameters(faltung_trainer_network(again->trainer)),
                    n * sizeof *last, last, n * sizeof *last);
    g_assert_cmpmem(faltung_trainer_best(again->trainer), n * sizeof *best, best, n * sizeof *best);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/run/round-trip", test_round_trip);
    g_test_add_func("/store/run/time-axis", test_time_axis);
    g_test_add_func("/store/run/live", test_live);
    g_test_add_func("/store/run/elsewhere", test_elsewhere);
    g_test_add_func("/store/run/resume", test_resume);
    g_test_add_func("/store/run/resume-carried", test_resume_carried);
    g_test_add_func("/store/run/resume-refused", test_resume_refused);
    g_test_add_func("/store/run/failed", test_failed);
    g_test_add_func("/store/run/best", test_best);
    return g_test_run();
}

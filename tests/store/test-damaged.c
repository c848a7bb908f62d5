/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/store/hdf.h"
#include "core/store/run.h"
#include "tests/store/fixture.h"
#include "tests/store/scratch.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    char *folder, *path, *bad;
    char *bytes; /* of a good run file */
    gsize n;
} Place;

static void set_up(Place *place, gconstpointer data) {
    GError *error = NULL;
    place->folder = scratch_new();
    place->path = g_build_filename(place->folder, "run.h5", NULL);
    place->bad = g_build_filename(place->folder, "bad.h5", NULL);
    g_autoptr(Fixture) fixture = fixture_new(2);
    g_autoptr(FaltungRunWriter) writer = fixture_create(fixture, place->path, &error);
    fixture_train(fixture, writer, &(FixturePlan){.report = TRUE, .checkpoint = 5});
    faltung_run_writer_finish(writer, fixture->trainer, "finished", "", &error);
    g_assert_no_error(error);
    g_file_get_contents(place->path, &place->bytes, &place->n, &error);
    g_assert_no_error(error);
}

static void tear_down(Place *place, gconstpointer data) {
    scratch_free(place->folder);
    g_free(place->path);
    g_free(place->bad);
    g_free(place->bytes);
}

static void put(const char *path, const char *bytes, gsize n) {
    GError *error = NULL;
    g_file_set_contents(path, bytes, n, &error);
    g_assert_no_error(error);
}

/* Everything a program asks of a run; errors are what is expected, crashes are not. */
static gboolean read_all(const char *path, GError **error) {
    g_autoptr(FaltungRun) run = faltung_run_open(path, error);
    if (!run)
        return FALSE;
    size_t rows;
    int n;
    guint64 step;
    const float *mean, *scale;
    FaltungRunHistogram histogram;
    g_assert_nonnull(faltung_run_config(run));
    g_assert_nonnull(faltung_run_status(run));
    faltung_run_experiment(run, NULL);
    faltung_run_checkpoint(run, &step, &n);
    static const char *const tables[] = {"epoch", "step"};
    for (int i = 0; i < 2; i++)
        for (const char *const *name = faltung_run_columns(run, tables[i]); *name; name++)
            faltung_run_column(run, tables[i], *name, &rows);
    faltung_run_class_names(run);
    faltung_run_feature_names(run);
    faltung_run_scaling(run, &n, &mean, &scale);
    for (int moment = -1; moment < MIN(3, faltung_run_n_moments(run)); moment++) {
        faltung_run_moment_epoch(run, moment);
        g_free(faltung_run_read_weights(run, moment, "conv1", "weight", NULL, NULL));
        g_free(faltung_run_read_map(run, moment, "out", 0, NULL, NULL));
        faltung_run_read_histogram(run, "weights", moment, "out", "bias", &histogram, NULL);
    }
    for (int i = 0; i < MIN(3, faltung_run_n_probes(run)); i++) {
        faltung_run_probe(run, i);
        g_free(faltung_run_read_probe(run, i, TRUE, NULL, NULL));
    }
    g_free(faltung_run_read_norms(run, "gradient_norm", "conv1", &n, NULL));
    return TRUE;
}

static void assert_refused(const char *path, int code, const char *word) {
    GError *error = NULL;
    g_assert_false(read_all(path, &error));
    g_assert_error(error, FALTUNG_ERROR, code);
    g_assert_true(g_str_has_prefix(error->message, path));
    if (!strstr(error->message, word))
        g_error("%s: expected \"%s\"", error->message, word);
    g_clear_error(&error);
}

static void test_not_a_run(Place *place, gconstpointer data) {
    assert_refused(place->bad, FALTUNG_ERROR_INPUT, "no such file");
    assert_refused(place->folder, FALTUNG_ERROR_INPUT, "folder");
    put(place->bad, "", 0);
    assert_refused(place->bad, FALTUNG_ERROR_DATA, "HDF5");
    put(place->bad, "name: an experiment\n", 20);
    assert_refused(place->bad, FALTUNG_ERROR_DATA, "HDF5");
    {
        FALTUNG_HDF_SECTION;
        GError *error = NULL;
        g_auto(FaltungHdf) file = faltung_hdf_create(place->bad, &error);
        faltung_hdf_write_text(file, "/something", "else", &error);
        g_assert_no_error(error);
    }
    assert_refused(place->bad, FALTUNG_ERROR_DATA, "not a run file");
}

static void test_newer_format(Place *place, gconstpointer data) {
    {
        FALTUNG_HDF_SECTION;
        GError *error = NULL;
        g_auto(FaltungHdf) file = faltung_hdf_open(place->path, TRUE, &error);
        faltung_hdf_set_integer(file, "/", "format_version", 99, &error);
        faltung_hdf_set_text(file, "/", "faltung_version", "7.0", &error);
        g_assert_no_error(error);
    }
    assert_refused(place->path, FALTUNG_ERROR_DATA, "format 99, written by Faltung 7.0");
    GError *error = NULL;
    g_autoptr(Fixture) fixture = fixture_new(2);
    g_assert_null(fixture_resume(fixture, place->path, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_DATA);
    g_clear_error(&error);
}

/* Without any one of its groups a file opens, or says what is missing. */
static void test_missing_parts(Place *place, gconstpointer data) {
    static const char *const parts[] = {
        "/status",
        "/config",
        "/config/resolved",
        "/metrics",
        "/metrics/step/step",
        "/model",
        "/model/graph",
        "/checkpoints",
        "/checkpoints/step",
        "/checkpoints/weights",
        "/checkpoints/state",
        "/checkpoints/state/position",
        "/checkpoints/state/position/epoch",
        "/checkpoints/state/momentum_buffer",
        "/observations",
        "/observations/probes",
        "/observations/maps/out",
        "/data",
        "/data/class_names",
    };
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        put(place->bad, place->bytes, place->n);
        GError *error = NULL;
        {
            FALTUNG_HDF_SECTION;
            g_auto(FaltungHdf) file = faltung_hdf_open(place->bad, TRUE, &error);
            g_assert_cmpint(H5Ldelete(file, parts[i], H5P_DEFAULT), >=, 0);
        }
        gboolean opened = read_all(place->bad, &error);
        g_assert_true(opened == (error == NULL));
        gboolean needed = i < 3;
        g_assert_true(opened == !needed);
        g_clear_error(&error);
        /* a resume needs more, and says so */
        g_autoptr(Fixture) fixture = fixture_new(2);
        FaltungRunWriter *writer = fixture_resume(fixture, place->bad, &error);
        gboolean goes_on = strstr(parts[i], "/metrics") || strstr(parts[i], "/observations") ||
                           strcmp(parts[i], "/checkpoints/step") == 0 ||
                           strcmp(parts[i], "/checkpoints/weights") == 0 ||
                           strcmp(parts[i], "/data/class_names") == 0;
        if (!goes_on) {
            g_assert_null(writer);
            g_assert_error(error, FALTUNG_ERROR, error->code);
            g_assert_true(g_str_has_prefix(error->message, place->bad));
        } else {
            g_assert_no_error(error);
        }
        g_clear_error(&error);
        faltung_run_writer_free(writer);
    }
}

static void test_truncated(Place *place, gconstpointer data) {
    for (int i = 0; i < 40; i++) {
        put(place->bad, place->bytes, place->n * i / 40);
        assert_refused(place->bad, FALTUNG_ERROR_DATA, "HDF5");
    }
}

/* Bytes turned over anywhere: an error or some other numbers, never an end of the program. Each
   file is read by a child, so that a crash is counted and not suffered. */
static void test_flipped(Place *place, gconstpointer data) {
    GRand *random = g_rand_new_with_seed(5);
    int crashes = 0, rounds = g_test_thorough() ? 3000 : 150;
    for (int i = 0; i < rounds; i++) {
        g_autofree char *bytes = g_memdup2(place->bytes, place->n);
        for (int flips = 0; flips < 4; flips++)
            bytes[g_rand_int_range(random, 0, i % 2 ? 8192 : (int)place->n)] ^=
                1 << g_rand_int_range(random, 0, 8);
        put(place->bad, bytes, place->n);
        pid_t child = fork();
        if (child == 0) {
            alarm(20);
            read_all(place->bad, NULL);
            _exit(0);
        }
        int status;
        waitpid(child, &status, 0);
        if (status != 0) {
            g_test_message("round %d ends with %d", i, status);
            crashes++;
        }
    }
    g_rand_free(random);
    g_test_message("%d of %d", crashes, rounds);
    g_assert_cmpint(crashes, ==, 0);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/store/damaged/" name, Place, NULL, set_up, function, tear_down)
    ADD("not-a-run", test_not_a_run);
    ADD("newer-format", test_newer_format);
    ADD("missing-parts", test_missing_parts);
    ADD("truncated", test_truncated);
    ADD("flipped", test_flipped);
    return g_test_run();
}

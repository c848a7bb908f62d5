/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/run-private.h"

#include "core/base/error.h"
#include "core/store/header.h"
#include "core/store/journal.h"
#include "core/store/run-acts.h"
#include "core/store/state.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>

static FaltungRunIdentity identify(const char *path) {
    struct stat is;
    if (stat(path, &is) != 0)
        return (FaltungRunIdentity){0};
    FaltungRunIdentity identity = {is.st_dev, is.st_ino, is.st_size};
#ifdef __APPLE__
    identity.seconds = is.st_mtimespec.tv_sec;
    identity.nanoseconds = is.st_mtimespec.tv_nsec;
#else
    identity.seconds = is.st_mtim.tv_sec;
    identity.nanoseconds = is.st_mtim.tv_nsec;
#endif
    return identity;
}

static FaltungRunIdentity identify_journal(const char *path) {
    g_autofree char *journal = g_strconcat(path, ".journal", NULL);
    return identify(journal);
}

static gboolean same(const FaltungRunIdentity *a, const FaltungRunIdentity *b) {
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->seconds == b->seconds && a->nanoseconds == b->nanoseconds;
}

FaltungHdf faltung_run_file(const FaltungRun *run, GError **error) {
    return faltung_hdf_open(run->path, FALSE, error);
}

void *faltung_run_failed(const FaltungRun *run, GError **error, GError *cause) {
    if (cause && g_str_has_prefix(cause->message, run->path))
        g_propagate_error(error, cause);
    else if (cause)
        g_propagate_prefixed_error(error, cause, "%s: ", run->path);
    return NULL;
}

static void read_attributes(FaltungRun *run, FaltungHdf file, const char *path,
                            const char *prefix) {
    g_auto(GStrv) names = faltung_hdf_attribute_names(file, path);
    for (char **name = names; *name; name++) {
        char *value = faltung_hdf_attribute(file, path, *name);
        if (value)
            g_hash_table_replace(run->attributes, g_strconcat(prefix, *name, NULL), value);
    }
}

static gboolean read_state(FaltungRun *run, GError **error) {
    FALTUNG_HDF_SECTION;
    g_auto(FaltungHdf) file = faltung_run_file(run, error);
    if (file < 0 || !faltung_header_format(file, error))
        return FALSE;
    run->status = faltung_hdf_read_text(file, "/status", error);
    if (!run->status)
        return FALSE;
    run->reason = faltung_hdf_attribute(file, "/status", "reason");
    read_attributes(run, file, "/", "");
    if (faltung_hdf_exists(file, "/data"))
        read_attributes(run, file, "/data", "data/");
    hsize_t row;
    FaltungTrainerPosition position;
    run->can_resume = faltung_state_find(file, &row, &position, NULL);
    if (run->can_resume) {
        run->checkpoint_step = position.step;
        run->checkpoint_epoch = position.epoch;
    }
    return TRUE;
}

/* Why there is no file to open, as far as one can see. */
static gboolean missing(const char *path, GError **error) {
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        faltung_fail(error, FALTUNG_ERROR_INPUT, "%s: is a folder; a run file was expected", path);
        return TRUE;
    }
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return FALSE;
    faltung_fail(error, FALTUNG_ERROR_INPUT, "%s: there is no such file%s", path,
                 faltung_journal_claimed(path)
                     ? _(" yet; its run has begun, the file comes with the "
                         "first checkpoint")
                     : "");
    return TRUE;
}

FaltungRun *faltung_run_open(const char *path, GError **error) {
    if (missing(path, error))
        return NULL;
    g_autoptr(FaltungRun) run = g_new0(FaltungRun, 1);
    run->path = g_strdup(path);
    run->attributes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    run->lazy = g_new0(FaltungRunLazy, 1);
    g_mutex_init(&run->lazy->mutex);
    /* before the file: what comes later is news */
    run->journal = identify_journal(path);
    run->file = identify(path);
    gboolean claimed = faltung_journal_claimed(path);
    GError *cause = NULL;
    if (!read_state(run, &cause))
        return faltung_run_failed(run, error, cause);
    /* before as well as after: between the two the writer may have begun, or come to its end */
    if (strcmp(run->status, "running") == 0 && !claimed && !faltung_journal_claimed(path)) {
        g_free(run->status);
        g_free(run->reason);
        run->status = g_strdup("interrupted");
        run->reason = g_strdup(_("the process that wrote it ended before the run did"));
    }
    return g_steal_pointer(&run);
}

void faltung_run_free(FaltungRun *run) {
    if (!run)
        return;
    FaltungRunLazy *lazy = run->lazy;
    faltung_run_tables_clear(lazy);
    faltung_run_axis_clear(lazy);
    g_free(lazy->config);
    g_clear_pointer(&lazy->acts, g_array_unref);
    g_clear_pointer(&lazy->experiment, faltung_experiment_free);
    g_clear_error(&lazy->experiment_error);
    g_strfreev(lazy->class_names);
    g_free(lazy->vocabulary);
    g_strfreev(lazy->feature_names);
    g_free(lazy->mean);
    g_free(lazy->scale);
    g_mutex_clear(&lazy->mutex);
    g_free(lazy);
    g_hash_table_unref(run->attributes);
    g_free(run->reason);
    g_free(run->status);
    g_free(run->path);
    g_free(run);
}

gboolean faltung_run_changed(const FaltungRun *run) {
    FaltungRunIdentity file = identify(run->path), journal = identify_journal(run->path);
    return !same(&file, &run->file) || !same(&journal, &run->journal);
}

const char *faltung_run_path(const FaltungRun *run) {
    return run->path;
}

const char *faltung_run_status(const FaltungRun *run) {
    return run->status;
}

const char *faltung_run_reason(const FaltungRun *run) {
    return run->reason ? run->reason : "";
}

const char *faltung_run_attribute(const FaltungRun *run, const char *name) {
    return g_hash_table_lookup(run->attributes, name);
}

gboolean faltung_run_checkpoint(const FaltungRun *run, guint64 *step, int *epoch) {
    *step = run->checkpoint_step;
    *epoch = run->checkpoint_epoch;
    return run->can_resume;
}

const char *faltung_run_config(const FaltungRun *run) {
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&run->lazy->mutex);
    if (!run->lazy->config) {
        FALTUNG_HDF_SECTION;
        g_auto(FaltungHdf) file = faltung_run_file(run, NULL);
        char *text = file < 0 ? NULL : faltung_hdf_read_text(file, "/config/written", NULL);
        run->lazy->config = text ? text : g_strdup("");
    }
    return run->lazy->config;
}

static FaltungExperiment *read_experiment(const FaltungRun *run, GError **error) {
    g_autofree char *text = NULL;
    {
        FALTUNG_HDF_SECTION;
        g_auto(FaltungHdf) file = faltung_run_file(run, error);
        if (file >= 0)
            text = faltung_hdf_read_text(file, "/config/resolved", error);
    }
    return text ? faltung_experiment_parse(text, run->path, NULL, error) : NULL;
}

const FaltungExperiment *faltung_run_experiment(const FaltungRun *run, GError **error) {
    FaltungRunLazy *lazy = run->lazy;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&lazy->mutex);
    if (!lazy->experiment_read) {
        GError *cause = NULL;
        lazy->experiment = read_experiment(run, &cause);
        if (!lazy->experiment)
            faltung_run_failed(run, &lazy->experiment_error, cause);
        lazy->experiment_read = TRUE;
    }
    if (!lazy->experiment && error)
        *error = g_error_copy(lazy->experiment_error);
    return lazy->experiment;
}

static GArray *read_acts(const FaltungRun *run, const FaltungGraph *graph) {
    g_autofree char *attempt = NULL;
    g_auto(GStrv) journal = faltung_journal_read(run->path, &attempt);
    FALTUNG_HDF_SECTION;
    g_auto(FaltungHdf) file = faltung_run_file(run, NULL);
    GArray *acts = file < 0 ? NULL : faltung_acts_read(file, journal, attempt, graph, NULL);
    return acts ? acts : g_array_new(FALSE, FALSE, sizeof(FaltungAct));
}

const FaltungAct *faltung_run_acts(const FaltungRun *run, guint *n) {
    FaltungRunLazy *lazy = run->lazy;
    const FaltungExperiment *experiment = faltung_run_experiment(run, NULL);
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&lazy->mutex);
    if (!lazy->acts && experiment)
        lazy->acts = read_acts(run, experiment->graph);
    *n = lazy->acts ? lazy->acts->len : 0;
    return *n ? &g_array_index(lazy->acts, FaltungAct, 0) : NULL;
}

guint faltung_run_touched(const FaltungRun *run) {
    guint n, by_hand = 0;
    const FaltungAct *acts = faltung_run_acts(run, &n);
    for (guint i = 0; i < n; i++)
        by_hand += acts[i].by_hand;
    return by_hand;
}

const char *faltung_run_data_name(const FaltungRun *run) {
    const char *name = faltung_run_attribute(run, "data/name");
    return name ? name : "";
}

const char *faltung_run_data_checksum(const FaltungRun *run) {
    const char *checksum = faltung_run_attribute(run, "data/checksum");
    return checksum ? checksum : "";
}

static float *read_constants(FaltungHdf file, const char *path, int *n) {
    FaltungHdfShape shape;
    float *values = faltung_hdf_read(file, path, H5T_NATIVE_FLOAT, &shape, NULL);
    if (values && (shape.rank != 1 || shape.dims[0] > G_MAXINT))
        g_clear_pointer(&values, g_free);
    *n = values ? (int)shape.dims[0] : 0;
    return values;
}

static FaltungRunLazy *with_data(const FaltungRun *run) {
    FaltungRunLazy *lazy = run->lazy;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&lazy->mutex);
    if (lazy->data_read)
        return lazy;
    lazy->data_read = TRUE;
    FALTUNG_HDF_SECTION;
    g_auto(FaltungHdf) file = faltung_run_file(run, NULL);
    if (file < 0)
        return lazy;
    lazy->class_names = faltung_hdf_read_texts(file, "/data/class_names", NULL);
    lazy->feature_names = faltung_hdf_read_texts(file, "/data/feature_names", NULL);
    int n_scale;
    lazy->mean = read_constants(file, "/data/mean", &lazy->n_scaling);
    lazy->scale = read_constants(file, "/data/scale", &n_scale);
    lazy->n_scaling = MIN(lazy->n_scaling, n_scale);
    FaltungHdfShape shape;
    if (faltung_hdf_exists(file, "/data/vocabulary"))
        lazy->vocabulary =
            faltung_hdf_read(file, "/data/vocabulary", H5T_NATIVE_UINT32, &shape, NULL);
    lazy->n_vocabulary = lazy->vocabulary && shape.rank == 1 ? shape.dims[0] : 0;
    return lazy;
}

const char *const *faltung_run_class_names(const FaltungRun *run) {
    return (const char *const *)with_data(run)->class_names;
}

const char *const *faltung_run_feature_names(const FaltungRun *run) {
    return (const char *const *)with_data(run)->feature_names;
}

const gunichar *faltung_run_vocabulary(const FaltungRun *run, int *n) {
    const FaltungRunLazy *lazy = with_data(run);
    *n = lazy->n_vocabulary;
    return *n > 0 ? lazy->vocabulary : NULL;
}

void faltung_run_scaling(const FaltungRun *run, int *n, const float **mean, const float **scale) {
    const FaltungRunLazy *lazy = with_data(run);
    *n = lazy->n_scaling;
    *mean = lazy->mean;
    *scale = lazy->scale;
}

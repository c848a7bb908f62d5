/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/base/quote.h"
#include "core/store/run.h"
#include "experiments/batches/batch-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/* The folder of a batch: which runs there are, and what has become of them so far. */

const char *faltung_batch_state_name(FaltungBatchState state) {
    static const char *const names[FALTUNG_N_BATCH_STATES] = {
        [FALTUNG_BATCH_WAITING] = "waiting",   [FALTUNG_BATCH_RUNNING] = "running",
        [FALTUNG_BATCH_FINISHED] = "finished", [FALTUNG_BATCH_INTERRUPTED] = "interrupted",
        [FALTUNG_BATCH_FAILED] = "failed",
    };
    return names[state];
}

static void free_run(FaltungBatchRun *run) {
    g_free(run->name);
    g_free(run->point);
    g_strfreev(run->overrides);
    g_free(run->path);
    g_free(run->figures);
    g_free(run->error);
    g_free(run->progress);
    g_free(run);
}

void faltung_batch_free(FaltungBatch *batch) {
    if (batch->slots) {
        faltung_batch_stop(batch);
        /* those under way hold the folder's lock until they have saved */
        while (faltung_batch_active(batch))
            g_main_context_iteration(NULL, TRUE);
        g_free(batch->slots);
    }
    faltung_batch_unlock(batch);
    g_free(batch->title);
    g_free(batch->origin);
    g_free(batch->folder);
    g_free(batch->experiment);
    g_ptr_array_unref(batch->runs);
    g_ptr_array_unref(batch->all);
    g_free(batch);
}

const char *faltung_batch_title(const FaltungBatch *batch) {
    return batch->title;
}

const char *faltung_batch_folder(const FaltungBatch *batch) {
    return batch->folder;
}

int faltung_batch_n_runs(const FaltungBatch *batch) {
    return batch->runs->len;
}

FaltungBatchRun *faltung_batch_run(const FaltungBatch *batch, int index) {
    return batch->runs->pdata[index];
}

int faltung_batch_count(const FaltungBatch *batch, FaltungBatchState state) {
    int n = 0;
    for (int i = 0; i < faltung_batch_n_runs(batch); i++)
        n += faltung_batch_run(batch, i)->state == state;
    return n;
}

char *faltung_batch_file_name(const char *text) {
    GString *name = g_string_new(NULL);
    for (const char *c = text; *c; c++) {
        if (g_ascii_isalnum(*c) || strchr("=,.+-_", *c))
            g_string_append_c(name, *c);
        else if (name->len && !strchr(",_=", name->str[name->len - 1]))
            g_string_append_c(name, '_');
    }
    if (name->len && strchr(".-", name->str[0]))
        name->str[0] = '_';
    /* file systems take 255 bytes; the end tells apart what begins alike */
    if (name->len > 180) {
        g_string_truncate(name, 170);
        g_string_append_printf(name, "-%08x", g_str_hash(text));
    }
    return g_string_free(name, FALSE);
}

char *faltung_batch_error_path(const FaltungBatchRun *run) {
    return g_strdup_printf("%.*s.error", (int)(strlen(run->path) - strlen(".h5")), run->path);
}

/* `name: Title: point`: the run says by itself what it is. */
static char *name_override(const char *title, const char *point) {
    g_autofree char *whole = g_strdup_printf("%s: %s", title, point);
    g_autofree char *quoted = faltung_yaml_quote(whole);
    return g_strconcat("name=", quoted, NULL);
}

/* @fold: 0: without cross-validation */
static FaltungBatchRun *make_run(const FaltungBatch *batch, const FaltungSweepPoint *point,
                                 gint64 seed, int fold, GHashTable *taken) {
    FaltungBatchRun *run = g_new0(FaltungBatchRun, 1);
    run->point = g_strdup(point->name ? point->name : "");
    run->seed = seed;
    run->fold = fold;
    g_autofree char *part = fold ? g_strdup_printf(",fold=%d", fold) : g_strdup("");
    g_autofree char *title = g_strdup_printf("%s%sseed=%" G_GINT64_FORMAT "%s", run->point,
                                             *run->point ? "," : "", seed, part);
    run->name = faltung_batch_file_name(title);
    for (int i = 2; g_hash_table_contains(taken, run->name); i++) {
        g_free(run->name);
        g_autofree char *numbered = g_strdup_printf("%s-%d", title, i);
        run->name = faltung_batch_file_name(numbered);
    }
    g_hash_table_add(taken, run->name);
    g_autofree char *file = g_strconcat(run->name, ".h5", NULL);
    run->path = g_build_filename(batch->folder, file, NULL);
    GPtrArray *overrides = g_ptr_array_new();
    if (*run->point)
        g_ptr_array_add(overrides, name_override(batch->title, run->point));
    for (char **one = point->overrides; one && *one; one++)
        g_ptr_array_add(overrides, g_strdup(*one));
    g_ptr_array_add(overrides, g_strdup_printf("train.seed=%" G_GINT64_FORMAT, seed));
    if (fold)
        g_ptr_array_add(overrides, g_strdup_printf("data.fold=%d", fold));
    g_ptr_array_add(overrides, NULL);
    run->overrides = (char **)g_ptr_array_free(overrides, FALSE);
    run->figures = g_strdup("");
    run->error = g_strdup("");
    run->progress = g_strdup("");
    return run;
}

static void expand(FaltungBatch *batch, const FaltungExperiment *experiment) {
    g_autoptr(GPtrArray) points = faltung_sweep_points(experiment->sweep);
    g_autoptr(GHashTable) taken = g_hash_table_new(g_str_hash, g_str_equal);
    int seeds = experiment->sweep ? experiment->sweep->seeds : 1;
    int folds = MAX(experiment->data->folds, 1);
    /* seed by seed and fold by fold: every point has its first figures early */
    for (int k = 0; k < seeds * folds; k++) {
        int fold = experiment->data->folds > 0 ? 1 + k % folds : 0;
        for (guint i = 0; i < points->len; i++)
            g_ptr_array_add(batch->all,
                            make_run(batch, points->pdata[i],
                                     (gint64)experiment->train->seed + k / folds, fold, taken));
    }
}

static void choose_part(FaltungBatch *batch) {
    for (guint i = 0; i < batch->all->len; i++) {
        FaltungBatchRun *run = batch->all->pdata[i];
        run->elsewhere = (int)(i % batch->part.count) != batch->part.index;
        if (!run->elsewhere)
            g_ptr_array_add(batch->runs, run);
    }
}

/* The settings of a run as a text that two equal ones share. The sweep is left out: a batch may
   grow. */
static char *settings_of(const FaltungExperiment *experiment, GError **error) {
    char *text = faltung_experiment_resolve(experiment);
    if (!experiment->sweep)
        return text;
    char *shorter = faltung_yaml_unset(text, "sweep", error);
    g_free(text);
    return shorter;
}

static gboolean check_settings(FaltungBatch *batch, FaltungBatchRun *run, const FaltungRun *file,
                               const char *text, GError **error) {
    g_autoptr(FaltungExperiment) wanted =
        faltung_experiment_parse(text, batch->origin, (const char *const *)run->overrides, error);
    const FaltungExperiment *recorded = wanted ? faltung_run_experiment(file, error) : NULL;
    g_autofree char *a = recorded ? settings_of(wanted, error) : NULL;
    g_autofree char *b = a ? settings_of(recorded, error) : NULL;
    if (!b)
        return FALSE;
    if (strcmp(a, b) == 0)
        return TRUE;
    return faltung_fail(
        error, FALTUNG_ERROR_INPUT,
        "%s was made with other settings than %s says now; results of both would be "
        "mixed up: choose another folder with --out, or delete that run",
        run->path, batch->origin);
}

static gboolean look_at_run(FaltungBatch *batch, FaltungBatchRun *run, const char *text,
                            GHashTable *rows, GError **error) {
    if (!g_file_test(run->path, G_FILE_TEST_EXISTS))
        return TRUE;
    g_autoptr(FaltungRun) file = faltung_run_open(run->path, error);
    if (!file || !check_settings(batch, run, file, text, error))
        return FALSE;
    const char *status = faltung_run_status(file);
    if (strcmp(status, "finished") == 0) {
        run->state = FALTUNG_BATCH_FINISHED;
        run->fraction = 1;
        const FaltungBatchRow *row = g_hash_table_lookup(rows, run->name);
        g_free(run->figures);
        run->figures = g_strdup(row ? row->figures : "");
    } else if (strcmp(status, "interrupted") == 0) {
        /* one that was killed before its first checkpoint begins anew */
        guint64 step;
        int epoch;
        if (faltung_run_checkpoint(file, &step, &epoch))
            run->state = FALTUNG_BATCH_INTERRUPTED;
    }
    return TRUE;
}

static gboolean look_at_folder(FaltungBatch *batch, gboolean resume, const char *text,
                               GError **error) {
    g_autoptr(GHashTable) rows = faltung_batch_read_index(batch);
    for (int i = 0; i < faltung_batch_n_runs(batch); i++) {
        FaltungBatchRun *run = faltung_batch_run(batch, i);
        if (resume) {
            if (!look_at_run(batch, run, text, rows, error))
                return FALSE;
        } else if (g_file_test(run->path, G_FILE_TEST_EXISTS) ||
                   g_file_test(batch->experiment, G_FILE_TEST_EXISTS)) {
            return faltung_fail(
                error, FALTUNG_ERROR_INPUT,
                "%s holds a batch already; go on with it by --resume, or choose another "
                "folder with --out",
                batch->folder);
        }
    }
    return TRUE;
}

/* @copy: (nullable): the file's text as it was when the batch began, where it is there. */
static FaltungExperiment *load_experiment(const char *path, const char *copy,
                                          const char *const *overrides, GError **error) {
    g_autofree char *text = NULL;
    if (!copy || !g_file_get_contents(copy, &text, NULL, NULL))
        return faltung_experiment_load(path, overrides, error);
    g_autofree char *origin = g_canonicalize_filename(path, NULL);
    return faltung_experiment_parse(text, origin, overrides, error);
}

FaltungBatch *faltung_batch_new(const char *experiment_path, const char *const *overrides,
                                const char *folder, gboolean resume, const FaltungBatchPart *part,
                                GError **error) {
    g_autofree char *copy = g_build_filename(folder, "experiment.yaml", NULL);
    g_autoptr(FaltungExperiment) experiment =
        load_experiment(experiment_path, part ? copy : NULL, overrides, error);
    if (!experiment)
        return NULL;
    g_autoptr(FaltungBatch) batch = g_new0(FaltungBatch, 1);
    batch->locks[0] = batch->locks[1] = -1;
    batch->part = part ? *part : (FaltungBatchPart){0, 1};
    batch->title = g_strdup(experiment->name);
    batch->origin = g_canonicalize_filename(experiment_path, NULL);
    batch->folder = g_strdup(folder);
    batch->experiment = g_steal_pointer(&copy);
    batch->all = g_ptr_array_new_with_free_func((GDestroyNotify)free_run);
    batch->runs = g_ptr_array_new();
    expand(batch, experiment);
    choose_part(batch);
    if (g_mkdir_with_parents(folder, 0777) != 0) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "the folder %s cannot be made: %s; choose another with --out", folder,
                     g_strerror(errno));
        return NULL;
    }
    if (!faltung_batch_lock(batch, error) ||
        !look_at_folder(batch, resume || part, experiment->text, error) ||
        !g_file_set_contents(batch->experiment, experiment->text, -1, error) ||
        !faltung_batch_write_index(batch, error))
        return NULL;
    return g_steal_pointer(&batch);
}

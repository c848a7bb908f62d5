/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/named.h"
#include "data/catalogue.h"
#include "data/csv.h"
#include "data/hdf5-reader.h"
#include "data/idx.h"
#include "data/images.h"
#include "data/npy.h"
#include "data/split.h"
#include "data/text-reader.h"

#include <glib/gi18n-lib.h>

static gboolean is_given(const char *text) {
    return text && *text;
}

/* @path as the experiment file means it: relative to the file's folder, or to one of those of
   FALTUNG_DATA_PATH where it is not there. */
static char *resolve_path(const char *origin, const char *path) {
    if (!origin || g_path_is_absolute(path))
        return g_strdup(path);
    g_autofree char *folder = g_path_get_dirname(origin);
    char *own = g_str_equal(folder, ".") ? g_strdup(path) : g_build_filename(folder, path, NULL);
    const char *variable = g_getenv("FALTUNG_DATA_PATH");
    g_auto(GStrv) folders = g_strsplit(variable ? variable : "", ":", -1);
    for (char **other = folders; *other && !g_file_test(own, G_FILE_TEST_EXISTS); other++) {
        char *there = g_build_filename(*other, path, NULL);
        if (!**other || !g_file_test(there, G_FILE_TEST_EXISTS)) {
            g_free(there);
            continue;
        }
        g_free(own);
        own = there;
    }
    return own;
}

static gboolean load_csv(const FaltungDataOptions *options, const char *path,
                         FaltungDataset **training, GError **error) {
    g_autofree char *name = g_path_get_basename(path);
    FaltungCsvOptions csv = {.name = name,
                             .target = options->target,
                             .weights = options->weights,
                             .header = options->header,
                             .task = options->task};
    *training = faltung_csv_load(path, &csv, error);
    return *training != NULL;
}

static gboolean load_idx(const char *path, FaltungDataset **training, FaltungDataset **test,
                         GError **error) {
    g_autofree char *name = g_path_get_basename(path);
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return faltung_idx_load_folder(name, path, NULL, training, test, error);
    *training = faltung_idx_load_images(name, path, error);
    return *training != NULL;
}

static gboolean load_hdf5(const FaltungDataOptions *options, const char *path,
                          FaltungDataset **training, GError **error) {
    g_autofree char *name = g_path_get_basename(path);
    FaltungHdf5Options hdf5 = {.name = name,
                               .input = options->input,
                               .target = options->target,
                               .weights = options->weights,
                               .task = options->task};
    *training = faltung_hdf5_load(path, &hdf5, error);
    return *training != NULL;
}

/* The same of what may name several (core/config/named.h); "": nothing. */
static char *resolve_paths(const char *origin, const char *value) {
    g_autoptr(GArray) given = faltung_named_read(value), resolved = faltung_named_read(NULL);
    for (guint i = 0; i < given->len; i++) {
        g_autofree char *path = resolve_path(origin, faltung_named_at(given, i)->text);
        faltung_named_add(resolved, faltung_named_at(given, i)->name, path);
    }
    return faltung_named_write(resolved);
}

static char *resolve_other(const char *origin, const char *path) {
    return is_given(path) ? resolve_path(origin, path) : NULL;
}

static gboolean load_npy(const FaltungDataOptions *options, const char *origin, const char *paths,
                         FaltungDataset **training, GError **error) {
    g_autoptr(GArray) files = faltung_named_read(paths);
    g_autofree char *name = g_path_get_basename(faltung_named_at(files, 0)->text);
    g_autofree char *target = resolve_paths(origin, options->target);
    g_autofree char *weights = resolve_other(origin, options->weights);
    FaltungNpyOptions npy = {
        .name = name, .target = target, .weights = weights, .task = options->task};
    *training = faltung_npy_load(paths, &npy, error);
    return *training != NULL;
}

/* A text by its path, or by its name in the catalogue where there is no such file. */
static char *resolve_text(const char *origin, const char *text, GError **error) {
    g_autofree char *path = resolve_path(origin, text);
    const FaltungDatasetEntry *entry = faltung_catalogue_find(text, NULL);
    if (!entry || !entry->text || g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer(&path);
    g_autofree char *folder = faltung_catalogue_locate(entry, error);
    return folder ? g_build_filename(folder, entry->text, NULL) : NULL;
}

/* @value: a path, or several by names */
static gboolean check_files(const char *value, GError **error) {
    g_autoptr(GArray) files = faltung_named_read(value);
    for (guint i = 0; i < files->len; i++) {
        const char *path = faltung_named_at(files, i)->text;
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            continue;
        return faltung_fail(
            error, FALTUNG_ERROR_DATA,
            "%s: cannot be read: there is no such file; put it there, or into a folder "
            "that FALTUNG_DATA_PATH names",
            path);
    }
    return TRUE;
}

/* Reads what @options name. @test: (nullable) (out): the samples that the data set sets apart. */
static gboolean read_samples(const FaltungDataOptions *options, const char *origin,
                             FaltungDataset **training, FaltungDataset **test, GError **error) {
    int given = is_given(options->name) + is_given(options->csv) + is_given(options->idx) +
                is_given(options->hdf5) + is_given(options->npy) + is_given(options->text) +
                is_given(options->images);
    if (given != 1)
        return faltung_fail(
            error, FALTUNG_ERROR_INPUT,
            "data: %s; expected one of `name:` (see `faltung data list`), `csv:`, `idx:`, "
            "`hdf5:`, `npy:`, `text:` and `images:`",
            given ? _("more than one source is named") : _("no source is named"));
    if (is_given(options->name)) {
        const FaltungDatasetEntry *entry = faltung_catalogue_find(options->name, error);
        return entry && faltung_catalogue_load(entry, training, test, error);
    }
    const char *const sources[] = {options->csv,  options->hdf5, options->npy,
                                   options->text, options->idx,  options->images};
    const char *source = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(sources) && !source; i++)
        source = is_given(sources[i]) ? sources[i] : NULL;
    g_autofree char *path = source == options->npy    ? resolve_paths(origin, source)
                            : source == options->text ? resolve_text(origin, source, error)
                                                      : resolve_path(origin, source);
    if (!path)
        return FALSE;
    if (!check_files(path, error))
        return FALSE;
    if (source == options->csv)
        return load_csv(options, path, training, error);
    if (source == options->hdf5)
        return load_hdf5(options, path, training, error);
    if (source == options->npy)
        return load_npy(options, origin, path, training, error);
    if (source == options->idx)
        return load_idx(path, training, test, error);
    if (source == options->images)
        return faltung_images_load(path, options->size, training, test, error);
    *training = faltung_text_load(path, options->length, options->stride, error);
    return *training != NULL;
}

static FaltungDataset *first_samples(FaltungDataset *dataset, guint32 n) {
    guint32 *indices = g_new(guint32, n);
    for (guint32 i = 0; i < n; i++)
        indices[i] = i;
    return faltung_dataset_subset(dataset, indices, n);
}

static gboolean split(FaltungDataset *samples, const FaltungDataOptions *options,
                      FaltungDataset **training, FaltungDataset **validation, GError **error) {
    if (faltung_dataset_text(samples))
        return faltung_data_split_text(samples, options->validation, training, validation, error);
    return faltung_data_split(samples, options->validation, options->split_seed, training,
                              validation, error);
}

gboolean faltung_data_load(const FaltungDataOptions *options, const char *origin,
                           FaltungDataset **training, FaltungDataset **validation, GError **error) {
    return faltung_data_load_watched(options, origin, NULL, training, validation, error);
}

/* Samples divided by what they are for. */
typedef struct {
    FaltungDataset *training, *validation, *test; /* test: (nullable) */
} Parts;

static void parts_clear(Parts *parts) {
    g_clear_pointer(&parts->training, faltung_dataset_unref);
    g_clear_pointer(&parts->validation, faltung_dataset_unref);
    g_clear_pointer(&parts->test, faltung_dataset_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Parts, parts_clear)

/* @own: (nullable): what the data set sets apart itself: to validate, unless a test or folds are
   asked for. */
static gboolean divide(const FaltungDataOptions *options, FaltungDataset *samples,
                       FaltungDataset *own, Parts *parts, GError **error) {
    gboolean folds = options->folds > 0;
    g_autoptr(FaltungDataset) rest = faltung_dataset_ref(samples);
    if (own && !folds && options->test == 0.0) {
        parts->training = g_steal_pointer(&rest);
        parts->validation = faltung_dataset_ref(own);
        return TRUE;
    }
    if (own) {
        parts->test = faltung_dataset_ref(own);
    } else if (options->test > 0.0) {
        g_clear_pointer(&rest, faltung_dataset_unref);
        if (!faltung_data_split(samples, options->test, options->split_seed, &rest, &parts->test,
                                error))
            return FALSE;
    }
    if (folds)
        return faltung_data_fold(rest, options->folds, options->fold, options->split_seed,
                                 &parts->training, &parts->validation, error);
    return split(rest, options, &parts->training, &parts->validation, error);
}

static gboolean load(const FaltungDataOptions *options, const char *origin,
                     const FaltungScanHooks *hooks, Parts *parts, GError **error) {
    g_autoptr(FaltungDataset) samples = NULL, own = NULL;
    if (!read_samples(options, origin, &samples, &own, error) ||
        !divide(options, samples, own, parts, error))
        return FALSE;
    FaltungDataset *train = parts->training;
    if (options->limit > 0 && (guint32)options->limit < faltung_dataset_size(train)) {
        parts->training = first_samples(train, options->limit);
        faltung_dataset_unref(train);
        train = parts->training;
    }
    if (!faltung_dataset_scan(train, options->normalize, hooks != NULL, hooks, error))
        return FALSE;
    int n;
    const float *mean, *scale;
    faltung_dataset_get_scaling(train, &n, &mean, &scale);
    FaltungDataset *const all[] = {train, parts->validation, parts->test};
    for (size_t i = 0; i < G_N_ELEMENTS(all) && all[i]; i++) {
        if (i > 0)
            faltung_dataset_set_scaling(all[i], n, mean, scale);
        if (options->reconstruct)
            faltung_dataset_reconstruct(all[i]);
    }
    return TRUE;
}

gboolean faltung_data_load_watched(const FaltungDataOptions *options, const char *origin,
                                   const FaltungScanHooks *hooks, FaltungDataset **training,
                                   FaltungDataset **validation, GError **error) {
    g_auto(Parts) parts = {NULL};
    if (!load(options, origin, hooks, &parts, error))
        return FALSE;
    *training = g_steal_pointer(&parts.training);
    *validation = g_steal_pointer(&parts.validation);
    return TRUE;
}

FaltungDataset *faltung_data_load_test(const FaltungDataOptions *options, const char *origin,
                                       GError **error) {
    g_auto(Parts) parts = {NULL};
    if (!load(options, origin, NULL, &parts, error))
        return NULL;
    if (!parts.test)
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "no samples were set apart for a test; train with `data: {test: 0.2}`");
    return g_steal_pointer(&parts.test);
}

char **faltung_data_columns(const FaltungDataOptions *options, const char *origin, GError **error) {
    if (is_given(options->csv)) {
        g_autofree char *path = resolve_path(origin, options->csv);
        return faltung_csv_columns(path, options->header, error);
    }
    if (is_given(options->hdf5)) {
        g_autofree char *path = resolve_path(origin, options->hdf5);
        return faltung_hdf5_arrays(path, error);
    }
    return g_new0(char *, 1);
}

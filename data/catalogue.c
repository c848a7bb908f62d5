/* SPDX-License-Identifier: Apache-2.0 */
#include "data/catalogue.h"

#include "core/base/error.h"
#include "data/file.h"
#include "data/sets/sets.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const FaltungDatasetEntry *const entries[] = {
    &faltung_set_digits,
    &faltung_set_boston_housing,
    &faltung_set_iris,
    &faltung_set_wine,
    &faltung_set_fashion_mnist,
    &faltung_set_mnist,
    &faltung_set_adding,
    &faltung_set_copy,
    &faltung_set_sine,
    &faltung_set_xor,
    &faltung_set_spirals,
    &faltung_set_tinyshakespeare,
    NULL,
};

const FaltungDatasetEntry *const *faltung_catalogue(void) {
    return entries;
}

const FaltungDatasetEntry *faltung_catalogue_find(const char *name, GError **error) {
    const char *names[G_N_ELEMENTS(entries)] = {NULL};
    for (int i = 0; entries[i]; i++) {
        names[i] = entries[i]->name;
        if (g_str_equal(name, names[i]))
            return entries[i];
    }
    g_autofree char *known = g_strjoinv(", ", (char **)names);
    const char *nearest = faltung_nearest(name, names);
    if (nearest)
        faltung_fail(error, FALTUNG_ERROR_DATA, "no data set '%s'; did you mean '%s'? Known are %s",
                     name, nearest, known);
    else
        faltung_fail(error, FALTUNG_ERROR_DATA,
                     "no data set '%s'; known are %s; tables of your own are read with `csv:`, "
                     "images with `idx:`",
                     name, known);
    return NULL;
}

/* Returns: (transfer full) (nullable): the path of @file in @folder, as it is or inflated. */
static char *find_file(const char *folder, const char *file) {
    g_autofree char *path = g_build_filename(folder, file, NULL);
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR) && g_str_has_suffix(path, ".gz"))
        path[strlen(path) - strlen(".gz")] = '\0';
    return g_file_test(path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer(&path) : NULL;
}

/* Returns: (nullable): the first of the data set's files that @folder lacks. */
static const char *missing_file(const FaltungDatasetEntry *entry, const char *folder) {
    for (const FaltungDownload *file = entry->downloads; file->file; file++) {
        g_autofree char *path = find_file(folder, file->file);
        if (!path)
            return file->file;
    }
    return NULL;
}

static gboolean has_contents(const char *folder, const FaltungDownload *file) {
    g_autofree char *path = find_file(folder, file->file);
    gsize length;
    g_autofree char *contents = path ? faltung_file_read(path, &length, NULL) : NULL;
    if (!contents)
        return FALSE;
    g_autofree char *sum =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)contents, length);
    return g_str_equal(sum, file->sha256);
}

/* Whether the files right in @folder are those of another data set, whose files have the same
   names: by the smallest file's sum. */
static gboolean is_another(const FaltungDatasetEntry *entry, const char *folder) {
    for (int i = 0; entries[i]; i++) {
        const FaltungDownload *smallest = entries[i]->downloads;
        if (entries[i] == entry || !smallest)
            continue;
        for (const FaltungDownload *file = smallest; file->file; file++)
            if (file->size < smallest->size)
                smallest = file;
        if (has_contents(folder, smallest))
            return TRUE;
    }
    return FALSE;
}

char *faltung_catalogue_user_folder(const FaltungDatasetEntry *entry) {
    return g_build_filename(g_get_user_data_dir(), "faltung", entry->name, NULL);
}

/* The folders that may hold the data set, in the order of the search. */
static GPtrArray *search_path(const FaltungDatasetEntry *entry) {
    GPtrArray *folders = g_ptr_array_new_with_free_func(g_free);
    const char *path = g_getenv("FALTUNG_DATA_PATH");
    g_auto(GStrv) own = g_strsplit(path ? path : "", ":", -1);
    for (int i = 0; own[i]; i++) {
        if (!*own[i])
            continue;
        g_ptr_array_add(folders, g_build_filename(own[i], entry->name, NULL));
        if (!is_another(entry, own[i]))
            g_ptr_array_add(folders, g_strdup(own[i]));
    }
    g_ptr_array_add(folders, faltung_catalogue_user_folder(entry));
    g_ptr_array_add(folders, g_build_filename(FALTUNG_DATA_DIR, entry->name, NULL));
    for (const char *const *system = g_get_system_data_dirs(); *system; system++)
        g_ptr_array_add(folders, g_build_filename(*system, "datasets", entry->name, NULL));
    return folders;
}

char *faltung_catalogue_locate(const FaltungDatasetEntry *entry, GError **error) {
    if (!entry->downloads)
        return g_strdup("");
    g_autoptr(GPtrArray) folders = search_path(entry);
    g_autoptr(GString) places = g_string_new(NULL);
    g_autofree char *incomplete = NULL;
    for (guint i = 0; i < folders->len; i++) {
        const char *folder = folders->pdata[i];
        const char *missing = missing_file(entry, folder);
        if (!missing)
            return g_strdup(folder);
        g_string_append_printf(places, "%s%s", i ? ", " : "", folder);
        if (!incomplete && missing != entry->downloads->file)
            incomplete = g_strdup_printf(_("; %s lacks %s"), folder, missing);
    }
    g_autofree char *install =
        entry->package ? g_strdup_printf(_("`apt-get install %s` or "), entry->package) : NULL;
    faltung_fail(error, FALTUNG_ERROR_DATA,
                 "the data set '%s' is not on this machine (looked in %s)%s; get it with "
                 "%s`faltung data get %s`",
                 entry->name, places->str, incomplete ? incomplete : "", install ? install : "",
                 entry->name);
    return NULL;
}

gboolean faltung_catalogue_load(const FaltungDatasetEntry *entry, FaltungDataset **training,
                                FaltungDataset **test, GError **error) {
    g_autofree char *folder = faltung_catalogue_locate(entry, error);
    if (!folder)
        return FALSE;
    g_autoptr(FaltungDataset) first = NULL, second = NULL;
    if (!entry->load(folder, &first, &second, error))
        return FALSE;
    if (!faltung_shape_equal(faltung_dataset_shape(first), &entry->shape)) {
        g_autofree char *found = faltung_shape_format(faltung_dataset_shape(first));
        g_autofree char *expected = faltung_shape_format(&entry->shape);
        return faltung_fail(
            error, FALTUNG_ERROR_DATA,
            "%s: samples of %s; expected %s, as '%s' has; read other data with `idx:`", folder,
            found, expected, entry->name);
    }
    *training = g_steal_pointer(&first);
    *test = g_steal_pointer(&second);
    return TRUE;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/data/import-guess.h"

#include "data/csv-reader.h"
#include "data/file.h"
#include "data/images.h"

#include <glib/gi18n.h>
#include <string.h>

enum { LOOK = 1 << 16, RECORDS = 50 };

/* A table has the same number of columns in every record, more than one. */
static int columns_of(FaltungCsvReader *reader) {
    guint columns = 0;
    int n_records = 0;
    FaltungCsvStatus status = FALTUNG_CSV_RECORD;
    while (n_records < RECORDS &&
           (status = faltung_csv_reader_next(reader, NULL)) == FALTUNG_CSV_RECORD) {
        if (columns != 0 && reader->cells->len != columns) {
            return 0;
        }
        columns = reader->cells->len;
        n_records++;
    }
    return status != FALTUNG_CSV_BROKEN && n_records > 1 && columns > 1 ? (int)columns : 0;
}

static const char *guess_text(const char *text, gsize length, char **why) {
    g_auto(FaltungCsvReader) reader = {NULL};
    int columns =
        faltung_csv_reader_init(&reader, "", text, length, NULL) ? columns_of(&reader) : 0;
    if (columns == 0) {
        *why = g_strdup(_("A text: lines of any length"));
        return "text";
    }
    const char *separator = reader.separator == ';'    ? _("semicolons")
                            : reader.separator == '\t' ? _("tabs")
                                                       : _("commas");
    *why = g_strdup_printf(
        reader.comma ? _("A table: %d columns, separated by %s, in every line; with decimal commas")
                     : _("A table: %d columns, separated by %s, in every line"),
        columns, separator);
    return "csv";
}

static const char *guess_bytes(const guint8 *bytes, gsize n, char **why) {
    if (n >= 8 && memcmp(bytes, "\211HDF\r\n\032\n", 8) == 0) {
        *why = g_strdup(_("An HDF5 file, by its first bytes"));
        return "hdf5";
    }
    if (n >= 6 && memcmp(bytes, "\x93NUMPY", 6) == 0) {
        *why = g_strdup(_("An array of NumPy's, by its first bytes"));
        return "npy";
    }
    if (n >= 4 && bytes[0] == 0 && bytes[1] == 0 && bytes[2] >= 8 && bytes[2] <= 0x0E &&
        bytes[3] >= 1 && bytes[3] <= 8) {
        *why = g_strdup_printf(_("An IDX array of %d dimensions, by its first bytes"), bytes[3]);
        return "idx";
    }
    return NULL;
}

const char *faltung_import_guess(const char *path, char **why) {
    *why = NULL;
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        gboolean pictures = faltung_images_are_in(path);
        *why = g_strdup(pictures ? _("A folder of pictures, or with one for each class in it")
                                 : _("A folder, as that of an image set in IDX files"));
        return pictures ? "images" : "idx";
    }
    gsize n = 0;
    char *bytes = faltung_file_begin(path, LOOK, &n, NULL);
    gboolean cut = n == LOOK;
    const char *source = guess_bytes((const guint8 *)bytes, n, why);
    g_autofree char *begin = faltung_file_utf8(bytes, &n);
    if (source != NULL || n == 0 || memchr(begin, '\0', n) != NULL) {
        return source;
    }
    char *last = cut ? strrchr(begin, '\n') : NULL;
    if (last != NULL) { /* the line that is cut off may end within a letter */
        n = (gsize)(last + 1 - begin);
        begin[n] = '\0';
    }
    const char *end;
    if (!g_utf8_validate_len(begin, n, &end) && (gsize)(end - begin) + 4 < n) {
        return NULL;
    }
    return guess_text(begin, n, why);
}

/* What samples and their targets are called. */
static const char *const pairs[][2] = {
    {"x", "y"},
    {"X", "y"},
    {"X", "Y"},
    {"images", "labels"},
    {"inputs", "targets"},
    {"data", "labels"},
    {"input", "target"},
    {"samples", "targets"},
};

static const char *find_array(const char *const *names, const char *name) {
    for (int i = 0; names[i] != NULL; i++) {
        if (g_str_has_suffix(names[i], name) &&
            names[i][strlen(names[i]) - strlen(name) - 1] == '/') {
            return names[i];
        }
    }
    return NULL;
}

const char *faltung_import_pair(const char *const *names, const char **target) {
    *target = NULL;
    if (g_strv_contains(names, "/input")) {
        return NULL;
    }
    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
        const char *samples = find_array(names, pairs[i][0]);
        *target = find_array(names, pairs[i][1]);
        if (samples != NULL && *target != NULL) {
            return samples;
        }
    }
    *target = NULL;
    return names[0];
}

char *faltung_import_target(const char *path) {
    g_autofree char *folder = g_path_get_dirname(path), *name = g_path_get_basename(path);
    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
        const char *found = strstr(name, pairs[i][0]);
        if (found == NULL) {
            continue;
        }
        g_autofree char *other = g_strdup_printf("%.*s%s%s", (int)(found - name), name, pairs[i][1],
                                                 found + strlen(pairs[i][0]));
        g_autofree char *there = g_build_filename(folder, other, NULL);
        if (strcmp(there, path) != 0 && g_file_test(there, G_FILE_TEST_IS_REGULAR)) {
            return g_steal_pointer(&there);
        }
    }
    return NULL;
}

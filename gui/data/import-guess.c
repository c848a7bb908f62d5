/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/data/import-guess.h"

#include "data/file.h"

#include <glib/gi18n.h>
#include <string.h>

enum { LOOK = 1 << 16, LINES = 50 };

/* The number of @delimiter outside quotes. */
static int count(const char *line, char delimiter) {
    int n = 0;
    gboolean quoted = FALSE;
    for (; *line != '\0'; line++) {
        quoted = quoted != (*line == '"');
        n += *line == delimiter && !quoted;
    }
    return n;
}

/* A table has the same number of columns in every line, more than one. */
static int columns_of(const char *text, char delimiter, int *n_lines) {
    g_auto(GStrv) lines = g_strsplit(text, "\n", LINES + 1);
    int columns = 0;
    *n_lines = 0;
    for (int i = 0; lines[i] != NULL && i < LINES && lines[i + 1] != NULL; i++) {
        int here = count(lines[i], delimiter) + 1;
        if (*g_strstrip(lines[i]) == '\0') {
            continue;
        }
        if (columns != 0 && here != columns) {
            return 0;
        }
        columns = here;
        ++*n_lines;
    }
    return columns;
}

static const char *guess_text(const char *text, char **why) {
    static const struct {
        char delimiter;
        const char *name;
    } delimiters[] = {{',', N_("commas")}, {';', N_("semicolons")}, {'\t', N_("tabs")}};
    for (guint i = 0; i < G_N_ELEMENTS(delimiters); i++) {
        int lines, columns = columns_of(text, delimiters[i].delimiter, &lines);
        if (columns > 1 && lines > 1) {
            *why = g_strdup_printf(_("A table: %d columns, separated by %s, in every line"),
                                   columns, _(delimiters[i].name));
            return "csv";
        }
    }
    *why = g_strdup(_("A text: lines of any length"));
    return "text";
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
        *why = g_strdup(_("A folder, as that of an image set in IDX files"));
        return "idx";
    }
    gsize n = 0;
    g_autofree char *begin = faltung_file_begin(path, LOOK, &n, NULL);
    const char *source = guess_bytes((const guint8 *)begin, n, why), *end;
    if (source != NULL || n == 0 || memchr(begin, '\0', n) != NULL) {
        return source;
    }
    /* A character may be cut where the looking ended. */
    if (!g_utf8_validate(begin, (gssize)n, &end) && (gsize)(end - begin) + 4 < n) {
        return NULL;
    }
    return guess_text(begin, why);
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

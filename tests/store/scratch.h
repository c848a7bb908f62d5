/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>

/* A folder for one test's files, and what is in it. */

static inline char *scratch_new(void) {
    GError *error = NULL;
    char *folder = g_dir_make_tmp("faltung-store-XXXXXX", &error);
    g_assert_no_error(error);
    return folder;
}

static inline gint compare_names(gconstpointer a, gconstpointer b) {
    return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

static inline char *scratch_listing(const char *folder) {
    GDir *dir = g_dir_open(folder, 0, NULL);
    GPtrArray *names = g_ptr_array_new();
    for (const char *name; (name = g_dir_read_name(dir));)
        g_ptr_array_add(names, g_strdup(name));
    g_dir_close(dir);
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    g_auto(GStrv) list = (char **)g_ptr_array_free(names, FALSE);
    return g_strjoinv(" ", list);
}

static inline void scratch_free(char *folder) {
    GDir *dir = g_dir_open(folder, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_remove(path);
    }
    if (dir)
        g_dir_close(dir);
    g_rmdir(folder);
    g_free(folder);
}

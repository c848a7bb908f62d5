/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Downloads a data set that the catalogue does not have, for the tests of downloads.
 *
 * get-dataset NAME MIRROR,MIRROR... FILE:SIZE:SHA256...
 */

#include "data/download.h"

#include <stdio.h>

static gboolean on_progress(const char *file, guint64 done, guint64 total, gpointer data) {
    return TRUE;
}

static void on_remark(const char *message, gpointer data) {
    fprintf(stderr, "remark: %s\n", message);
}

int main(int argc, char **argv) {
    if (argc < 4)
        return 2;
    g_auto(GStrv) mirrors = g_strsplit(argv[2], ",", -1);
    int n = argc - 3;
    g_autofree FaltungDownload *files = g_new0(FaltungDownload, n + 1);
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    for (int i = 0; i < n; i++) {
        char **part = g_strsplit(argv[3 + i], ":", 3);
        g_ptr_array_add(parts, part);
        files[i] = (FaltungDownload){part[0], g_ascii_strtoull(part[1], NULL, 10), part[2]};
    }
    FaltungDatasetEntry entry = {
        .name = argv[1], .downloads = files, .mirrors = (const char *const *)mirrors};
    FaltungDownloadHooks hooks = {on_progress, on_remark, NULL};
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = faltung_download(&entry, &hooks, &error);
    if (!folder) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    printf("%s\n", folder);
    return 0;
}

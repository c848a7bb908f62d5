/* SPDX-License-Identifier: Apache-2.0 */
#include "data/download.h"

#include "core/base/error.h"

/* In place of download.c where libcurl is missing: says how to fetch the files by hand. */
char *faltung_download(const FaltungDatasetEntry *entry, const FaltungDownloadHooks *hooks,
                       GError **error) {
    g_autofree char *folder = faltung_catalogue_user_folder(entry);
    g_autoptr(GString) files = g_string_new(NULL);
    for (const FaltungDownload *file = entry->downloads; file->file; file++)
        g_string_append_printf(files, "\n  %s/%s", entry->mirrors[0], file->file);
    faltung_fail(error, FALTUNG_ERROR_WORK,
                 "this program was built without downloads (libcurl); put these files into %s:%s",
                 folder, files->str);
    return NULL;
}

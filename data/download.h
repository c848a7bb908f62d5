/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "data/catalogue.h"

/*
 * Downloads. The files of a data set gather in NAME.part beside its folder, and appear under
 * NAME together, when all of them are there and their sums are right. What an interrupted
 * download leaves in NAME.part is taken up by the next one.
 */

typedef struct {
    /* Some of @file came. @total: 0 where it is not known. Returns: %FALSE to stop. */
    gboolean (*progress)(const char *file, guint64 done, guint64 total, gpointer data);
    /* Something went wrong that another try or mirror may make good. */
    void (*remark)(const char *message, gpointer data);
    gpointer data;
} FaltungDownloadHooks;

/**
 * faltung_download: brings the files of @entry from the first of its mirrors that has them; from
 * FALTUNG_DATA_MIRROR/NAME/ where that is set.
 *
 * Returns: (transfer full): the folder, faltung_catalogue_user_folder(). Errors:
 * %FALTUNG_ERROR_WORK; %G_IO_ERROR_CANCELLED where @hooks said stop.
 */
char *faltung_download(const FaltungDatasetEntry *entry, const FaltungDownloadHooks *hooks,
                       GError **error);

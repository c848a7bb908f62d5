/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* An experiment file that ships with the program. */
typedef struct {
    char *path;
    char *section; /* "Gallery", "The book" */
    FaltungExperiment *experiment;
} FaltungGalleryItem;

/** faltung_gallery_folder: Returns: (transfer full): where they are: the source's while the
 *  program runs from its build folder, else the installed ones. */
char *faltung_gallery_folder(void);

/** faltung_gallery_is_example: Returns: whether the tour begins with it: it learns in seconds. */
gboolean faltung_gallery_is_example(const FaltungGalleryItem *item);

/** faltung_gallery_load: reads them on another thread; those with mistakes are left out. */
void faltung_gallery_load(GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/** faltung_gallery_load_finish: Returns: (transfer full) (element-type FaltungGalleryItem). */
GPtrArray *faltung_gallery_load_finish(GAsyncResult *result, GError **error);

G_END_DECLS

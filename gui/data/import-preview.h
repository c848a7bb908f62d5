/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is to be seen of data before they are taken: read on another thread. */
typedef struct {
    char *data;    /* what it is of: `data:` in flow style */
    char *summary; /* "240 and 60 samples · 4 · 2 classes" */
    FaltungShape shape;
    gboolean classes;
    char *title;   /* of the bars */
    char **labels; /* n_bars: classes, or the middles of ranges */
    double *bars;  /* n_bars: the samples or values of each */
    int n_bars;
} FaltungImportPreview;

void faltung_import_preview_free(FaltungImportPreview *preview);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungImportPreview, faltung_import_preview_free)

/** faltung_import_preview_of: Returns: (transfer full): what is to be seen of data that are read;
 * of the training samples all classes or the first values are counted. */
FaltungImportPreview *faltung_import_preview_of(FaltungDataset *training,
                                                FaltungDataset *validation);

/**
 * faltung_import_preview_read:
 * @data: `{csv: table.csv, target: price}`
 * @origin: of the experiment: relative paths start there
 * @path: the file; of a large table or text only lines from here and there in it are read, and the
 *   preview says so
 *
 * Calls @ready with a task for faltung_import_preview_finish().
 */
void faltung_import_preview_read(const char *data, const char *origin, const char *path,
                                 GCancellable *cancellable, GAsyncReadyCallback ready,
                                 gpointer user_data);
/** faltung_import_preview_finish: Returns: (transfer full) (nullable). */
FaltungImportPreview *faltung_import_preview_finish(GAsyncResult *result, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/data/import-preview.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * FaltungImportDialog: a file of samples: what it was taken for and why, what can be said
 * otherwise, and what comes out. Signals: "chosen" (const FaltungImportPreview *).
 */
#define FALTUNG_TYPE_IMPORT_DIALOG (faltung_import_dialog_get_type())
G_DECLARE_FINAL_TYPE(FaltungImportDialog, faltung_import_dialog, FALTUNG, IMPORT_DIALOG, AdwWindow)

/** faltung_import_dialog_new: @origin: of the experiment that the data are for. */
FaltungImportDialog *faltung_import_dialog_new(GtkWindow *parent, const char *path,
                                               const char *origin);

G_END_DECLS

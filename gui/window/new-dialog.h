/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "data/catalogue.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * FaltungNewDialog: which of the known data sets a new experiment is about. Typing narrows the list
 * down, Enter takes the first. Signals: "chosen" (const FaltungDatasetEntry *).
 */
#define FALTUNG_TYPE_NEW_DIALOG (faltung_new_dialog_get_type())
G_DECLARE_FINAL_TYPE(FaltungNewDialog, faltung_new_dialog, FALTUNG, NEW_DIALOG, AdwWindow)

FaltungNewDialog *faltung_new_dialog_new(GtkWindow *parent);

/** faltung_new_experiment: Returns: (transfer full): the text of an experiment about @entry whose
 *  network has no layers yet. */
char *faltung_new_experiment(const FaltungDatasetEntry *entry);

/** faltung_new_experiment_text: the same about @data, as under `data:`, whose samples are @shape.
 *  @classes: whether classes are predicted. */
char *faltung_new_experiment_text(const char *data, const FaltungShape *shape, gboolean classes);

/** faltung_shape_yaml: Returns: (transfer full): `[1, 28, 28]`. */
char *faltung_shape_yaml(const FaltungShape *shape);

G_END_DECLS

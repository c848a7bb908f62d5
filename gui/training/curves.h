/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/training/history.h"
#include "gui/views/scene.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FaltungCurves: the loss, and beside it one of the other figures, over the training, with those of
 * other runs of the folder where they are chosen.
 *
 * Signals: "says" (text): what came of saving.
 */
#define FALTUNG_TYPE_CURVES (faltung_curves_get_type())
G_DECLARE_FINAL_TYPE(FaltungCurves, faltung_curves, FALTUNG, CURVES, GtkBox)

/** faltung_curves_new: @scene: whose folder the other runs are in. */
GtkWidget *faltung_curves_new(FaltungScene *scene);
/** faltung_curves_show: draws the rows of @history, and whenever it is drawn anew, those that it
 * has then. @path: (nullable): of its run file. */
void faltung_curves_show(FaltungCurves *curves, FaltungHistory *history, const char *path);
/** faltung_curves_mark: where the time slider stands, in epochs; NaN: nowhere. */
void faltung_curves_mark(FaltungCurves *curves, double epoch);
/** faltung_curves_clear: another document: nothing is chosen. */
void faltung_curves_clear(FaltungCurves *curves);

G_END_DECLS

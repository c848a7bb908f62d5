/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/training/history.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** FaltungCurves: the loss, and beside it one of the other figures, over the training. */
#define FALTUNG_TYPE_CURVES (faltung_curves_get_type())
G_DECLARE_FINAL_TYPE(FaltungCurves, faltung_curves, FALTUNG, CURVES, GtkBox)

GtkWidget *faltung_curves_new(void);
/** faltung_curves_show: draws the rows of @history, and whenever it is drawn anew, those that it
 * has then. */
void faltung_curves_show(FaltungCurves *curves, FaltungHistory *history);
/** faltung_curves_mark: where the time slider stands, in epochs; NaN: nowhere. */
void faltung_curves_mark(FaltungCurves *curves, double epoch);

G_END_DECLS

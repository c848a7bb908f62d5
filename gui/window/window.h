/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

#include "gui/document/autosave.h"

G_BEGIN_DECLS

/** FaltungWindow: the start page, or one experiment with its run. */
#define FALTUNG_TYPE_WINDOW (faltung_window_get_type())
G_DECLARE_FINAL_TYPE(FaltungWindow, faltung_window, FALTUNG, WINDOW, AdwApplicationWindow)

FaltungWindow *faltung_window_new(GtkApplication *application);
/** faltung_window_open: an experiment or a run; here if the window shows the start page, else in
 *  another window. */
void faltung_window_open(FaltungWindow *window, GFile *file);

/** faltung_window_begin_tour: the guided first minute, from where the window is. */
void faltung_window_begin_tour(FaltungWindow *window);

/** faltung_window_recover: shows a document that a crash has left. */
void faltung_window_recover(FaltungWindow *window, const FaltungLeftOver *left);

G_END_DECLS

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * faltung_inspect_state_install: for tests, and only where FALTUNG_GUI_TEST=1: an action
 * `inspect-state` that takes a path and writes there, as JSON, what the windows show and where
 * nodes and cards are, in the window's pixels. Tests click for real; this tells them where.
 */
void faltung_inspect_state_install(GtkApplication *application);

G_END_DECLS

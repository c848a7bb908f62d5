/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

/**
 * faltung_source_view_new:
 * @name: what screen readers call it
 *
 * Returns: (transfer floating): a view of code, in the colours of light or dark as the desktop
 *   turns.
 */
GtkWidget *faltung_source_view_new(const char *name);

/** faltung_source_view_buffer: Returns: (transfer none). */
GtkSourceBuffer *faltung_source_view_buffer(GtkWidget *view);
/** faltung_source_view_set_language: @language: as GtkSourceView calls it: `c`, `yaml`. */
void faltung_source_view_set_language(GtkWidget *view, const char *language);

/** faltung_source_view_scrolled: Returns: (transfer floating): @view with a scroll bar. */
GtkWidget *faltung_source_view_scrolled(GtkWidget *view);

G_END_DECLS

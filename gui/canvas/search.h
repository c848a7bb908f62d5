/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FaltungSearch: things to be found by name: operations by group (name, title or summary, with what
 * of their options is typed behind: gui/document/quick-layer.h), and whatever else is added. Where
 * no name has what is typed, its letters in their order will do. Enter takes the best; the row of
 * an operation can be dragged to where text is taken.
 *
 * Signals: "chosen" (a layer's text, whether it was typed); "found" (the target of something else).
 */
#define FALTUNG_TYPE_SEARCH (faltung_search_get_type())
G_DECLARE_FINAL_TYPE(FaltungSearch, faltung_search, FALTUNG, SEARCH, GtkBox)

/** faltung_search_add_operations: a row for each. */
void faltung_search_add_operations(FaltungSearch *search);
/** faltung_search_add: @group: (nullable): of static storage; rows of one come one after the
 *  other. */
void faltung_search_add(FaltungSearch *search, const char *group, const char *title,
                        const char *detail, const char *target);
void faltung_search_clear(FaltungSearch *search);
/** faltung_search_ask: what the empty field says. */
void faltung_search_ask(FaltungSearch *search, const char *question);

typedef gboolean (*FaltungSearchFits)(const FaltungOperation *operation, gpointer data);
/** faltung_search_set_fits: which operations are found; @fits: (nullable): all. */
void faltung_search_set_fits(FaltungSearch *search, FaltungSearchFits fits, gpointer data);

/** faltung_search_row: Returns: (nullable) (transfer none): the row number @index, and the name of
 *  its operation, or its target. */
GtkWidget *faltung_search_row(FaltungSearch *search, int index, const char **name);
/** faltung_search_begin: empties the field and gives it the focus. */
void faltung_search_begin(FaltungSearch *search);

G_END_DECLS

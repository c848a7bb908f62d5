/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FaltungOperationSearch: all operations by group, found by name, title or summary, with what of
 * their options is typed behind (gui/document/quick-layer.h). Enter takes the best; a row can be
 * dragged to where text is taken. It is what Ctrl+K shows, and the palette in the side bar.
 *
 * Signals: "chosen" (the layer's text, whether it was typed).
 */
#define FALTUNG_TYPE_OPERATION_SEARCH (faltung_operation_search_get_type())
G_DECLARE_FINAL_TYPE(FaltungOperationSearch, faltung_operation_search, FALTUNG, OPERATION_SEARCH,
                     GtkBox)

/** faltung_operation_search_row: Returns: (nullable) (transfer none): the row number @index, and
 *  the name of its operation. */
GtkWidget *faltung_operation_search_row(FaltungOperationSearch *search, int index,
                                        const char **name);
/** faltung_operation_search_begin: empties the field and gives it the focus. */
void faltung_operation_search_begin(FaltungOperationSearch *search);

G_END_DECLS

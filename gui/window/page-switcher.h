/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** faltung_page_switcher_new: Returns: a row with a button for every page of @stack, or where there
 *  is no room for the row, a drop-down list of them. */
GtkWidget *faltung_page_switcher_new(GtkStack *stack);

G_END_DECLS

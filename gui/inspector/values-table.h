/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/training/snapshot.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** FaltungValuesTable: every value of a tensor, a row each, live: only the rows on the screen
 *  exist as widgets. */
#define FALTUNG_TYPE_VALUES_TABLE (faltung_values_table_get_type())
G_DECLARE_FINAL_TYPE(FaltungValuesTable, faltung_values_table, FALTUNG, VALUES_TABLE, GtkBox)

GtkWidget *faltung_values_table_new(void);
/** faltung_values_table_show: @names: (nullable): of the values, of the classes for the output. */
void faltung_values_table_show(FaltungValuesTable *table, FaltungSnapshot *snapshot,
                               const FaltungTensor *tensor, const char *const *names);

G_END_DECLS

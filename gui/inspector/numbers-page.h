/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "gui/training/snapshot.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** FaltungNumbersPage: the output, the weights and the gradients of a layer: as picture,
 *  histogram, statistics and table. With none selected: the layers of the network, their shapes
 *  and sizes. */
#define FALTUNG_TYPE_NUMBERS_PAGE (faltung_numbers_page_get_type())
G_DECLARE_FINAL_TYPE(FaltungNumbersPage, faltung_numbers_page, FALTUNG, NUMBERS_PAGE, GtkBox)

void faltung_numbers_page_show(FaltungNumbersPage *page, const FaltungExperiment *experiment,
                               int layer);
/** faltung_numbers_page_set_snapshot: @names: (nullable): of the classes. */
void faltung_numbers_page_set_snapshot(FaltungNumbersPage *page, FaltungSnapshot *snapshot,
                                       const char *const *names);

G_END_DECLS

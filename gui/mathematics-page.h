/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** FaltungMathematicsPage: the equation of a layer with its shapes, or, with none selected, those
 *  of loss, optimizer and schedule. */
#define FALTUNG_TYPE_MATHEMATICS_PAGE (faltung_mathematics_page_get_type())
G_DECLARE_FINAL_TYPE(FaltungMathematicsPage, faltung_mathematics_page, FALTUNG, MATHEMATICS_PAGE,
                     GtkBox)

void faltung_mathematics_page_show(FaltungMathematicsPage *page,
                                   const FaltungExperiment *experiment, int layer);

G_END_DECLS

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/training/breakpoints.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** FaltungBreakPage: the settings of when a training pauses by itself. Signal "changed". */
#define FALTUNG_TYPE_BREAK_PAGE (faltung_break_page_get_type())
G_DECLARE_FINAL_TYPE(FaltungBreakPage, faltung_break_page, FALTUNG, BREAK_PAGE, GtkBox)

GtkWidget *faltung_break_page_new(void);
FaltungBreakpoints faltung_break_page_get(FaltungBreakPage *page);

G_END_DECLS

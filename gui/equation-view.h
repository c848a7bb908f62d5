/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** FaltungEquationView: an equation, centred, made smaller where it would not fit. */
#define FALTUNG_TYPE_EQUATION_VIEW (faltung_equation_view_get_type())
G_DECLARE_FINAL_TYPE(FaltungEquationView, faltung_equation_view, FALTUNG, EQUATION_VIEW, GtkWidget)

GtkWidget *faltung_equation_view_new(const char *tex);

G_END_DECLS

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FaltungEquationView: an equation, centred, made smaller where it would not fit.
 *
 * Signals: "symbol" (const char *): the mark that was clicked, or %NULL: beside all of them.
 */
#define FALTUNG_TYPE_EQUATION_VIEW (faltung_equation_view_get_type())
G_DECLARE_FINAL_TYPE(FaltungEquationView, faltung_equation_view, FALTUNG, EQUATION_VIEW, GtkWidget)

GtkWidget *faltung_equation_view_new(const char *tex);
/** faltung_equation_view_set_symbol: @symbol: (nullable): the marks that stand out. */
void faltung_equation_view_set_symbol(FaltungEquationView *view, const char *symbol);
/** faltung_equation_view_symbol_place: @at: (out): the middle of the first mark called @symbol, in
 *  the widget. Returns: whether there is one. */
gboolean faltung_equation_view_symbol_place(FaltungEquationView *view, const char *symbol,
                                            graphene_point_t *at);

G_END_DECLS

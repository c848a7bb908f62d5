/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/symbols.h"
#include "gui/views/scene.h"

G_BEGIN_DECLS

/**
 * FaltungSymbolsView: the equation of an operation whose symbols can be clicked, or chosen
 * by the keyboard from a list of them: then they are the scene's symbol, which code and diagram
 * mark, too.
 */
#define FALTUNG_TYPE_SYMBOLS_VIEW (faltung_symbols_view_get_type())
G_DECLARE_FINAL_TYPE(FaltungSymbolsView, faltung_symbols_view, FALTUNG, SYMBOLS_VIEW, GtkBox)

/** faltung_symbols_view_new: @prefix: of the symbols: "", or FALTUNG_ACTIVATION_SYMBOL. @list: with
 *  their names below the equation. */
GtkWidget *faltung_symbols_view_new(FaltungScene *scene, const char *equation, const char *prefix,
                                    gboolean list);
/** faltung_symbols_view_equation: Returns: (transfer none): a FaltungEquationView. */
GtkWidget *faltung_symbols_view_equation(FaltungSymbolsView *view);

/** faltung_symbols_view_symbols: Returns: (transfer none) (array zero-terminated=1). */
char **faltung_symbols_view_symbols(FaltungSymbolsView *view);

/** faltung_symbol_title: Returns: (transfer full): what people call a symbol: "input gate". */
char *faltung_symbol_title(const char *symbol);

G_END_DECLS

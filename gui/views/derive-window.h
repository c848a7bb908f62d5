/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/expression.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * FaltungDeriveWindow: a formula that is typed, as a graph with values above the edges and
 * gradients below them, and the chain rule at each of its nodes; values are typed or dragged. One
 * goes through it stop by stop, forward and back, with the product of the slopes down to where one
 * is.
 */
#define FALTUNG_TYPE_DERIVE_WINDOW (faltung_derive_window_get_type())
G_DECLARE_FINAL_TYPE(FaltungDeriveWindow, faltung_derive_window, FALTUNG, DERIVE_WINDOW, AdwWindow)

GtkWindow *faltung_derive_window_new(GtkApplication *application);

G_END_DECLS

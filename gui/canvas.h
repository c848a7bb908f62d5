/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/canvas-model.h"
#include "gui/snapshot.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FaltungCanvas: the network as a diagram that shows what the network does.
 *
 * Signals: "selected" after the selected layer changed; "activated" (a double click, Enter: its
 * properties are wanted); "view" after zoom or size changed.
 */
#define FALTUNG_TYPE_CANVAS (faltung_canvas_get_type())
G_DECLARE_FINAL_TYPE(FaltungCanvas, faltung_canvas, FALTUNG, CANVAS, GtkWidget)

GtkWidget *faltung_canvas_new(void);

/** faltung_canvas_set_graph: @problems: (array zero-terminated=1): for each layer what its badge
 *  says; "": it has none. */
void faltung_canvas_set_graph(FaltungCanvas *canvas, const FaltungGraph *graph,
                              const char *const *problems);
/** faltung_canvas_set_snapshot: @snapshot: (nullable): pictures of the outputs. */
void faltung_canvas_set_snapshot(FaltungCanvas *canvas, FaltungSnapshot *snapshot);

int faltung_canvas_selected(FaltungCanvas *canvas);
void faltung_canvas_select(FaltungCanvas *canvas, int layer);

/** faltung_canvas_reveal: moves as little as is needed to see the node of @layer. */
void faltung_canvas_reveal(FaltungCanvas *canvas, int layer);

/** faltung_canvas_fit: forgets zoom and position: another network is shown. */
void faltung_canvas_fit(FaltungCanvas *canvas);
const FaltungCanvasModel *faltung_canvas_model(FaltungCanvas *canvas);
/** faltung_canvas_node: Returns: (transfer none) (nullable): the widget of a layer. */
GtkWidget *faltung_canvas_node(FaltungCanvas *canvas, int layer);

/** faltung_canvas_wish: writes the size of the cards' pictures, and whether they are to be seen,
 *  into @wanted. */
void faltung_canvas_wish(FaltungCanvas *canvas, FaltungWanted *wanted);

G_END_DECLS

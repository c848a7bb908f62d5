/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/canvas/canvas.h"
#include "gui/views/scene.h"

G_BEGIN_DECLS

/**
 * faltung_symbol_marks_attach: marks on the diagram where the scene's symbol of the selected layer
 * is: what comes in (the layers before, and the wires from them), what goes out, or the layer
 * itself. A click on a part of the selected layer makes its symbol the scene's.
 * @canvas: in a GtkOverlay
 */
void faltung_symbol_marks_attach(FaltungCanvas *canvas, FaltungScene *scene);

/** faltung_symbol_marks_text: Returns: (transfer full): what is marked: names of layers, and of the
 *  wires between them; "" where nothing is. */
char *faltung_symbol_marks_text(FaltungCanvas *canvas);

G_END_DECLS

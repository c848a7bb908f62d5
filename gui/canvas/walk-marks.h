/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/canvas/canvas.h"
#include "gui/views/scene.h"

G_BEGIN_DECLS

/**
 * faltung_walk_marks_attach: writes on the wires of the diagram what passes them at the stop of the
 * walk, as the book draws the chain rule: values above, gradients below.
 * @canvas: in a GtkOverlay
 */
void faltung_walk_marks_attach(FaltungCanvas *canvas, FaltungScene *scene);

G_END_DECLS

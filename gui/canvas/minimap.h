/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/canvas/canvas.h"

G_BEGIN_DECLS

/**
 * FaltungMinimap: the whole diagram, small, with what of it is in view; there where it does not fit
 * into the view. A click in it, or a drag, moves the view there.
 */
#define FALTUNG_TYPE_MINIMAP (faltung_minimap_get_type())
G_DECLARE_FINAL_TYPE(FaltungMinimap, faltung_minimap, FALTUNG, MINIMAP, GtkWidget)

/** faltung_minimap_set_canvas: to be called once; the canvas must live as long. */
void faltung_minimap_set_canvas(FaltungMinimap *map, FaltungCanvas *canvas);
/** faltung_minimap_set_wanted: whether it is shown at all. */
void faltung_minimap_set_wanted(FaltungMinimap *map, gboolean wanted);

G_END_DECLS

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/canvas/canvas-model.h"

G_BEGIN_DECLS

/*
 * What of the diagram is where, in the view's coordinates: ports, wires, and what a line crosses or
 * a rectangle holds.
 */

typedef enum { FALTUNG_PORT_NONE, FALTUNG_PORT_INPUT, FALTUNG_PORT_OUTPUT } FaltungPort;

/** faltung_canvas_hit_port: @layer: (out): whose port it is, where it is not FALTUNG_PORT_NONE. */
FaltungPort faltung_canvas_hit_port(const FaltungCanvasModel *model, double x, double y,
                                    int *layer);
/** faltung_canvas_hit_wire: Returns: the index of the edge nearest to (@x, @y), of those that
 *  neither begin nor end at @but (FALTUNG_NO_LAYER: of all), or -1 where none is near. */
int faltung_canvas_hit_wire(const FaltungCanvasModel *model, double x, double y, int but);
/** faltung_canvas_hit_crossed: Returns: whether the line from @a to @b crosses the edge. */
gboolean faltung_canvas_hit_crossed(const FaltungCanvasModel *model, int edge, FaltungPoint a,
                                    FaltungPoint b);
/** faltung_canvas_hit_inside: Returns: whether the card of @layer touches @rect. */
gboolean faltung_canvas_hit_inside(const FaltungCanvasModel *model, int layer, FaltungRect rect);

/** faltung_canvas_port: Returns: where a layer's port is. */
FaltungPoint faltung_canvas_port(const FaltungCanvasModel *model, int layer, FaltungPort port);
/** faltung_canvas_wire_name: Returns: (transfer none): what the text calls an end of an edge: a
 *  layer, or `input`. */
const char *faltung_canvas_wire_name(const FaltungCanvasModel *model, int node);

G_END_DECLS

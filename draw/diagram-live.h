/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/diagram.h"
#include "draw/picture.h"

/* Diagrams whose cards show what their layers put out: of the canvas and of `faltung inspect`. */

#define FALTUNG_LIVE_WIDTH 112 /* of the room for a card's picture, at the least */
#define FALTUNG_LIVE_MAPS_WIDTH                                                                    \
    196 /* the same of a layer with filters: they are beside its maps                              \
         */
#define FALTUNG_LIVE_HEIGHT 116

/** faltung_diagram_live: Returns: how such a diagram of @graph is laid out; @graph and @shut (see
 *  FaltungDiagramOptions) are not copied. */
FaltungDiagramOptions faltung_diagram_live(const FaltungGraph *graph, GHashTable *shut);

/** faltung_diagram_live_rect: Returns: where a picture of these sizes lies in the card of @node,
 *  relative to it: as large as there is room. */
FaltungRect faltung_diagram_live_rect(const FaltungDiagramNode *node, double width, double height);

/** faltung_diagram_draw_live: @pictures: one a node, (nullable) each. */
void faltung_diagram_draw_live(cairo_t *cr, const FaltungTheme *theme,
                               const FaltungDiagram *diagram, FaltungPicture *const *pictures);

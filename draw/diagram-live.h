/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/diagram.h"
#include "draw/inside-card.h"

/* Diagrams whose cards show what their layers put out: of the canvas and of `faltung inspect`. */

#define FALTUNG_LIVE_WIDTH 112 /* of the room for a card's picture, at the least */
/* The same of a layer that shows more than its output from near: the filters beside its maps, or
   what lies inside it. */
#define FALTUNG_LIVE_WIDE 196
#define FALTUNG_LIVE_INSIDE 112 /* of it, for what lies inside */
#define FALTUNG_LIVE_GAP 5
#define FALTUNG_LIVE_HEIGHT 116

/** faltung_diagram_live: Returns: how such a diagram of @graph is laid out; @graph and @shut (see
 *  FaltungDiagramOptions) are not copied. */
FaltungDiagramOptions faltung_diagram_live(const FaltungGraph *graph, GHashTable *shut);

/* What a card shows. */
typedef struct {
    FaltungPicture *output;    /* (nullable) */
    FaltungInsideCard *inside; /* (nullable) */
} FaltungCardPictures;

void faltung_card_pictures_clear(FaltungCardPictures *pictures);

/** faltung_card_pictures_take: what @layer has just put out, and what lies inside it.
 *  @values: its output
 *  @near: with filters, or what lies inside; that while the layer is being visited
 *  @scale: pixels of a unit */
FaltungCardPictures faltung_card_pictures_take(FaltungNetwork *network, int layer,
                                               const float *values, const FaltungSpelling *spelling,
                                               gboolean near, gboolean dark, double scale);

/** faltung_diagram_live_rect: Returns: where a layer's output, a picture of these sizes, lies in
 * the card of @node, relative to it: as large as there is room. @beside: what lies inside the layer
 * is right of it. */
FaltungRect faltung_diagram_live_rect(const FaltungDiagramNode *node, double width, double height,
                                      gboolean beside);
/** faltung_diagram_live_inside: Returns: the same of what lies inside the layer. */
FaltungRect faltung_diagram_live_inside(const FaltungDiagramNode *node);

/** faltung_diagram_draw_live: @pictures: one a node. */
void faltung_diagram_draw_live(cairo_t *cr, const FaltungTheme *theme,
                               const FaltungDiagram *diagram, const FaltungCardPictures *pictures);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/diagram.h"

/* Gives the nodes, whose sizes and edges are known, their places, and routes the edges.
   @edge_gaps: how long each edge is at least. */
void faltung_diagram_lay_out(FaltungDiagram *diagram, const double *edge_gaps, double node_gap);
/* The cards to where a person moved them. */
void faltung_diagram_take_places(FaltungDiagram *diagram, const FaltungGraph *graph);

/* Which layers have cards, and in which frames they stand: everything of nodes and frames but
   places. */
void faltung_diagram_find_cards(FaltungDiagram *diagram, const FaltungGraph *graph,
                                const FaltungDiagramOptions *options);
/* The frames around what they hold, and the size of it all. Returns: how far everything was moved,
   so that nothing sticks out. */
FaltungPoint faltung_diagram_enclose(FaltungDiagram *diagram);

/* The curve of a wire: it leaves and arrives along the diagram's direction. */
void faltung_curve(FaltungDirection direction, FaltungPoint from, FaltungPoint to,
                   FaltungPoint points[4]);

/* Puts the label beside the middle of the edge's first curve. */
void faltung_diagram_place_label(const FaltungDiagram *diagram, FaltungDiagramEdge *edge);

/* How a figure is coloured: the light theme on white, without anything that is seen through. */
const FaltungTheme *faltung_figure_theme(void);

#define FALTUNG_FRAME_PAD 12.0   /* around the cards */
#define FALTUNG_FRAME_TITLE 20.0 /* above them */
#define FALTUNG_CARD_PAD 10.0
#define FALTUNG_CARD_ICON 30.0
#define FALTUNG_CARD_GAP 10.0 /* between icon and text */

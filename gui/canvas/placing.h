/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/canvas/canvas-model.h"

G_BEGIN_DECLS

/*
 * Cards at places of one's own: moved, aligned, and snapped to each other, in the model's diagram.
 * The text says it afterwards.
 */

typedef enum {
    FALTUNG_ALIGN_LEFT,
    FALTUNG_ALIGN_CENTRE,
    FALTUNG_ALIGN_RIGHT,
    FALTUNG_ALIGN_TOP,
    FALTUNG_ALIGN_MIDDLE,
    FALTUNG_ALIGN_BOTTOM,
    FALTUNG_SPACE_ACROSS, /* even gaps between the cards, from left to right */
    FALTUNG_SPACE_DOWN,
    FALTUNG_ARRANGE, /* back to where the layout puts them */
} FaltungAlign;

/* What a card that is moved was snapped to: lines of the diagram, NAN: none. */
typedef struct {
    double x, y;
} FaltungSnap;

/** faltung_placing_route: the wires after cards were moved, as of faltung_diagram_route(); what was
 *  not moved stays where it is in the view. */
void faltung_placing_route(FaltungCanvasModel *model, gboolean around);

/** faltung_placing_move: the selected cards, by so much in the diagram; the wires wait for
 *  faltung_placing_route(). */
void faltung_placing_move(FaltungCanvasModel *model, double right, double down);

/** faltung_placing_align: the selected cards with each other; @how FALTUNG_ARRANGE: all, where none
 *  is selected. */
void faltung_placing_align(FaltungCanvasModel *model, FaltungAlign how);

/**
 * faltung_placing_snap:
 * @layer: whose card is in the hand
 * @right, @down: (inout): how far the selected cards are to be moved from where they are
 * @reach: how near in the diagram an edge or a middle of a card that is not selected attracts
 */
FaltungSnap faltung_placing_snap(const FaltungCanvasModel *model, int layer, double *right,
                                 double *down, double reach);

G_END_DECLS

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/canvas/placing.h"
#include "gui/training/snapshot.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FaltungCanvas: the network as a diagram that shows what the network does.
 *
 * Signals: "selected" after the selected layer changed; "activated" (a double click, Enter: its
 * properties are wanted); "view" after zoom or size changed; "edited" (FaltungCanvasEdit *): what a
 * person did to the diagram: whoever has the text does it there; "part" (FaltungSymbolPlace): which
 * part of the layer that was selected already was clicked: a wire, the picture, or the card.
 */
#define FALTUNG_TYPE_CANVAS (faltung_canvas_get_type())
G_DECLARE_FINAL_TYPE(FaltungCanvas, faltung_canvas, FALTUNG, CANVAS, GtkWidget)

typedef enum {
    FALTUNG_CANVAS_CONNECT, /* a wire: from, to; instead of the one to `moved`, where that is given
                             */
    FALTUNG_CANVAS_RESTART, /* wires: their ends take from instead */
    FALTUNG_CANVAS_CUT,     /* wires */
    FALTUNG_CANVAS_MOVE,    /* layer: onto the wire from, to */
    FALTUNG_CANVAS_PLACE,   /* layers: their cards to places of their own */
    FALTUNG_CANVAS_DROP,    /* item: onto the wire from, to; behind from; or anywhere */
    FALTUNG_CANVAS_SEARCH,  /* a layer is wanted: taking from, where that is given */
    FALTUNG_CANVAS_FIX,     /* layer: its badge was clicked */
    FALTUNG_CANVAS_MENU,
} FaltungCanvasEditKind;

typedef enum {
    FALTUNG_STEP_ALONE,
    FALTUNG_STEP_NUDGE, /* with others right before it */
    FALTUNG_STEP_PART,  /* with the edit before it, which made the layer */
} FaltungCanvasStep;

/* Where the card of a layer is to stand: so far from where the layout puts it. */
typedef struct {
    char *path; /* of the layer: layers.2 */
    int right, down;
} FaltungCanvasPlace;

/* Names are the text's: of layers, or `input`; (nullable) where the kind does not say more. */
typedef struct {
    FaltungCanvasEditKind kind;
    const char *layer, *from, *to, *moved, *item;
    const char *const *wires; /* from, to, from, to ... NULL */
    const GArray *places;     /* (element-type FaltungCanvasPlace) */
    FaltungCanvasStep step;   /* of undo, that these are */
    double x, y;              /* where, in the canvas */
} FaltungCanvasEdit;

GtkWidget *faltung_canvas_new(void);
/** faltung_canvas_set_editable: while it is not, the pointer only looks. */
void faltung_canvas_set_editable(FaltungCanvas *canvas, gboolean editable);

/** faltung_canvas_set_graph: @problems: (array zero-terminated=1): for each layer what its badge
 *  says; "": it has none. */
void faltung_canvas_set_graph(FaltungCanvas *canvas, const FaltungGraph *graph,
                              const char *const *problems);
/** faltung_canvas_set_snapshot: @snapshot: (nullable): pictures of the outputs. */
void faltung_canvas_set_snapshot(FaltungCanvas *canvas, FaltungSnapshot *snapshot);

int faltung_canvas_selected(FaltungCanvas *canvas);
void faltung_canvas_select(FaltungCanvas *canvas, int layer);
/** faltung_canvas_select_names: the layers of these names. */
void faltung_canvas_select_names(FaltungCanvas *canvas, const char *const *names);
/** faltung_canvas_chosen: Returns: (transfer full): the names of the selected layers. */
char **faltung_canvas_chosen(FaltungCanvas *canvas);

/** faltung_canvas_choose_flow: as of faltung_canvas_model_choose_flow(). */
void faltung_canvas_choose_flow(FaltungCanvas *canvas, gboolean forth);

/** faltung_canvas_align: as of faltung_placing_align(); a step of undo. */
void faltung_canvas_align(FaltungCanvas *canvas, FaltungAlign how);
/** faltung_canvas_place: puts the card of @layer so that (@x, @y) of the canvas is the middle of
 * its edge where wires arrive: part of the edit before, which made the layer. */
void faltung_canvas_place(FaltungCanvas *canvas, int layer, double x, double y);

/** faltung_canvas_block: as of faltung_canvas_model_block(). */
int faltung_canvas_block(FaltungCanvas *canvas, gboolean around);
void faltung_canvas_select_block(FaltungCanvas *canvas, int block);
/** faltung_canvas_shut_block: draws the block at @index as one card, or open again. */
void faltung_canvas_shut_block(FaltungCanvas *canvas, int block);

/** faltung_canvas_look_at: as of faltung_canvas_model_look_at(). */
void faltung_canvas_look_at(FaltungCanvas *canvas, double x, double y);
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

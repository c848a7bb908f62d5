/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/canvas/canvas-hit.h"
#include "gui/canvas/canvas.h"

G_BEGIN_DECLS

/*
 * The canvas' parts: canvas.c lays out, draws and has the keys; canvas-pointer.c has clicks,
 * panning and zooming; canvas-wires.c what is dragged: wires, cuts, nodes, a rectangle, layers from
 * outside; canvas-places.c where cards are put.
 */

typedef enum {
    FALTUNG_GRAB_NONE,
    FALTUNG_GRAB_PAN,
    FALTUNG_GRAB_WIRE,  /* from an output; its end follows the pointer */
    FALTUNG_GRAB_START, /* to another output; the ends of the wires stay */
    FALTUNG_GRAB_CUT,
    FALTUNG_GRAB_MARQUEE,
    FALTUNG_GRAB_NODE, /* to another place, or a wire that it will stand on */
    FALTUNG_GRAB_DROP, /* a layer from outside is over the canvas */
} FaltungGrab;

struct _FaltungCanvas {
    GtkWidget parent;
    FaltungCanvasModel *model;
    FaltungTheme theme;
    GPtrArray *nodes;     /* (element-type FaltungNodeView), owned by the widget tree */
    GskRenderNode *edges; /* cached, in the diagram's coordinates */
    FaltungLevel level;
    FaltungGraph *graph;
    GHashTable *shut; /* (element-type char*): blocks drawn as one card, as they are written */
    char **problems;  /* of each layer, or "" */
    gboolean editable, space_held;
    gboolean clicking;  /* the focus follows a click, which selects by itself */
    guint32 press_time; /* of the press before, milliseconds */
    FaltungPoint press_at;
    gboolean press_again;    /* the last press made a double click */
    gboolean press_selected; /* it was on what had been selected before */
    double pinch;            /* scale of the last pinch event */
    double pointer_x, pointer_y;
    guint told; /* source that tells of a new size */

    FaltungGrab grab;
    FaltungPoint grab_start, grab_now; /* in the view */
    int grab_layer;                    /* a wire's source; a node */
    int grab_from;   /* the layer that a wire's end was taken from; FALTUNG_NO_LAYER */
    int grab_target; /* the layer under a wire's end; FALTUNG_NO_LAYER */
    int grab_wire;   /* the edge under a node or a layer from outside; the one whose start is in the
                        hand; -1 */
    FaltungPoint grab_moved; /* how far the cards in the hand are, in the diagram */
    FaltungSnap snap;        /* what they are aligned with */
    gboolean *fits;          /* for the input and each layer, whether the wire can go there */
};

enum {
    FALTUNG_CANVAS_SELECTED,
    FALTUNG_CANVAS_ACTIVATED,
    FALTUNG_CANVAS_VIEW,
    FALTUNG_CANVAS_EDITED,
    FALTUNG_CANVAS_PART,
    FALTUNG_CANVAS_N_SIGNALS
};

/* canvas.c */
void faltung_canvas_update_nodes(FaltungCanvas *self);
void faltung_canvas_view_changed(FaltungCanvas *self);
/** After the selection in the model changed. */
void faltung_canvas_selection_changed(FaltungCanvas *self);
/** A part of the selected layer was clicked: a FaltungSymbolPlace. */
void faltung_canvas_emit_part(FaltungCanvas *self, int part);
void faltung_canvas_emit(FaltungCanvas *self, int signal, const FaltungCanvasEdit *edit);

/** Draws what the model has, whose cards have other places. */
void faltung_canvas_places_changed(FaltungCanvas *self);
/** Lays the graph out again. */
void faltung_canvas_lay_out(FaltungCanvas *self);

/* canvas-places.c */
void faltung_canvas_add_nudges(GtkWidgetClass *klass);
/** The cards in the hand to where the pointer is. */
void faltung_canvas_move_to(FaltungCanvas *self, double x, double y);
/** Says where the cards are now. */
void faltung_canvas_end_move(FaltungCanvas *self, FaltungCanvasStep step);
void faltung_canvas_draw_snap(FaltungCanvas *self, cairo_t *cr);

/* canvas-pointer.c */
void faltung_canvas_add_pointer(FaltungCanvas *self);
void faltung_canvas_set_cursor(FaltungCanvas *self);
int faltung_canvas_layer_at(FaltungCanvas *self, double x, double y);

/* canvas-wires.c */
void faltung_canvas_add_drop(FaltungCanvas *self);
/** What a drag with the first button at this place is; FALTUNG_GRAB_NONE: nothing. */
FaltungGrab faltung_canvas_grab_at(FaltungCanvas *self, double x, double y, GdkModifierType state);
void faltung_canvas_grab_to(FaltungCanvas *self, double x, double y);
void faltung_canvas_grab_end(FaltungCanvas *self, GdkModifierType state);
void faltung_canvas_grab_cancel(FaltungCanvas *self);
void faltung_canvas_draw_grab(FaltungCanvas *self, GtkSnapshot *snapshot);

G_END_DECLS

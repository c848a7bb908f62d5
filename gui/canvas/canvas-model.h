/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/diagram.h"

G_BEGIN_DECLS

/**
 * FaltungCanvasModel: what the canvas shows and through which window: the diagram, the selection,
 * zoom and position. It knows no widgets, so it is tested without a display.
 *
 * Two coordinates: the diagram's, and the view's (pixels of the widget): view = diagram * zoom +
 * offset.
 */
typedef struct {
    FaltungDiagram *diagram; /* (nullable): before the first graph */
    double zoom, offset_x, offset_y;
    double view_width, view_height;
    int selected;        /* a layer; FALTUNG_INPUT, FALTUNG_NO_LAYER */
    char *selected_name; /* so that the selection survives an edit */
    GHashTable *chosen;  /* (element-type char*): names of all selected layers, that one too */
    gboolean fitted;     /* follows the size of the view until a person moves it */
} FaltungCanvasModel;

typedef enum {
    FALTUNG_CANVAS_BACK,     /* against the edges */
    FALTUNG_CANVAS_FORTH,    /* along them */
    FALTUNG_CANVAS_ASIDE_UP, /* to a neighbour of the same rank */
    FALTUNG_CANVAS_ASIDE_DOWN,
} FaltungCanvasMove;

#define FALTUNG_ZOOM_MINIMUM 0.03 /* a hundred layers in a row are seen at once */
#define FALTUNG_ZOOM_MAXIMUM 8.0
/* Below this scale text is too small to read, and nodes become coloured shapes. */
#define FALTUNG_ZOOM_FAR 0.5
/* From here on maps have their filters beside them. */
#define FALTUNG_ZOOM_NEAR 1.25

FaltungCanvasModel *faltung_canvas_model_new(void);
void faltung_canvas_model_free(FaltungCanvasModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungCanvasModel, faltung_canvas_model_free)

/** faltung_canvas_model_set_graph: lays @graph out; the selection stays on the layer of the same
 *  name, or goes. */
void faltung_canvas_model_set_graph(FaltungCanvasModel *model, const FaltungGraph *graph,
                                    const FaltungTheme *theme,
                                    const FaltungDiagramOptions *options);
/** faltung_canvas_model_select: @layer alone. */
void faltung_canvas_model_select(FaltungCanvasModel *model, int layer);
/** faltung_canvas_model_choose: adds @layer to the selection, or takes it out of it. The input is
 *  selected alone or not at all. */
void faltung_canvas_model_choose(FaltungCanvasModel *model, int layer, gboolean chosen);
gboolean faltung_canvas_model_is_chosen(const FaltungCanvasModel *model, int layer);
/** faltung_canvas_model_chosen: Returns: (transfer full): the names of the selected layers, in the
 *  graph's order; NULL-terminated. */
char **faltung_canvas_model_chosen(const FaltungCanvasModel *model);

/** faltung_canvas_model_choose_flow: adds all that goes into the selected layers, or, @forth, all
 *  that they go into. */
void faltung_canvas_model_choose_flow(FaltungCanvasModel *model, gboolean forth);

/** faltung_canvas_model_block: Returns: the graph's index of the block that all of the selection
 * is, or, with @around, of the innermost around it; -1: of none. */
int faltung_canvas_model_block(const FaltungCanvasModel *model, gboolean around);
/** faltung_canvas_model_select_block: the cards of the block at @index, alone. */
void faltung_canvas_model_select_block(FaltungCanvasModel *model, int index);

FaltungLevel faltung_canvas_model_level(const FaltungCanvasModel *model);
/** faltung_canvas_model_node: Returns: (nullable): the node whose card stands for a layer, or the
 *  input's. */
const FaltungDiagramNode *faltung_canvas_model_node(const FaltungCanvasModel *model, int layer);

void faltung_canvas_model_resize(FaltungCanvasModel *model, double width, double height);
/** faltung_canvas_model_fit: all of it, as large as 150 % at most; where that would be too small
 *  to read, the beginning at a readable size unless @whole. */
void faltung_canvas_model_fit(FaltungCanvasModel *model, gboolean whole);
/** faltung_canvas_model_zoom: @factor times as large; what is at (@x, @y) stays there. */
void faltung_canvas_model_zoom(FaltungCanvasModel *model, double factor, double x, double y);
void faltung_canvas_model_pan(FaltungCanvasModel *model, double dx, double dy);
/** faltung_canvas_model_look_at: the point (@x, @y) of the diagram in the middle. */
void faltung_canvas_model_look_at(FaltungCanvasModel *model, double x, double y);
/** faltung_canvas_model_reveal: moves as little as is needed to see the node of @layer whole. */
void faltung_canvas_model_reveal(FaltungCanvasModel *model, int layer);
/** faltung_canvas_model_fit_chosen: the cards of the selected layers, as large as 150 % at most. */
void faltung_canvas_model_fit_chosen(FaltungCanvasModel *model);

FaltungPoint faltung_canvas_model_to_diagram(const FaltungCanvasModel *model, double x, double y);
FaltungRect faltung_canvas_model_to_view(const FaltungCanvasModel *model, FaltungRect rect);

/** faltung_canvas_model_neighbour: Returns: the layer that a move from @layer leads to, or
 *  FALTUNG_NO_LAYER. */
int faltung_canvas_model_neighbour(const FaltungCanvasModel *model, int layer,
                                   FaltungCanvasMove move);

G_END_DECLS

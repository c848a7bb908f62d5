/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/graph.h"
#include "draw/theme.h"

/*
 * Diagrams of networks: measure, lay out, draw. The layout is a plain struct that the canvas of
 * the application uses as well; cards may be moved and the wires routed anew.
 */

typedef enum {
    FALTUNG_LEFT_TO_RIGHT,
    FALTUNG_TOP_TO_BOTTOM,
} FaltungDirection;

typedef enum {
    FALTUNG_LEVEL_FAR,    /* coloured shapes */
    FALTUNG_LEVEL_NORMAL, /* cards with name and options, shapes on the edges */
    FALTUNG_LEVEL_PAPER,  /* the same, flat, with arrows */
} FaltungLevel;

typedef struct {
    int layer;           /* index in the graph; FALTUNG_INPUT */
    int card;            /* the layer whose card stands for it: its own; else it has none: it is
                            another copy of a block's layer, or in a block that is shut */
    int first, n_layers; /* what its card stands for: the layer, or a block's that is shut */
    int block;           /* that one's index in the graph; -1: none */
    int copies;          /* of the layer, of which the last has the card */
    int frame;           /* the innermost around its card; -1 */
    FaltungRect rect;    /* the card */
    FaltungPoint moved;  /* by a person, from where the layout puts it */
    FaltungRect picture; /* room for a picture in the card, relative to rect; height 0: none */
    FaltungGroup group;  /* FALTUNG_N_GROUPS: the input */
    gboolean bypassed;   /* drawn faintly */
    char *name;          /* as it is written: encoder/conv1 */
    char *title;         /* without the names of the blocks around it: conv1 */
    char *kind;          /* the operation's title: "2-D convolution" */
    char *details;       /* "filters 16 · kernel 5 · tanh"; "" where there are none */
    int rank, order;     /* position in the layers of the layout */
} FaltungDiagramNode;

typedef struct {
    int from, to;         /* indices of nodes */
    int input;            /* which input of the layer */
    int n_points;         /* 1 + 3 k: a chain of cubic curves */
    FaltungPoint *points; /* start, then two control points and an end for each curve */
    int n_laid;           /* the same, as the layout has them */
    FaltungPoint *laid;
    FaltungPoint label_at; /* the label's middle */
    char *label;           /* shape of what passes: `16 × 28 × 28`; "" where it is not known */
    double thickness;      /* far away: it grows with the logarithm of the number of values */
} FaltungDiagramEdge;

/* Around the cards of a block that is drawn open: of its last copy. */
typedef struct {
    int block;        /* index in the graph */
    int parent;       /* the frame around it, which comes before it; -1 */
    char *title;      /* in its upper edge: `encoder × 3` */
    FaltungRect rect; /* title and margin included */
} FaltungDiagramFrame;

typedef struct {
    FaltungDirection direction;
    gboolean compact;
    double margin;
    double width, height; /* of everything, margins included */
    int n_nodes, n_edges, n_frames;
    FaltungDiagramNode *nodes; /* 0: the input; i + 1: layer i */
    FaltungDiagramEdge *edges;
    FaltungDiagramFrame *frames;
} FaltungDiagram;

/* How the layout is made. Zero-initialised it is sensible. */
typedef struct {
    FaltungDirection direction;
    gboolean compact;                  /* small equal squares, to be drawn at FALTUNG_LEVEL_FAR */
    double picture_height;             /* room for a picture in each card */
    double minimum_width;              /* of a card */
    double rank_gap, node_gap, margin; /* 0: the defaults */
    GHashTable *shut; /* (nullable) (element-type char*): blocks drawn as one card, as written */
    /* (nullable): changes the size of a card, given as measured from its text */
    void (*measure)(int layer, double *width, double *height, gpointer data);
    gpointer data;
} FaltungDiagramOptions;

/**
 * faltung_diagram_new:
 * @graph: shapes may be missing where it cannot run; it is drawn all the same
 * @options: (nullable)
 *
 * Lays out @graph: layers by longest path, order by barycentre, stable under small changes. Cards
 * that a person moved are moved as far from there, in a diagram from left to right that is not
 * compact.
 */
FaltungDiagram *faltung_diagram_new(const FaltungGraph *graph, const FaltungTheme *theme,
                                    const FaltungDiagramOptions *options);
void faltung_diagram_free(FaltungDiagram *diagram);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungDiagram, faltung_diagram_free)

/** faltung_diagram_move: moves a card and notes it; faltung_diagram_route() has to follow. */
void faltung_diagram_move(FaltungDiagram *diagram, int node, double right, double down);
/**
 * faltung_diagram_route:
 * @around: wires go around the cards; else straight, as while a card is in the hand
 *
 * The wires and frames anew, after cards were moved. Returns: how far all of it had to be moved, to
 * begin at the margin.
 */
FaltungPoint faltung_diagram_route(FaltungDiagram *diagram, gboolean around);

/** faltung_diagram_edge_between: fills @points (4) with the curve from one card to another; for
 *  a wire that is being drawn give the pointer as an empty @to. */
void faltung_diagram_edge_between(FaltungDirection direction, FaltungRect from, FaltungRect to,
                                  FaltungPoint *points);

/** faltung_curve_at: Returns: the point at @t (0 to 1) on the curve of @points (4). */
FaltungPoint faltung_curve_at(const FaltungPoint *points, double t);

/** faltung_diagram_input_port: Returns: where edges arrive at a card (output_port: leave it). */
FaltungPoint faltung_diagram_input_port(FaltungDirection direction, FaltungRect rect);
FaltungPoint faltung_diagram_output_port(FaltungDirection direction, FaltungRect rect);

/** faltung_diagram_new_figure: Returns: (transfer full): @graph as a figure of a paper or a page:
 *  without a margin, to be drawn by faltung_diagram_draw_figure(). */
FaltungDiagram *faltung_diagram_new_figure(const FaltungGraph *graph, FaltungDirection direction);
void faltung_diagram_draw_figure(cairo_t *cr, const FaltungDiagram *figure);

/**
 * faltung_diagram_write:
 * @path: ends in `.pdf`, `.svg`, `.png` or `.tikz`; an existing file is replaced
 *
 * Writes @graph as a figure, whole or not at all: light, flat, on nothing or on white, as large as
 * it needs to be. A unit is 3/4 pt. TikZ asks for no more than the package `tikz`.
 */
gboolean faltung_diagram_write(const FaltungGraph *graph, FaltungDirection direction,
                               const char *path, GError **error);

/** faltung_diagram_tikz: Returns: (transfer full): the figure as a `tikzpicture`. */
char *faltung_diagram_tikz(const FaltungDiagram *figure);

/** faltung_diagram_node_at: Returns: the index of the node at (@x, @y), or -1. */
int faltung_diagram_node_at(const FaltungDiagram *diagram, double x, double y);
/** faltung_diagram_has_card: whether node @index is drawn. */
gboolean faltung_diagram_has_card(const FaltungDiagram *diagram, int index);
/** faltung_diagram_frame_at: Returns: the index of the innermost frame whose title is at (@x, @y),
 *  or -1. */
int faltung_diagram_frame_at(const FaltungDiagram *diagram, double x, double y);

#define FALTUNG_BYPASSED_ALPHA 0.4 /* of a card, and the picture on it */

typedef enum {
    FALTUNG_NODE_SELECTED = 1 << 0,
    FALTUNG_NODE_HOVERED = 1 << 1,
    FALTUNG_NODE_ERROR = 1 << 2,
    FALTUNG_NODE_FOCUSED = 1 << 3,
} FaltungNodeState;

void faltung_diagram_draw_node(cairo_t *cr, const FaltungTheme *theme,
                               const FaltungDiagram *diagram, const FaltungDiagramNode *node,
                               FaltungLevel level, FaltungNodeState state);
void faltung_diagram_draw_frame(cairo_t *cr, const FaltungTheme *theme,
                                const FaltungDiagramFrame *frame, FaltungLevel level,
                                gboolean selected);
/** faltung_diagram_trace_edge: adds the wire to the path. */
void faltung_diagram_trace_edge(cairo_t *cr, const FaltungDiagramEdge *edge);
void faltung_diagram_draw_edge(cairo_t *cr, const FaltungTheme *theme,
                               const FaltungDiagramEdge *edge, FaltungLevel level,
                               gboolean highlighted);

/** faltung_diagram_draw: edges, then nodes, without a background. */
void faltung_diagram_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungDiagram *diagram,
                          FaltungLevel level);

/** faltung_diagram_draw_fit: the whole diagram, centred in @rect and never enlarged; the level
 *  follows the scale. For gallery cards, of a compact diagram. */
void faltung_diagram_draw_fit(cairo_t *cr, const FaltungTheme *theme, const FaltungDiagram *diagram,
                              FaltungRect rect);

/** faltung_layer_details: Returns: (transfer full): the one or two options that matter, and the
 *  activation: "filters 16 · kernel 5 · tanh". */
char *faltung_layer_details(const FaltungLayer *layer);

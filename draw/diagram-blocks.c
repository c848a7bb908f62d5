/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/copies.h"
#include "draw/diagram-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/*
 * Blocks in a diagram: open as a frame around the cards of the last copy, shut as one card, that of
 * the last layer. The other layers keep their nodes, so that node i + 1 is layer i, but are not
 * drawn.
 */

static const FaltungLayerBlock *block_at(const FaltungGraph *graph, int index) {
    return graph->blocks->pdata[index];
}

static gboolean holds(const FaltungLayerBlock *block, int layer) {
    return layer >= block->first && layer < block->first + block->n_layers;
}

/* The outermost block around @layer that is shut, or -1. */
static int shut_around(const FaltungGraph *graph, GHashTable *shut, int layer) {
    for (guint i = 0; shut && i < graph->blocks->len; i++) {
        g_autofree char *written = faltung_item_name(block_at(graph, (int)i)->name);
        if (holds(block_at(graph, (int)i), layer) && g_hash_table_contains(shut, written))
            return (int)i;
    }
    return -1;
}

/* A name without that of the block around it. */
static char *own_name(const char *name, const FaltungLayerBlock *around) {
    g_autofree char *written = faltung_item_name(name);
    g_autofree char *outer = around ? faltung_item_name(around->name) : g_strdup("");
    return g_strdup(written + (around ? strlen(outer) + 1 : 0));
}

static char *block_title(const FaltungLayerBlock *block, const FaltungLayerBlock *around) {
    g_autofree char *own = own_name(block->name, around);
    return block->repeat > 1 ? g_strdup_printf("%s × %d", own, block->repeat) : g_strdup(own);
}

static int frame_around(const FaltungDiagram *diagram, const FaltungGraph *graph, int layer) {
    int found = -1;
    for (int f = 0; f < diagram->n_frames; f++) {
        if (holds(block_at(graph, diagram->frames[f].block), layer))
            found = f;
    }
    return found;
}

static const FaltungLayerBlock *block_of_frame(const FaltungDiagram *diagram,
                                               const FaltungGraph *graph, int frame) {
    return frame < 0 ? NULL : block_at(graph, diagram->frames[frame].block);
}

static void add_frames(FaltungDiagram *diagram, const FaltungGraph *graph, GHashTable *shut) {
    diagram->frames = g_new0(FaltungDiagramFrame, graph->blocks->len + 1);
    for (guint i = 0; i < graph->blocks->len && !diagram->compact; i++) {
        const FaltungLayerBlock *block = block_at(graph, (int)i);
        int last = block->first + block->n_layers - 1;
        if (faltung_graph_copy_of(graph, last, TRUE) != last || shut_around(graph, shut, last) >= 0)
            continue;
        int parent = frame_around(diagram, graph, last);
        diagram->frames[diagram->n_frames++] = (FaltungDiagramFrame){
            (int)i, parent, block_title(block, block_of_frame(diagram, graph, parent)), {0}};
    }
}

static void shut_card(FaltungDiagramNode *node, const FaltungGraph *graph,
                      const FaltungLayerBlock *around) {
    const FaltungLayerBlock *block = block_at(graph, node->block);
    int each = block->n_layers / block->repeat;
    node->first = block->first;
    node->n_layers = block->n_layers;
    g_free(node->title);
    g_free(node->kind);
    g_free(node->details);
    node->title = block_title(block, around);
    node->kind = g_strdup(_("Block"));
    node->details = g_strdup_printf(ngettext("%d layer", "%d layers", (gulong)each), each);
}

void faltung_diagram_find_cards(FaltungDiagram *diagram, const FaltungGraph *graph,
                                const FaltungDiagramOptions *options) {
    add_frames(diagram, graph, options->shut);
    for (int i = 0; i < diagram->n_nodes; i++) {
        FaltungDiagramNode *node = &diagram->nodes[i];
        int layer = node->layer;
        node->first = node->card = layer;
        node->n_layers = node->copies = 1;
        node->block = node->frame = -1;
        if (layer == FALTUNG_INPUT)
            continue;
        int copy = faltung_graph_copy_of(graph, layer, TRUE);
        for (guint b = 0; b < graph->blocks->len; b++)
            node->copies *=
                holds(block_at(graph, (int)b), layer) ? block_at(graph, (int)b)->repeat : 1;
        node->block = shut_around(graph, options->shut, copy);
        node->card = copy;
        if (node->block >= 0)
            node->card =
                block_at(graph, node->block)->first + block_at(graph, node->block)->n_layers - 1;
        node->frame = frame_around(diagram, graph, node->card);
        const FaltungLayerBlock *around = block_of_frame(diagram, graph, node->frame);
        g_free(node->title);
        node->title = own_name(faltung_graph_layer(graph, layer)->name, around);
        if (node->block >= 0 && node->card == layer)
            shut_card(node, graph, around);
    }
}

gboolean faltung_diagram_has_card(const FaltungDiagram *diagram, int index) {
    return diagram->nodes[index].card == diagram->nodes[index].layer;
}

/* -- places ------------------------------------------------------------------------------- */

static FaltungRect joined(FaltungRect a, FaltungRect b) {
    if (a.width == 0)
        return b;
    double x = MIN(a.x, b.x), y = MIN(a.y, b.y);
    return (FaltungRect){x, y, MAX(a.x + a.width, b.x + b.width) - x,
                         MAX(a.y + a.height, b.y + b.height) - y};
}

static void move_points(FaltungPoint *points, int n_points, double dx, double dy) {
    for (int i = 0; i < n_points; i++) {
        points[i].x += dx;
        points[i].y += dy;
    }
}

static void move_all(FaltungDiagram *diagram, double dx, double dy) {
    for (int i = 0; i < diagram->n_nodes; i++) {
        diagram->nodes[i].rect.x += dx;
        diagram->nodes[i].rect.y += dy;
    }
    for (int f = 0; f < diagram->n_frames; f++) {
        diagram->frames[f].rect.x += dx;
        diagram->frames[f].rect.y += dy;
    }
    for (int e = 0; e < diagram->n_edges; e++) {
        FaltungDiagramEdge *edge = &diagram->edges[e];
        move_points(edge->points, edge->n_points, dx, dy);
        move_points(edge->laid, edge->n_laid, dx, dy);
        edge->label_at.x += dx;
        edge->label_at.y += dy;
    }
}

static void place_frames(FaltungDiagram *diagram) {
    for (int f = 0; f < diagram->n_frames; f++)
        diagram->frames[f].rect = (FaltungRect){0};
    for (int f = diagram->n_frames - 1; f >= 0; f--) { /* inner ones first */
        FaltungDiagramFrame *frame = &diagram->frames[f];
        FaltungRect rect = frame->rect; /* of the frames in it */
        for (int i = 0; i < diagram->n_nodes; i++) {
            if (diagram->nodes[i].frame == f && faltung_diagram_has_card(diagram, i))
                rect = joined(rect, diagram->nodes[i].rect);
        }
        double pad = FALTUNG_FRAME_PAD, title = FALTUNG_FRAME_TITLE;
        frame->rect = (FaltungRect){rect.x - pad, rect.y - pad - title, rect.width + 2 * pad,
                                    rect.height + 2 * pad + title};
        if (frame->parent >= 0)
            diagram->frames[frame->parent].rect =
                joined(diagram->frames[frame->parent].rect, frame->rect);
    }
}

/* Of cards, frames and wires. */
static FaltungRect find_extent(const FaltungDiagram *diagram) {
    FaltungRect extent = {0};
    for (int i = 0; i < diagram->n_nodes; i++) {
        if (faltung_diagram_has_card(diagram, i))
            extent = joined(extent, diagram->nodes[i].rect);
    }
    for (int f = 0; f < diagram->n_frames; f++)
        extent = joined(extent, diagram->frames[f].rect);
    for (int e = 0; e < diagram->n_edges; e++) {
        for (int i = 0; i < diagram->edges[e].n_points; i++) {
            FaltungPoint at = diagram->edges[e].points[i];
            extent = joined(extent, (FaltungRect){at.x, at.y, 0, 0});
        }
    }
    return extent;
}

FaltungPoint faltung_diagram_enclose(FaltungDiagram *diagram) {
    place_frames(diagram);
    FaltungRect extent = find_extent(diagram);
    FaltungPoint shift = {MAX(ceil(diagram->margin - extent.x), 0),
                          MAX(ceil(diagram->margin - extent.y), 0)};
    move_all(diagram, shift.x, shift.y);
    diagram->width = ceil(extent.x + extent.width + shift.x + diagram->margin);
    diagram->height = ceil(extent.y + extent.height + shift.y + diagram->margin);
    return shift;
}

int faltung_diagram_frame_at(const FaltungDiagram *diagram, double x, double y) {
    for (int f = diagram->n_frames - 1; f >= 0; f--) {
        FaltungRect rect = diagram->frames[f].rect;
        if (x >= rect.x && x < rect.x + rect.width && y >= rect.y &&
            y < rect.y + FALTUNG_FRAME_TITLE + FALTUNG_FRAME_PAD / 2)
            return f;
    }
    return -1;
}

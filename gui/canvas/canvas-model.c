/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/canvas-model.h"

#include "gui/training/snapshot.h"

#include <math.h>
#include <string.h>

#define READABLE 0.65 /* the smallest zoom that the first view chooses */
#define LARGEST 1.5   /* and the largest: beyond, a small network would shout */
#define EDGE 24       /* pixels kept in view while panning, and around what is revealed */

FaltungCanvasModel *faltung_canvas_model_new(void) {
    FaltungCanvasModel *model = g_new0(FaltungCanvasModel, 1);
    model->zoom = 1;
    model->fitted = TRUE;
    model->selected = FALTUNG_NO_LAYER;
    model->chosen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return model;
}

void faltung_canvas_model_free(FaltungCanvasModel *model) {
    g_clear_pointer(&model->diagram, faltung_diagram_free);
    g_free(model->selected_name);
    g_hash_table_unref(model->chosen);
    g_free(model);
}

const FaltungDiagramNode *faltung_canvas_model_node(const FaltungCanvasModel *model, int layer) {
    int index = layer + 1;
    if (model->diagram == NULL || index < 0 || index >= model->diagram->n_nodes) {
        return NULL;
    }
    return &model->diagram->nodes[model->diagram->nodes[index].card + 1];
}

static void set_selected(FaltungCanvasModel *model, int layer) {
    const FaltungDiagramNode *node = faltung_canvas_model_node(model, layer);
    model->selected = node != NULL ? node->layer : FALTUNG_NO_LAYER;
    g_free(model->selected_name);
    model->selected_name = node != NULL ? g_strdup(node->name) : NULL;
}

void faltung_canvas_model_select(FaltungCanvasModel *model, int layer) {
    g_hash_table_remove_all(model->chosen);
    set_selected(model, layer);
    if (model->selected >= 0) {
        g_hash_table_add(model->chosen, g_strdup(model->selected_name));
    }
}

void faltung_canvas_model_choose(FaltungCanvasModel *model, int layer, gboolean chosen) {
    const FaltungDiagramNode *node = faltung_canvas_model_node(model, layer);
    if (node == NULL || layer == FALTUNG_INPUT) {
        return;
    }
    if (chosen) {
        g_hash_table_add(model->chosen, g_strdup(node->name));
        set_selected(model, layer);
        return;
    }
    g_hash_table_remove(model->chosen, node->name);
    if (model->selected == node->layer) {
        set_selected(model, FALTUNG_NO_LAYER);
    }
}

gboolean faltung_canvas_model_is_chosen(const FaltungCanvasModel *model, int layer) {
    const FaltungDiagramNode *node = faltung_canvas_model_node(model, layer);
    return node != NULL &&
           (layer == FALTUNG_INPUT ? model->selected == layer
                                   : g_hash_table_contains(model->chosen, node->name));
}

char **faltung_canvas_model_chosen(const FaltungCanvasModel *model) {
    GPtrArray *names = g_ptr_array_new();
    int n = model->diagram != NULL ? model->diagram->n_nodes : 0;
    for (int i = 0; i < n - 1; i++) {
        const FaltungDiagramNode *node = &model->diagram->nodes[i + 1];
        gboolean chosen = node->card == i && faltung_canvas_model_is_chosen(model, i);
        for (int k = 0; chosen && k < node->n_layers; k++) {
            const char *name = model->diagram->nodes[node->first + k + 1].name;
            if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL)) {
                g_ptr_array_add(names, g_strdup(name)); /* of all copies once */
            }
        }
    }
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

/* Inputs come before whoever takes them: one pass along the layers' order, or against it. */
void faltung_canvas_model_choose_flow(FaltungCanvasModel *model, gboolean forth) {
    const FaltungDiagram *diagram = model->diagram;
    int selected = model->selected, n = diagram != NULL ? diagram->n_nodes : 0;
    for (int k = 0; k < n; k++) {
        int node = forth ? k : n - 1 - k;
        for (int e = 0; e < diagram->n_edges; e++) {
            const FaltungDiagramEdge *edge = &diagram->edges[e];
            int here = forth ? edge->to : edge->from, from = forth ? edge->from : edge->to;
            if (here == node && faltung_canvas_model_is_chosen(model, from - 1)) {
                faltung_canvas_model_choose(model, node - 1, TRUE);
            }
        }
    }
    set_selected(model, selected);
}

/* A layer that is called otherwise now is chosen as before. */
static void follow_names(FaltungCanvasModel *model, const FaltungGraph *graph) {
    int n = (int)graph->layers->len;
    for (int i = 0; model->diagram != NULL && model->diagram->n_nodes == n + 1 && i < n; i++) {
        const char *before = model->diagram->nodes[i + 1].name;
        g_autofree char *now = faltung_item_name(faltung_graph_layer(graph, i)->name);
        if (faltung_graph_find(graph, before) < 0 && g_hash_table_remove(model->chosen, before)) {
            g_hash_table_add(model->chosen, g_strdup(now));
            if (model->selected == i) {
                g_free(model->selected_name);
                model->selected_name = g_strdup(now);
            }
        }
    }
}

/* --- blocks --- */

static gboolean is_in(const FaltungDiagram *diagram, const FaltungDiagramNode *node, int frame) {
    int in = node->card == node->layer ? node->frame : -1;
    while (in >= 0 && in != frame) {
        in = diagram->frames[in].parent;
    }
    return in == frame;
}

/* Whether all cards in the frame are selected (at least two: one could be meant alone), and nothing
   else; with @around whether all that is selected is in it. */
static gboolean is_chosen_frame(const FaltungCanvasModel *model, int frame, gboolean around) {
    guint all = 0, chosen = 0;
    for (int i = 0; i < model->diagram->n_nodes; i++) {
        gboolean in = is_in(model->diagram, &model->diagram->nodes[i], frame);
        all += in;
        chosen += in && faltung_canvas_model_is_chosen(model, i - 1);
    }
    gboolean nothing_else = chosen > 0 && chosen == g_hash_table_size(model->chosen);
    return nothing_else && (around || (chosen == all && all > 1));
}

int faltung_canvas_model_block(const FaltungCanvasModel *model, gboolean around) {
    const FaltungDiagramNode *node = faltung_canvas_model_node(model, model->selected);
    if (node != NULL && node->block >= 0 && g_hash_table_size(model->chosen) == 1) {
        return node->block;
    }
    int n = model->diagram != NULL ? model->diagram->n_frames : 0, found = -1;
    for (int f = 0; f < n; f++) { /* outer ones come first */
        if (is_chosen_frame(model, f, FALSE)) {
            return model->diagram->frames[f].block;
        }
        if (around && is_chosen_frame(model, f, TRUE)) {
            found = model->diagram->frames[f].block;
        }
    }
    return found;
}

void faltung_canvas_model_select_block(FaltungCanvasModel *model, int index) {
    faltung_canvas_model_select(model, FALTUNG_NO_LAYER);
    int n = model->diagram != NULL ? model->diagram->n_nodes : 0;
    for (int i = 0; i < n; i++) {
        const FaltungDiagramNode *node = &model->diagram->nodes[i];
        gboolean in = node->card == node->layer && node->block >= 0 && node->block == index;
        for (int f = 0; f < model->diagram->n_frames && !in; f++) {
            in = model->diagram->frames[f].block == index && is_in(model->diagram, node, f);
        }
        if (in) {
            faltung_canvas_model_choose(model, node->layer, TRUE);
        }
    }
}

/* Names that no layer has any longer are forgotten. */
static void follow_graph(FaltungCanvasModel *model, const FaltungGraph *graph) {
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, model->chosen);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        if (faltung_graph_find(graph, name) < 0) {
            g_hash_table_iter_remove(&iter);
        }
    }
    if (model->selected >= 0) {
        int found = faltung_graph_find(graph, model->selected_name);
        set_selected(model, found >= 0 ? found : FALTUNG_NO_LAYER);
    }
}

static const FaltungDiagramNode *find_alike(const FaltungDiagram *diagram,
                                            const FaltungDiagramNode *node) {
    for (int i = 0; i < diagram->n_nodes; i++) {
        const FaltungDiagramNode *other = &diagram->nodes[i];
        if (faltung_diagram_has_card(diagram, i) && strcmp(other->name, node->name) == 0 &&
            other->moved.x == node->moved.x && other->moved.y == node->moved.y) {
            return other;
        }
    }
    return NULL;
}

/* A card of both diagrams that is as far moved as before, the selected one or the one nearest to
   the middle of the view, stays where it was. */
static void keep_place(FaltungCanvasModel *model, const FaltungDiagram *before) {
    FaltungPoint middle =
        faltung_canvas_model_to_diagram(model, model->view_width / 2, model->view_height / 2);
    FaltungPoint by = {0, 0};
    double nearest = INFINITY;
    for (int i = 0; i < before->n_nodes; i++) {
        const FaltungDiagramNode *node = &before->nodes[i];
        FaltungRect rect = node->rect;
        double distance =
            g_strcmp0(node->name, model->selected_name) == 0
                ? -1
                : hypot(rect.x + rect.width / 2 - middle.x, rect.y + rect.height / 2 - middle.y);
        const FaltungDiagramNode *now = distance < nearest && faltung_diagram_has_card(before, i)
                                            ? find_alike(model->diagram, node)
                                            : NULL;
        if (now != NULL) {
            nearest = distance;
            by = (FaltungPoint){rect.x - now->rect.x, rect.y - now->rect.y};
        }
    }
    model->offset_x += by.x * model->zoom;
    model->offset_y += by.y * model->zoom;
}

void faltung_canvas_model_set_graph(FaltungCanvasModel *model, const FaltungGraph *graph,
                                    const FaltungTheme *theme,
                                    const FaltungDiagramOptions *options) {
    follow_names(model, graph);
    g_autoptr(FaltungDiagram) before = g_steal_pointer(&model->diagram);
    model->diagram = faltung_diagram_new(graph, theme, options);
    if (model->fitted) {
        faltung_canvas_model_fit(model, FALSE);
    } else if (before != NULL) {
        keep_place(model, before);
    }
    follow_graph(model, graph);
}

FaltungLevel faltung_canvas_model_level(const FaltungCanvasModel *model) {
    return model->zoom < FALTUNG_ZOOM_FAR ? FALTUNG_LEVEL_FAR : FALTUNG_LEVEL_NORMAL;
}

/* Something of the diagram always stays in view. */
static void keep_in_view(FaltungCanvasModel *model) {
    if (model->diagram == NULL) {
        return;
    }
    double width = model->diagram->width * model->zoom,
           height = model->diagram->height * model->zoom;
    double margin_x = MIN(model->view_width / 2, 160), margin_y = MIN(model->view_height / 2, 120);
    model->offset_x = CLAMP(model->offset_x, margin_x - width, model->view_width - margin_x);
    model->offset_y = CLAMP(model->offset_y, margin_y - height, model->view_height - margin_y);
}

void faltung_canvas_model_resize(FaltungCanvasModel *model, double width, double height) {
    if (width == model->view_width && height == model->view_height) {
        return;
    }
    model->view_width = width;
    model->view_height = height;
    if (model->fitted) {
        faltung_canvas_model_fit(model, FALSE);
    } else {
        keep_in_view(model);
    }
}

void faltung_canvas_model_fit(FaltungCanvasModel *model, gboolean whole) {
    if (model->diagram == NULL || model->view_width <= 0 || model->view_height <= 0) {
        return;
    }
    const FaltungDiagram *diagram = model->diagram;
    double zoom = MIN(model->view_width / diagram->width, model->view_height / diagram->height);
    double least = whole ? FALTUNG_ZOOM_MINIMUM : READABLE;
    model->zoom = CLAMP(zoom, least, LARGEST);
    double width = diagram->width * model->zoom, height = diagram->height * model->zoom;
    model->offset_x = width <= model->view_width ? (model->view_width - width) / 2 : 0;
    model->offset_y = (model->view_height - height) / 2;
    if (diagram->direction == FALTUNG_TOP_TO_BOTTOM && height > model->view_height) {
        model->offset_y = 0;
    }
}

void faltung_canvas_model_zoom(FaltungCanvasModel *model, double factor, double x, double y) {
    double zoom = CLAMP(model->zoom * factor, FALTUNG_ZOOM_MINIMUM, FALTUNG_ZOOM_MAXIMUM);
    factor = zoom / model->zoom;
    model->offset_x = x - (x - model->offset_x) * factor;
    model->offset_y = y - (y - model->offset_y) * factor;
    model->zoom = zoom;
    model->fitted = FALSE;
    keep_in_view(model);
}

void faltung_canvas_model_pan(FaltungCanvasModel *model, double dx, double dy) {
    model->offset_x += dx;
    model->offset_y += dy;
    model->fitted = FALSE;
    keep_in_view(model);
}

void faltung_canvas_model_look_at(FaltungCanvasModel *model, double x, double y) {
    model->offset_x = model->view_width / 2 - x * model->zoom;
    model->offset_y = model->view_height / 2 - y * model->zoom;
    model->fitted = FALSE;
    keep_in_view(model);
}

static double shift_into(double from, double to, double size) {
    if (to - from > size - 2 * EDGE) {
        return EDGE - from;
    }
    return from < EDGE ? EDGE - from : to > size - EDGE ? size - EDGE - to : 0;
}

void faltung_canvas_model_reveal(FaltungCanvasModel *model, int layer) {
    const FaltungDiagramNode *node = faltung_canvas_model_node(model, layer);
    if (node == NULL) {
        return;
    }
    FaltungRect rect = faltung_canvas_model_to_view(model, node->rect);
    model->offset_x += shift_into(rect.x, rect.x + rect.width, model->view_width);
    model->offset_y += shift_into(rect.y, rect.y + rect.height, model->view_height);
}

void faltung_canvas_model_fit_chosen(FaltungCanvasModel *model) {
    double left = G_MAXDOUBLE, top = G_MAXDOUBLE, right = -G_MAXDOUBLE, bottom = -G_MAXDOUBLE;
    int n = model->diagram != NULL ? model->diagram->n_nodes : 0;
    for (int i = 0; i < n; i++) {
        if (faltung_canvas_model_is_chosen(model, i - 1)) {
            FaltungRect rect = faltung_canvas_model_node(model, i - 1)->rect;
            left = MIN(left, rect.x);
            top = MIN(top, rect.y);
            right = MAX(right, rect.x + rect.width);
            bottom = MAX(bottom, rect.y + rect.height);
        }
    }
    if (right < left) {
        return;
    }
    double zoom = MIN((model->view_width - 2 * EDGE) / (right - left),
                      (model->view_height - 2 * EDGE) / (bottom - top));
    model->zoom = CLAMP(zoom, FALTUNG_ZOOM_MINIMUM, LARGEST);
    faltung_canvas_model_look_at(model, (left + right) / 2, (top + bottom) / 2);
}

FaltungPoint faltung_canvas_model_to_diagram(const FaltungCanvasModel *model, double x, double y) {
    return (FaltungPoint){(x - model->offset_x) / model->zoom, (y - model->offset_y) / model->zoom};
}

FaltungRect faltung_canvas_model_to_view(const FaltungCanvasModel *model, FaltungRect rect) {
    return (FaltungRect){rect.x * model->zoom + model->offset_x,
                         rect.y * model->zoom + model->offset_y, rect.width * model->zoom,
                         rect.height * model->zoom};
}

static int along(const FaltungDiagram *diagram, int node, gboolean forth) {
    int best = -1;
    for (int i = 0; i < diagram->n_edges; i++) {
        const FaltungDiagramEdge *edge = &diagram->edges[i];
        int here = forth ? edge->from : edge->to, there = forth ? edge->to : edge->from;
        if (here == node &&
            (best < 0 || diagram->nodes[there].order < diagram->nodes[best].order)) {
            best = there;
        }
    }
    return best;
}

static int aside(const FaltungDiagram *diagram, int node, int by) {
    for (int i = 0; i < diagram->n_nodes; i++) {
        if (diagram->nodes[i].rank == diagram->nodes[node].rank &&
            diagram->nodes[i].order == diagram->nodes[node].order + by) {
            return i;
        }
    }
    return -1;
}

int faltung_canvas_model_neighbour(const FaltungCanvasModel *model, int layer,
                                   FaltungCanvasMove move) {
    const FaltungDiagramNode *node = faltung_canvas_model_node(model, layer);
    if (node == NULL) {
        return model->diagram != NULL ? FALTUNG_INPUT : FALTUNG_NO_LAYER;
    }
    int index = layer + 1, found;
    switch (move) {
    case FALTUNG_CANVAS_BACK:
        found = along(model->diagram, index, FALSE);
        break;
    case FALTUNG_CANVAS_FORTH:
        found = along(model->diagram, index, TRUE);
        break;
    case FALTUNG_CANVAS_ASIDE_UP:
        found = aside(model->diagram, index, -1);
        break;
    default:
        found = aside(model->diagram, index, 1);
    }
    return found < 0 ? FALTUNG_NO_LAYER : found - 1;
}

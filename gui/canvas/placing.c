/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/placing.h"

#include "gui/training/snapshot.h"

#include <math.h>

void faltung_placing_route(FaltungCanvasModel *model, gboolean around) {
    FaltungPoint shift = faltung_diagram_route(model->diagram, around);
    model->offset_x -= shift.x * model->zoom;
    model->offset_y -= shift.y * model->zoom;
    model->fitted = FALSE;
}

/* Whether the card is moved with the selection: the input has its place. */
static gboolean is_chosen(const FaltungCanvasModel *model, int node) {
    return node > 0 && faltung_diagram_has_card(model->diagram, node) &&
           faltung_canvas_model_is_chosen(model, node - 1);
}

/* A card with all that it stands for. */
static void move_card(FaltungDiagram *diagram, int card, double right, double down) {
    int layer = diagram->nodes[card].layer;
    for (int i = 1; i < diagram->n_nodes; i++) {
        if (diagram->nodes[i].card == layer) {
            faltung_diagram_move(diagram, i, right, down);
        }
    }
}

void faltung_placing_move(FaltungCanvasModel *model, double right, double down) {
    for (int i = 0; i < model->diagram->n_nodes; i++) {
        if (is_chosen(model, i)) {
            move_card(model->diagram, i, right, down);
        }
    }
}

/* --- aligned --- */

/* Of the selected cards: where, left (or top, @down) first, and how large. */
typedef struct {
    int node;
    double begin, size;
} Span;

static int by_middle(gconstpointer a, gconstpointer b) {
    const Span *left = a, *right = b;
    double difference = left->begin + left->size / 2 - right->begin - right->size / 2;
    return difference < 0 ? -1 : difference > 0 ? 1 : left->node - right->node;
}

static GArray *chosen_spans(const FaltungCanvasModel *model, gboolean down) {
    GArray *spans = g_array_new(FALSE, FALSE, sizeof(Span));
    for (int i = 0; i < model->diagram->n_nodes; i++) {
        FaltungRect rect = model->diagram->nodes[i].rect;
        Span span = {i, down ? rect.y : rect.x, down ? rect.height : rect.width};
        if (is_chosen(model, i)) {
            g_array_append_val(spans, span);
        }
    }
    g_array_sort(spans, by_middle);
    return spans;
}

static void put(FaltungDiagram *diagram, const Span *span, gboolean down, double begin) {
    double by = round(begin - span->begin);
    move_card(diagram, span->node, down ? 0 : by, down ? by : 0);
}

/* @side: 0 the first edge of all, 1 their middle, 2 the last edge. */
static void align(FaltungDiagram *diagram, const GArray *spans, gboolean down, int side) {
    double first = INFINITY, last = -INFINITY;
    for (guint i = 0; i < spans->len; i++) {
        const Span *span = &g_array_index(spans, Span, i);
        first = MIN(first, span->begin);
        last = MAX(last, span->begin + span->size);
    }
    for (guint i = 0; i < spans->len; i++) {
        const Span *span = &g_array_index(spans, Span, i);
        put(diagram, span, down, first + (last - first - span->size) * side / 2);
    }
}

/* The first and the last stay, the gaps between become one. */
static void space(FaltungDiagram *diagram, const GArray *spans, gboolean down) {
    double covered = 0;
    for (guint i = 0; i < spans->len; i++) {
        covered += g_array_index(spans, Span, i).size;
    }
    const Span *first = &g_array_index(spans, Span, 0);
    const Span *last = &g_array_index(spans, Span, spans->len - 1);
    double gap = (last->begin + last->size - first->begin - covered) / (spans->len - 1);
    double at = first->begin;
    for (guint i = 0; i < spans->len; i++) {
        const Span *span = &g_array_index(spans, Span, i);
        put(diagram, span, down, at);
        at += span->size + gap;
    }
}

static void arrange(FaltungCanvasModel *model) {
    gboolean all = g_hash_table_size(model->chosen) == 0;
    for (int i = 1; i < model->diagram->n_nodes; i++) {
        FaltungDiagramNode *node = &model->diagram->nodes[i];
        if (all || is_chosen(model, node->card + 1)) {
            faltung_diagram_move(model->diagram, i, -node->moved.x, -node->moved.y);
        }
    }
}

void faltung_placing_align(FaltungCanvasModel *model, FaltungAlign how) {
    if (how == FALTUNG_ARRANGE) {
        arrange(model);
        return;
    }
    gboolean down =
        how == FALTUNG_SPACE_DOWN || (how >= FALTUNG_ALIGN_TOP && how <= FALTUNG_ALIGN_BOTTOM);
    g_autoptr(GArray) spans = chosen_spans(model, down);
    if (spans->len < 2) {
        return;
    }
    if (how == FALTUNG_SPACE_ACROSS || how == FALTUNG_SPACE_DOWN) {
        space(model->diagram, spans, down);
    } else {
        align(model->diagram, spans, down, how % 3);
    }
}

/* --- snapped --- */

/* The edges and the middle of [begin, begin + size] to those of another card. */
static void attract(double begin, double size, double other, double other_size, double *nearest,
                    double *line) {
    for (int side = 0; side < 3; side++) {
        double at = other + other_size * side / 2, by = at - (begin + size * side / 2);
        if (fabs(by) < fabs(*nearest)) {
            *nearest = by;
            *line = at;
        }
    }
}

static gboolean attracts(const FaltungCanvasModel *model, int node) {
    FaltungRect rect = faltung_canvas_model_to_view(model, model->diagram->nodes[node].rect);
    gboolean seen = rect.x < model->view_width && rect.x + rect.width > 0 &&
                    rect.y < model->view_height && rect.y + rect.height > 0;
    return seen && faltung_diagram_has_card(model->diagram, node) && !is_chosen(model, node);
}

FaltungSnap faltung_placing_snap(const FaltungCanvasModel *model, int layer, double *right,
                                 double *down, double reach) {
    const FaltungDiagramNode *hand = faltung_canvas_model_node(model, layer);
    double x = hand->rect.x + *right, y = hand->rect.y + *down, by_x = reach, by_y = reach;
    FaltungSnap snap = {NAN, NAN};
    for (int i = 0; i < model->diagram->n_nodes; i++) {
        FaltungRect rect = model->diagram->nodes[i].rect;
        if (attracts(model, i)) {
            attract(x, hand->rect.width, rect.x, rect.width, &by_x, &snap.x);
            attract(y, hand->rect.height, rect.y, rect.height, &by_y, &snap.y);
        }
    }
    /* and to where the layout has it */
    attract(x, 0, hand->rect.x - hand->moved.x, 0, &by_x, &snap.x);
    attract(y, 0, hand->rect.y - hand->moved.y, 0, &by_y, &snap.y);
    *right = round(*right + (isnan(snap.x) ? 0 : by_x));
    *down = round(*down + (isnan(snap.y) ? 0 : by_y));
    return snap;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/diagram-private.h"

#include <math.h>

/*
 * Cards that a person moved stand where the layout puts them, and that far beside it. Wires between
 * cards that were moved alike keep the layout's curves; others go straight, and past each card on
 * their way in a lane of their own, above or below it.
 */

enum { PIECES = 24, MOST_DETOURS = 12 };
#define CLEAR 6.0   /* between a wire and a card */
#define BESIDE 16.0 /* a card and the lane past it */

/* A rectangle along the diagram's direction and across it. */
typedef struct {
    double begin, end, low, high;
} Extent;

typedef struct {
    const FaltungDiagram *diagram;
    const FaltungDiagramEdge *edge;
    const FaltungDiagramNode *alike; /* (nullable): what was moved as this one is in no way: the
                                        layout has seen to that */
    GArray *points;                  /* FaltungPoint: the curves so far */
} Route;

static FaltungPoint turned(FaltungDirection direction, FaltungPoint at) {
    return direction == FALTUNG_LEFT_TO_RIGHT ? at : (FaltungPoint){at.y, at.x};
}

static Extent extent_of(const FaltungDiagram *diagram, FaltungRect rect, double around) {
    FaltungPoint first = turned(diagram->direction, (FaltungPoint){rect.x, rect.y});
    FaltungPoint last =
        turned(diagram->direction, (FaltungPoint){rect.x + rect.width, rect.y + rect.height});
    return (Extent){first.x - around, last.x + around, first.y - around, last.y + around};
}

static gboolean holds(FaltungRect rect, FaltungPoint at) {
    return at.x > rect.x - CLEAR && at.x < rect.x + rect.width + CLEAR && at.y > rect.y - CLEAR &&
           at.y < rect.y + rect.height + CLEAR;
}

static gboolean moved_alike(const FaltungDiagramNode *a, const FaltungDiagramNode *b) {
    return a->moved.x == b->moved.x && a->moved.y == b->moved.y;
}

static gboolean is_in_way(const Route *route, int node) {
    gboolean seen_to = route->alike && moved_alike(route->alike, &route->diagram->nodes[node]);
    return !seen_to && faltung_diagram_has_card(route->diagram, node) &&
           node != route->edge->from && node != route->edge->to;
}

static int card_at(const Route *route, FaltungPoint at) {
    for (int i = 0; i < route->diagram->n_nodes; i++) {
        if (is_in_way(route, i) && holds(route->diagram->nodes[i].rect, at))
            return i;
    }
    return -1;
}

/* The first card on the way of @n_points of curves; -1: none. */
static int first_hit(const Route *route, const FaltungPoint *points, int n_points) {
    int hit = -1;
    for (int i = 0; i + 3 < n_points && hit < 0; i += 3) {
        for (int k = 1; k < PIECES && hit < 0; k++)
            hit = card_at(route, faltung_curve_at(points + i, (double)k / PIECES));
    }
    return hit;
}

/* A card on the lane from @begin to @end; -1: none. */
static int card_on(const Route *route, double lane, double begin, double end) {
    const FaltungDiagram *diagram = route->diagram;
    for (int i = 0; i < diagram->n_nodes; i++) {
        Extent card = extent_of(diagram, diagram->nodes[i].rect, CLEAR);
        if (is_in_way(route, i) && card.begin < end && card.end > begin && card.low < lane &&
            card.high > lane)
            return i;
    }
    return -1;
}

/* The lane beside @card, on its low or its high side, and beside all that stands there. */
static double lane_beside(const Route *route, Extent card, gboolean high) {
    double lane = high ? card.high : card.low;
    for (int other; (other = card_on(route, lane, card.begin, card.end)) >= 0;) {
        Extent there = extent_of(route->diagram, route->diagram->nodes[other].rect, BESIDE);
        lane = high ? there.high : there.low;
    }
    return lane;
}

/* What a lane past the card costs. Whoever is above or below the card cannot go around it. */
static double detour(Extent card, double lane, FaltungPoint start, FaltungPoint end) {
    return fabs(lane - start.y) * (start.x > card.begin ? 2 : 1) +
           fabs(lane - end.y) * (end.x < card.end ? 2 : 1);
}

/* Straight on behind the start, or in front of the end, where that is free; else beside the card.
 */
static double choose_lane(const Route *route, Extent card, FaltungPoint start, FaltungPoint end) {
    double begin = MAX(card.begin, start.x), behind = MIN(card.end, end.x);
    if (card_on(route, end.y, begin, end.x) < 0)
        return end.y;
    if (card_on(route, start.y, start.x, behind) < 0)
        return start.y;
    double low = lane_beside(route, card, FALSE), high = lane_beside(route, card, TRUE);
    return round(detour(card, low, start, end) <= detour(card, high, start, end) ? low : high);
}

static void add_curve(Route *route, FaltungPoint from, FaltungPoint to) {
    FaltungPoint curve[4];
    faltung_curve(route->diagram->direction, from, to, curve);
    g_array_append_vals(route->points, curve + 1, 3);
}

static void go(Route *route, FaltungPoint from, FaltungPoint to, int detours) {
    FaltungDirection direction = route->diagram->direction;
    FaltungPoint curve[4], start = turned(direction, from), end = turned(direction, to);
    faltung_curve(direction, from, to, curve);
    int hit = detours > 0 ? first_hit(route, curve, 4) : -1;
    if (hit < 0 || end.x <= start.x) {
        add_curve(route, from, to);
        return;
    }
    Extent card = extent_of(route->diagram, route->diagram->nodes[hit].rect, BESIDE);
    double lane = choose_lane(route, card, start, end);
    FaltungPoint in = turned(direction, (FaltungPoint){MAX(card.begin, start.x), lane});
    FaltungPoint out = turned(direction, (FaltungPoint){MIN(card.end, end.x), lane});
    go(route, from, in, detours - 1);
    add_curve(route, in, out);
    go(route, out, to, detours - 1);
}

static void take_points(FaltungDiagramEdge *edge, GArray *points) {
    g_free(edge->points);
    edge->n_points = (int)points->len;
    edge->points = (FaltungPoint *)(void *)g_array_free(points, FALSE);
}

static void route_edge(const FaltungDiagram *diagram, FaltungDiagramEdge *edge, gboolean around) {
    const FaltungDiagramNode *from = &diagram->nodes[edge->from], *to = &diagram->nodes[edge->to];
    Route route = {diagram, edge, from, g_array_new(FALSE, FALSE, sizeof(FaltungPoint))};
    if (moved_alike(from, to)) {
        for (int i = 0; i < edge->n_laid; i++) {
            FaltungPoint at = {edge->laid[i].x + from->moved.x, edge->laid[i].y + from->moved.y};
            g_array_append_val(route.points, at);
        }
        const FaltungPoint *points = (const FaltungPoint *)(void *)route.points->data;
        if (!around || first_hit(&route, points, edge->n_laid) < 0) {
            take_points(edge, route.points);
            return;
        }
        g_array_set_size(route.points, 0);
    }
    FaltungPoint start = faltung_diagram_output_port(diagram->direction, from->rect);
    FaltungPoint end = faltung_diagram_input_port(diagram->direction, to->rect);
    g_array_append_val(route.points, start);
    route.alike = NULL;
    go(&route, start, end, around ? MOST_DETOURS : 0);
    take_points(edge, route.points);
}

FaltungPoint faltung_diagram_route(FaltungDiagram *diagram, gboolean around) {
    for (int e = 0; e < diagram->n_edges; e++) {
        route_edge(diagram, &diagram->edges[e], around);
        faltung_diagram_place_label(diagram, &diagram->edges[e]);
    }
    return faltung_diagram_enclose(diagram);
}

void faltung_diagram_move(FaltungDiagram *diagram, int node, double right, double down) {
    FaltungDiagramNode *moved = &diagram->nodes[node];
    moved->moved.x += right;
    moved->moved.y += down;
    if (faltung_diagram_has_card(diagram, node)) {
        moved->rect.x += right;
        moved->rect.y += down;
    }
}

void faltung_diagram_take_places(FaltungDiagram *diagram, const FaltungGraph *graph) {
    gboolean any = FALSE;
    for (int i = 0; i < (int)graph->layers->len; i++) {
        const int *moved = faltung_graph_layer(graph, i)->moved;
        faltung_diagram_move(diagram, i + 1, moved[0], moved[1]);
        any |= moved[0] != 0 || moved[1] != 0;
    }
    if (any)
        faltung_diagram_route(diagram, TRUE);
}

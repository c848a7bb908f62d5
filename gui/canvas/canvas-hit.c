/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/canvas-hit.h"

#include "gui/training/snapshot.h"

#include <math.h>

#define PORT_REACH 12 /* pixels around a port, and beside a wire, that mean it */
#define WIRE_REACH 9
#define PIECES 16 /* straight lines that a curve is taken for */

static FaltungPoint to_view(const FaltungCanvasModel *model, FaltungPoint at) {
    return (FaltungPoint){at.x * model->zoom + model->offset_x,
                          at.y * model->zoom + model->offset_y};
}

FaltungPoint faltung_canvas_port(const FaltungCanvasModel *model, int layer, FaltungPort port) {
    const FaltungDiagram *diagram = model->diagram;
    FaltungRect rect = diagram->nodes[layer + 1].rect;
    FaltungPoint at = port == FALTUNG_PORT_OUTPUT
                          ? faltung_diagram_output_port(diagram->direction, rect)
                          : faltung_diagram_input_port(diagram->direction, rect);
    return to_view(model, at);
}

FaltungPort faltung_canvas_hit_port(const FaltungCanvasModel *model, double x, double y,
                                    int *layer) {
    int n = model->diagram != NULL ? model->diagram->n_nodes : 0;
    FaltungPort found = FALTUNG_PORT_NONE;
    double nearest = PORT_REACH;
    for (int i = FALTUNG_INPUT; i < n - 1; i++) {
        for (FaltungPort port = FALTUNG_PORT_INPUT; port <= FALTUNG_PORT_OUTPUT; port++) {
            if (i == FALTUNG_INPUT && port == FALTUNG_PORT_INPUT) {
                continue; /* the sample comes from nowhere */
            }
            if (!faltung_diagram_has_card(model->diagram, i + 1)) {
                continue;
            }
            FaltungPoint at = faltung_canvas_port(model, i, port);
            double distance = hypot(at.x - x, at.y - y);
            if (distance < nearest) {
                nearest = distance;
                *layer = i;
                found = port;
            }
        }
    }
    return found;
}

/* Point number @piece of PIECES + 1 on the curve that begins at @points. */
static FaltungPoint on_curve(const FaltungCanvasModel *model, const FaltungPoint *points,
                             int piece) {
    return to_view(model, faltung_curve_at(points, (double)piece / PIECES));
}

static double distance_to_line(FaltungPoint p, FaltungPoint a, FaltungPoint b) {
    double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    double t = length > 0 ? CLAMP(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0, 1) : 0;
    return hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

int faltung_canvas_hit_wire(const FaltungCanvasModel *model, double x, double y, int but) {
    int n = model->diagram != NULL ? model->diagram->n_edges : 0, found = -1;
    double nearest = WIRE_REACH;
    for (int e = 0; e < n; e++) {
        const FaltungDiagramEdge *edge = &model->diagram->edges[e];
        if (edge->from == but + 1 || edge->to == but + 1) {
            continue;
        }
        for (int i = 0; i + 3 < edge->n_points; i += 3) {
            for (int piece = 0; piece < PIECES; piece++) {
                double distance =
                    distance_to_line((FaltungPoint){x, y}, on_curve(model, edge->points + i, piece),
                                     on_curve(model, edge->points + i, piece + 1));
                if (distance < nearest) {
                    nearest = distance;
                    found = e;
                }
            }
        }
    }
    return found;
}

static double side(FaltungPoint a, FaltungPoint b, FaltungPoint p) {
    return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

static gboolean cross(FaltungPoint a, FaltungPoint b, FaltungPoint c, FaltungPoint d) {
    return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

gboolean faltung_canvas_hit_crossed(const FaltungCanvasModel *model, int e, FaltungPoint a,
                                    FaltungPoint b) {
    const FaltungDiagramEdge *edge = &model->diagram->edges[e];
    for (int i = 0; i + 3 < edge->n_points; i += 3) {
        for (int piece = 0; piece < PIECES; piece++) {
            if (cross(a, b, on_curve(model, edge->points + i, piece),
                      on_curve(model, edge->points + i, piece + 1))) {
                return TRUE;
            }
        }
    }
    return FALSE;
}

gboolean faltung_canvas_hit_inside(const FaltungCanvasModel *model, int layer, FaltungRect rect) {
    FaltungRect card =
        faltung_canvas_model_to_view(model, faltung_canvas_model_node(model, layer)->rect);
    return card.x < rect.x + rect.width && rect.x < card.x + card.width &&
           card.y < rect.y + rect.height && rect.y < card.y + card.height;
}

const char *faltung_canvas_wire_name(const FaltungCanvasModel *model, int node) {
    return node == 0 ? "input" : model->diagram->nodes[node].name;
}

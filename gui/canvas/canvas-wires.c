/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/canvas-private.h"

#include <math.h>

#define THRESHOLD 6 /* pixels before a press on a card is a drag */

/* --- begin --- */

/* Whether the edge is one of the wires whose start is in the hand: one, or all of an output. */
static gboolean is_in_hand(FaltungCanvas *self, int edge) {
    return self->grab_wire >= 0 ? edge == self->grab_wire
                                : self->model->diagram->edges[edge].from == self->grab_layer + 1;
}

static gboolean can_start(FaltungCanvas *self, int layer) {
    gboolean can = TRUE;
    for (int e = 0; e < self->model->diagram->n_edges && layer != self->grab_layer; e++) {
        int to = self->model->diagram->edges[e].to - 1;
        can = can && (!is_in_hand(self, e) || faltung_graph_would_fit(self->graph, layer, to));
    }
    return can;
}

static void find_fits(FaltungCanvas *self, FaltungGrab grab) {
    int n = (int)self->graph->layers->len;
    g_free(self->fits);
    self->fits = g_new0(gboolean, n + 1);
    for (int i = FALTUNG_INPUT; i < n; i++) {
        self->fits[i + 1] =
            grab == FALTUNG_GRAB_START
                ? can_start(self, i)
                : i >= 0 && faltung_graph_would_fit(self->graph, self->grab_layer, i);
    }
}

/* A wire's end: it is in the hand, its source stays. */
static FaltungGrab take_end(FaltungCanvas *self, int source, int target) {
    self->grab_layer = source;
    self->grab_from = target;
    find_fits(self, FALTUNG_GRAB_WIRE);
    return FALTUNG_GRAB_WIRE;
}

/* The starts of wires: of @wire, or of all that leave @layer where that is -1. */
static FaltungGrab take_start(FaltungCanvas *self, int layer, int wire) {
    self->grab_layer = layer;
    self->grab_from = FALTUNG_NO_LAYER;
    self->grab_wire = wire;
    find_fits(self, FALTUNG_GRAB_START);
    return FALTUNG_GRAB_START;
}

static gboolean has_wires(FaltungCanvas *self, int layer) {
    gboolean has = FALSE;
    for (int e = 0; e < self->model->diagram->n_edges; e++) {
        has = has || self->model->diagram->edges[e].from == layer + 1;
    }
    return has;
}

/* Of an input the last of its wires. */
static FaltungGrab grab_port(FaltungCanvas *self, FaltungPort port, int layer, gboolean shift) {
    if (port == FALTUNG_PORT_OUTPUT) {
        return shift && has_wires(self, layer) ? take_start(self, layer, -1)
                                               : take_end(self, layer, FALTUNG_NO_LAYER);
    }
    const FaltungLayer *of = faltung_graph_layer(self->graph, layer);
    return of->n_inputs > 0 ? take_end(self, of->inputs[of->n_inputs - 1], layer)
                            : FALTUNG_GRAB_NONE;
}

/* The end of a wire that is nearer. */
static FaltungGrab grab_wire(FaltungCanvas *self, int wire, double x, double y) {
    const FaltungDiagramEdge *edge = &self->model->diagram->edges[wire];
    FaltungPoint at = faltung_canvas_model_to_diagram(self->model, x, y);
    FaltungPoint first = edge->points[0], last = edge->points[edge->n_points - 1];
    gboolean start = hypot(at.x - first.x, at.y - first.y) < hypot(at.x - last.x, at.y - last.y);
    return start ? take_start(self, edge->from - 1, wire)
                 : take_end(self, edge->from - 1, edge->to - 1);
}

FaltungGrab faltung_canvas_grab_at(FaltungCanvas *self, double x, double y, GdkModifierType state) {
    self->grab_target = FALTUNG_NO_LAYER;
    self->grab_wire = -1;
    if (self->model->diagram == NULL) {
        return FALTUNG_GRAB_NONE;
    }
    int layer;
    FaltungPort port = self->editable && !(state & GDK_CONTROL_MASK)
                           ? faltung_canvas_hit_port(self->model, x, y, &layer)
                           : FALTUNG_PORT_NONE;
    if (port != FALTUNG_PORT_NONE) {
        return grab_port(self, port, layer, (state & GDK_SHIFT_MASK) != 0);
    }
    layer = faltung_canvas_layer_at(self, x, y);
    if (layer == FALTUNG_NO_LAYER) {
        int wire = self->editable && (state & GDK_SHIFT_MASK)
                       ? faltung_canvas_hit_wire(self->model, x, y, FALTUNG_NO_LAYER)
                       : -1;
        if (wire >= 0) {
            return grab_wire(self, wire, x, y);
        }
        gboolean cuts = self->editable && (state & (GDK_CONTROL_MASK | GDK_ALT_MASK));
        return cuts ? FALTUNG_GRAB_CUT : FALTUNG_GRAB_MARQUEE;
    }
    self->grab_layer = layer;
    self->grab_moved = (FaltungPoint){0, 0};
    self->snap = (FaltungSnap){NAN, NAN};
    gboolean moves = self->editable && layer >= 0 && !(state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK));
    return moves ? FALTUNG_GRAB_NODE : FALTUNG_GRAB_NONE;
}

/* --- on the way --- */

static FaltungRect marquee(FaltungCanvas *self) {
    FaltungPoint a = self->grab_start, b = self->grab_now;
    return (FaltungRect){MIN(a.x, b.x), MIN(a.y, b.y), fabs(b.x - a.x), fabs(b.y - a.y)};
}

static gboolean is_drag(FaltungCanvas *self) {
    return hypot(self->grab_now.x - self->grab_start.x, self->grab_now.y - self->grab_start.y) >=
           THRESHOLD;
}

static int target_at(FaltungCanvas *self, double x, double y) {
    int layer = faltung_canvas_layer_at(self, x, y), of;
    gboolean start = self->grab == FALTUNG_GRAB_START;
    if (layer == FALTUNG_NO_LAYER && faltung_canvas_hit_port(self->model, x, y, &of) ==
                                         (start ? FALTUNG_PORT_OUTPUT : FALTUNG_PORT_INPUT)) {
        layer = of;
    }
    gboolean can = start ? layer != FALTUNG_NO_LAYER : layer >= 0 && layer != self->grab_layer;
    return can ? layer : FALTUNG_NO_LAYER;
}

void faltung_canvas_grab_to(FaltungCanvas *self, double x, double y) {
    self->grab_now = (FaltungPoint){x, y};
    if (self->grab == FALTUNG_GRAB_WIRE || self->grab == FALTUNG_GRAB_START) {
        self->grab_target = target_at(self, x, y);
    } else if (self->grab == FALTUNG_GRAB_NODE) {
        gboolean alone = g_hash_table_size(self->model->chosen) == 1;
        self->grab_wire = alone ? faltung_canvas_hit_wire(self->model, x, y, self->grab_layer) : -1;
        if (is_drag(self)) {
            faltung_canvas_move_to(self, x, y);
        }
    } else if (self->grab == FALTUNG_GRAB_DROP) {
        self->grab_wire = faltung_canvas_hit_wire(self->model, x, y, FALTUNG_NO_LAYER);
    }
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

/* --- the end --- */

static const char *name_of(FaltungCanvas *self, int layer) {
    return faltung_canvas_wire_name(self->model, layer + 1);
}

static void emit(FaltungCanvas *self, FaltungCanvasEdit *edit) {
    edit->x = self->grab_now.x;
    edit->y = self->grab_now.y;
    faltung_canvas_emit(self, FALTUNG_CANVAS_EDITED, edit);
}

static void end_wire(FaltungCanvas *self) {
    const char *moved = self->grab_from >= 0 ? name_of(self, self->grab_from) : NULL;
    FaltungCanvasEdit edit = {.from = name_of(self, self->grab_layer), .moved = moved};
    const char *const gone[] = {edit.from, moved, NULL};
    if (self->grab_target >= 0) {
        edit.kind = FALTUNG_CANVAS_CONNECT;
        edit.to = name_of(self, self->grab_target);
    } else if (moved != NULL) {
        edit.kind = FALTUNG_CANVAS_CUT;
        edit.wires = gone;
    } else {
        edit.kind = FALTUNG_CANVAS_SEARCH;
    }
    if (self->grab_target < 0 || self->grab_target != self->grab_from) {
        emit(self, &edit);
    }
}

/* Returns: (transfer container): the ends of those edges: from, to, from, to ... NULL. */
static GPtrArray *wires_that(FaltungCanvas *self, gboolean (*are)(FaltungCanvas *, int edge)) {
    const FaltungDiagram *diagram = self->model->diagram;
    GPtrArray *wires = g_ptr_array_new();
    for (int e = 0; e < diagram->n_edges; e++) {
        if (are(self, e)) {
            g_ptr_array_add(wires,
                            (char *)faltung_canvas_wire_name(self->model, diagram->edges[e].from));
            g_ptr_array_add(wires,
                            (char *)faltung_canvas_wire_name(self->model, diagram->edges[e].to));
        }
    }
    g_ptr_array_add(wires, NULL);
    return wires;
}

static gboolean is_crossed(FaltungCanvas *self, int edge) {
    return faltung_canvas_hit_crossed(self->model, edge, self->grab_start, self->grab_now);
}

static void end_cut(FaltungCanvas *self) {
    g_autoptr(GPtrArray) wires = wires_that(self, is_crossed);
    if (wires->len > 1) {
        FaltungCanvasEdit edit = {.kind = FALTUNG_CANVAS_CUT,
                                  .wires = (const char *const *)wires->pdata};
        emit(self, &edit);
    }
}

static void end_start(FaltungCanvas *self) {
    if (self->grab_target == self->grab_layer) {
        return; /* they are back */
    }
    g_autoptr(GPtrArray) wires = wires_that(self, is_in_hand);
    gboolean moved = self->grab_target != FALTUNG_NO_LAYER;
    FaltungCanvasEdit edit = {.kind = moved ? FALTUNG_CANVAS_RESTART : FALTUNG_CANVAS_CUT,
                              .from = moved ? name_of(self, self->grab_target) : NULL,
                              .wires = (const char *const *)wires->pdata};
    emit(self, &edit);
}

static void end_marquee(FaltungCanvas *self, GdkModifierType state) {
    FaltungRect rect = marquee(self);
    if (!(state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK))) {
        faltung_canvas_model_select(self->model, FALTUNG_NO_LAYER);
    }
    for (int i = 0; i < self->model->diagram->n_nodes - 1; i++) {
        if (faltung_canvas_hit_inside(self->model, i, rect)) {
            faltung_canvas_model_choose(self->model, i, TRUE);
        }
    }
    faltung_canvas_selection_changed(self);
}

static void put_on_wire(FaltungCanvas *self, FaltungCanvasEdit *edit) {
    const FaltungDiagramEdge *wire = &self->model->diagram->edges[self->grab_wire];
    edit->from = faltung_canvas_wire_name(self->model, wire->from);
    edit->to = faltung_canvas_wire_name(self->model, wire->to);
}

void faltung_canvas_grab_end(FaltungCanvas *self, GdkModifierType state) {
    FaltungGrab grab = self->grab;
    self->grab = FALTUNG_GRAB_NONE;
    gtk_widget_queue_draw(GTK_WIDGET(self));
    if (!is_drag(self)) {
        return;
    }
    if (grab == FALTUNG_GRAB_WIRE) {
        end_wire(self);
    } else if (grab == FALTUNG_GRAB_START) {
        end_start(self);
    } else if (grab == FALTUNG_GRAB_CUT) {
        end_cut(self);
    } else if (grab == FALTUNG_GRAB_MARQUEE) {
        end_marquee(self, state);
    } else if (grab == FALTUNG_GRAB_NODE && self->grab_wire < 0) {
        faltung_canvas_end_move(self, FALTUNG_STEP_ALONE);
    } else if (grab == FALTUNG_GRAB_NODE) {
        FaltungCanvasEdit edit = {.kind = FALTUNG_CANVAS_MOVE,
                                  .layer = name_of(self, self->grab_layer)};
        put_on_wire(self, &edit);
        emit(self, &edit);
    }
}

void faltung_canvas_grab_cancel(FaltungCanvas *self) {
    gboolean moved = self->grab == FALTUNG_GRAB_NODE && is_drag(self);
    self->grab = FALTUNG_GRAB_NONE;
    if (moved) {
        faltung_canvas_lay_out(self);
    }
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

/* --- layers from outside: the palette, or any text --- */

static GdkDragAction on_drop_motion(GtkDropTarget *target, double x, double y,
                                    FaltungCanvas *self) {
    if (!self->editable || self->model->diagram == NULL) {
        return 0;
    }
    self->grab = FALTUNG_GRAB_DROP;
    faltung_canvas_grab_to(self, x, y);
    return GDK_ACTION_COPY;
}

static void on_drop_leave(GtkDropTarget *target, FaltungCanvas *self) {
    faltung_canvas_grab_cancel(self);
}

static gboolean on_drop(GtkDropTarget *target, const GValue *value, double x, double y,
                        FaltungCanvas *self) {
    if (!self->editable || self->model->diagram == NULL) {
        return FALSE;
    }
    FaltungCanvasEdit edit = {.kind = FALTUNG_CANVAS_DROP, .item = g_value_get_string(value)};
    faltung_canvas_grab_to(self, x, y);
    int layer = faltung_canvas_layer_at(self, x, y);
    if (layer != FALTUNG_NO_LAYER) {
        edit.from = name_of(self, layer);
    } else if (self->grab_wire >= 0) {
        put_on_wire(self, &edit);
    }
    self->grab = FALTUNG_GRAB_NONE;
    emit(self, &edit);
    return TRUE;
}

/* Files are text, too, but the window's. */
static gboolean on_accept(GtkDropTarget *target, GdkDrop *drop, FaltungCanvas *self) {
    g_autoptr(GdkContentFormats) formats = gdk_content_formats_union_deserialize_gtypes(
        gdk_content_formats_ref(gdk_drop_get_formats(drop)));
    return gdk_content_formats_contain_gtype(formats, G_TYPE_STRING) &&
           !gdk_content_formats_contain_gtype(formats, GDK_TYPE_FILE_LIST);
}

void faltung_canvas_add_drop(FaltungCanvas *self) {
    GtkDropTarget *target = gtk_drop_target_new(G_TYPE_STRING, GDK_ACTION_COPY);
    g_signal_connect(target, "accept", G_CALLBACK(on_accept), self);
    g_signal_connect(target, "enter", G_CALLBACK(on_drop_motion), self);
    g_signal_connect(target, "motion", G_CALLBACK(on_drop_motion), self);
    g_signal_connect(target, "leave", G_CALLBACK(on_drop_leave), self);
    g_signal_connect(target, "drop", G_CALLBACK(on_drop), self);
    gtk_widget_add_controller(GTK_WIDGET(self), GTK_EVENT_CONTROLLER(target));
}

/* --- drawing --- */

static void set_color(cairo_t *cr, FaltungColor color, double alpha) {
    cairo_set_source_rgba(cr, color.red, color.green, color.blue, color.alpha * alpha);
}

static void draw_curve(cairo_t *cr, FaltungCanvas *self, const FaltungPoint p[4]) {
    cairo_move_to(cr, p[0].x, p[0].y);
    cairo_curve_to(cr, p[1].x, p[1].y, p[2].x, p[2].y, p[3].x, p[3].y);
    cairo_stroke(cr);
}

/* The ports that the wire could go to glow, that of the layer that it would go to most. */
static void draw_targets(cairo_t *cr, FaltungCanvas *self, FaltungPort port) {
    for (int i = FALTUNG_INPUT; i < self->model->diagram->n_nodes - 1; i++) {
        gboolean target = i == self->grab_target, fits = self->fits[i + 1];
        if (!faltung_diagram_has_card(self->model->diagram, i + 1) || (!fits && !target)) {
            continue;
        }
        FaltungColor color = fits ? self->theme.accent : self->theme.error;
        FaltungPoint at = faltung_canvas_port(self->model, i, port);
        cairo_arc(cr, at.x, at.y, target ? 13 : 10, 0, 2 * G_PI);
        set_color(cr, color, target ? 0.45 : 0.22);
        cairo_fill(cr);
        cairo_arc(cr, at.x, at.y, 5, 0, 2 * G_PI);
        set_color(cr, color, 1);
        cairo_fill(cr);
    }
}

static void draw_between(cairo_t *cr, FaltungCanvas *self, FaltungPoint from, FaltungPoint to) {
    FaltungPoint points[4];
    /* the ports of empty rectangles are where these are */
    faltung_diagram_edge_between(self->model->diagram->direction,
                                 (FaltungRect){from.x, from.y, 0, 0},
                                 (FaltungRect){to.x, to.y, 0, 0}, points);
    draw_curve(cr, self, points);
}

static void draw_wire(cairo_t *cr, FaltungCanvas *self, FaltungGrab grab) {
    FaltungPort port = grab == FALTUNG_GRAB_START ? FALTUNG_PORT_OUTPUT : FALTUNG_PORT_INPUT;
    gboolean target = self->grab_target != FALTUNG_NO_LAYER;
    draw_targets(cr, self, port);
    FaltungPoint hand =
        target ? faltung_canvas_port(self->model, self->grab_target, port) : self->grab_now;
    gboolean bad = target && !self->fits[self->grab_target + 1];
    set_color(cr, bad ? self->theme.error : self->theme.accent, 1);
    cairo_set_line_width(cr, 3);
    if (grab == FALTUNG_GRAB_WIRE) {
        FaltungPoint from = faltung_canvas_port(self->model, self->grab_layer, FALTUNG_PORT_OUTPUT);
        draw_between(cr, self, from, hand);
        return;
    }
    for (int e = 0; e < self->model->diagram->n_edges; e++) {
        if (is_in_hand(self, e)) {
            int to = self->model->diagram->edges[e].to - 1;
            draw_between(cr, self, hand, faltung_canvas_port(self->model, to, FALTUNG_PORT_INPUT));
        }
    }
}

static void draw_cut(cairo_t *cr, FaltungCanvas *self) {
    const double dashes[] = {6, 4};
    set_color(cr, self->theme.error, 1);
    cairo_set_line_width(cr, 2);
    cairo_set_dash(cr, dashes, 2, 0);
    cairo_move_to(cr, self->grab_start.x, self->grab_start.y);
    cairo_line_to(cr, self->grab_now.x, self->grab_now.y);
    cairo_stroke(cr);
}

static void draw_marquee(cairo_t *cr, FaltungCanvas *self) {
    FaltungRect rect = marquee(self);
    cairo_rectangle(cr, rect.x, rect.y, rect.width, rect.height);
    set_color(cr, self->theme.accent, 0.14);
    cairo_fill_preserve(cr);
    set_color(cr, self->theme.accent, 0.8);
    cairo_set_line_width(cr, 1);
    cairo_stroke(cr);
}

/* The wire that will take what is in the hand. */
static void draw_landing(cairo_t *cr, FaltungCanvas *self) {
    cairo_save(cr);
    cairo_translate(cr, self->model->offset_x, self->model->offset_y);
    cairo_scale(cr, self->model->zoom, self->model->zoom);
    const FaltungDiagramEdge *edge = &self->model->diagram->edges[self->grab_wire];
    set_color(cr, self->theme.accent, 0.8);
    cairo_set_line_width(cr, 5);
    for (int i = 0; i + 3 < edge->n_points; i += 3) {
        draw_curve(cr, self, edge->points + i);
    }
    cairo_restore(cr);
}

void faltung_canvas_draw_grab(FaltungCanvas *self, GtkSnapshot *snapshot) {
    gboolean drop = self->grab == FALTUNG_GRAB_DROP;
    if (self->grab == FALTUNG_GRAB_NONE || self->grab == FALTUNG_GRAB_PAN ||
        (!drop && !is_drag(self))) {
        return;
    }
    graphene_rect_t all = GRAPHENE_RECT_INIT(0, 0, gtk_widget_get_width(GTK_WIDGET(self)),
                                             gtk_widget_get_height(GTK_WIDGET(self)));
    cairo_t *cr = gtk_snapshot_append_cairo(snapshot, &all);
    if (self->grab == FALTUNG_GRAB_WIRE || self->grab == FALTUNG_GRAB_START) {
        draw_wire(cr, self, self->grab);
    } else if (self->grab == FALTUNG_GRAB_CUT) {
        draw_cut(cr, self);
    } else if (self->grab == FALTUNG_GRAB_MARQUEE) {
        draw_marquee(cr, self);
    } else if (self->grab_wire >= 0) {
        draw_landing(cr, self);
    } else if (self->grab == FALTUNG_GRAB_NODE) {
        faltung_canvas_draw_snap(self, cr);
    }
    cairo_destroy(cr);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/canvas-private.h"

#include <math.h>

#define REACH 6 /* pixels from a line that cards snap to */
#define STEP 8  /* units of the diagram, by a key; with Shift further */
#define STEP_FURTHER 64

/* --- said --- */

static void place_clear(gpointer data) {
    g_free(((FaltungCanvasPlace *)data)->path);
}

static gboolean is_listed(const GArray *places, const char *path) {
    for (guint i = 0; i < places->len; i++) {
        if (g_str_equal(g_array_index(places, FaltungCanvasPlace, i).path, path)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* The layers whose cards are not where the graph says; of several copies one. */
static GArray *changed_places(FaltungCanvas *self) {
    GArray *places = g_array_new(FALSE, FALSE, sizeof(FaltungCanvasPlace));
    g_array_set_clear_func(places, place_clear);
    for (int i = 0; i < (int)self->graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(self->graph, i);
        FaltungPoint now = self->model->diagram->nodes[i + 1].moved;
        gboolean same = layer->moved[0] == now.x && layer->moved[1] == now.y;
        if (!same && layer->path != NULL && !is_listed(places, layer->path)) {
            FaltungCanvasPlace place = {g_strdup(layer->path), (int)now.x, (int)now.y};
            g_array_append_val(places, place);
        }
    }
    return places;
}

void faltung_canvas_end_move(FaltungCanvas *self, FaltungCanvasStep step) {
    g_autoptr(GArray) places = changed_places(self);
    if (places->len > 0) {
        FaltungCanvasEdit edit = {.kind = FALTUNG_CANVAS_PLACE, .places = places, .step = step};
        faltung_canvas_emit(self, FALTUNG_CANVAS_EDITED, &edit);
    }
    g_autoptr(GArray) refused = changed_places(self);
    if (places->len == 0 || refused->len > 0) {
        faltung_canvas_lay_out(self); /* the wires of cards that came back, too */
    }
}

/* --- by the pointer --- */

void faltung_canvas_move_to(FaltungCanvas *self, double x, double y) {
    FaltungCanvasModel *model = self->model;
    double right = (x - self->grab_start.x) / model->zoom - self->grab_moved.x;
    double down = (y - self->grab_start.y) / model->zoom - self->grab_moved.y;
    self->snap = faltung_placing_snap(model, self->grab_layer, &right, &down, REACH / model->zoom);
    self->grab_moved.x += right;
    self->grab_moved.y += down;
    faltung_placing_move(model, right, down);
    faltung_placing_route(model, FALSE);
    faltung_canvas_places_changed(self);
}

void faltung_canvas_draw_snap(FaltungCanvas *self, cairo_t *cr) {
    FaltungColor color = self->theme.accent;
    const FaltungCanvasModel *model = self->model;
    cairo_set_source_rgba(cr, color.red, color.green, color.blue, 0.7);
    cairo_set_line_width(cr, 1);
    if (!isnan(self->snap.x)) {
        double x = round(self->snap.x * model->zoom + model->offset_x) + 0.5;
        cairo_move_to(cr, x, 0);
        cairo_line_to(cr, x, model->view_height);
    }
    if (!isnan(self->snap.y)) {
        double y = round(self->snap.y * model->zoom + model->offset_y) + 0.5;
        cairo_move_to(cr, 0, y);
        cairo_line_to(cr, model->view_width, y);
    }
    cairo_stroke(cr);
}

/* --- by keys, and by the menu --- */

static gboolean nudge(GtkWidget *widget, GVariant *arguments, gpointer data) {
    FaltungCanvas *self = FALTUNG_CANVAS(widget);
    int right, down;
    g_variant_get(arguments, "(ii)", &right, &down);
    if (!self->editable || self->model->diagram == NULL || self->grab != FALTUNG_GRAB_NONE) {
        return TRUE;
    }
    faltung_placing_move(self->model, right, down);
    faltung_placing_route(self->model, FALSE);
    faltung_canvas_end_move(self, FALTUNG_STEP_NUDGE);
    return TRUE;
}

void faltung_canvas_add_nudges(GtkWidgetClass *klass) {
    static const guint arrows[][2] = {{GDK_KEY_Left, GDK_KEY_KP_Left},
                                      {GDK_KEY_Up, GDK_KEY_KP_Up},
                                      {GDK_KEY_Right, GDK_KEY_KP_Right},
                                      {GDK_KEY_Down, GDK_KEY_KP_Down}};
    for (int way = 0; way < 4; way++) {
        for (int further = 0; further < 2; further++) {
            int step = (further ? STEP_FURTHER : STEP) * (way < 2 ? -1 : 1);
            int right = way % 2 == 0 ? step : 0, down = way % 2 == 0 ? 0 : step;
            GdkModifierType keys = GDK_ALT_MASK | (further ? GDK_SHIFT_MASK : 0);
            gtk_widget_class_add_binding(klass, arrows[way][0], keys, nudge, "(ii)", right, down);
            gtk_widget_class_add_binding(klass, arrows[way][1], keys, nudge, "(ii)", right, down);
        }
    }
}

void faltung_canvas_align(FaltungCanvas *self, FaltungAlign how) {
    faltung_placing_align(self->model, how);
    faltung_placing_route(self->model, FALSE);
    faltung_canvas_end_move(self, FALTUNG_STEP_ALONE);
}

void faltung_canvas_place(FaltungCanvas *self, int layer, double x, double y) {
    FaltungCanvasModel *model = self->model;
    FaltungPoint to = faltung_canvas_model_to_diagram(model, x, y);
    FaltungPoint from = faltung_diagram_input_port(model->diagram->direction,
                                                   faltung_canvas_model_node(model, layer)->rect);
    faltung_canvas_select(self, layer);
    faltung_placing_move(model, round(to.x - from.x), round(to.y - from.y));
    faltung_placing_route(model, FALSE);
    faltung_canvas_end_move(self, FALTUNG_STEP_PART);
}

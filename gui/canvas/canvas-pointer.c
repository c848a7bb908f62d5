/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/canvas-private.h"

#include "core/ops/symbols.h"

#include <math.h>

#define ZOOM_STEP 1.2
#define SCROLL_STEP 40

int faltung_canvas_layer_at(FaltungCanvas *self, double x, double y) {
    if (self->model->diagram == NULL) {
        return FALTUNG_NO_LAYER;
    }
    FaltungPoint at = faltung_canvas_model_to_diagram(self->model, x, y);
    int node = faltung_diagram_node_at(self->model->diagram, at.x, at.y);
    return node < 0 ? FALTUNG_NO_LAYER : node - 1;
}

/* The block whose frame has its title there, or -1. */
static int block_at(FaltungCanvas *self, double x, double y) {
    if (self->model->diagram == NULL) {
        return -1;
    }
    FaltungPoint at = faltung_canvas_model_to_diagram(self->model, x, y);
    int frame = faltung_diagram_frame_at(self->model->diagram, at.x, at.y);
    return frame < 0 ? -1 : self->model->diagram->frames[frame].block;
}

/* --- clicks --- */

/* Whether this press makes a double click: by the times of the events. The gesture counts by its
   own clock, and what the first click sets off can take longer than a double click may. */
static gboolean is_again(FaltungCanvas *self, GtkGestureClick *click, double x, double y) {
    guint32 time = gtk_event_controller_get_current_event_time(GTK_EVENT_CONTROLLER(click));
    int most_time, most_distance;
    g_object_get(gtk_widget_get_settings(GTK_WIDGET(self)), "gtk-double-click-time", &most_time,
                 "gtk-double-click-distance", &most_distance, NULL);
    gboolean again = self->press_time != 0 && time - self->press_time < (guint32)most_time &&
                     hypot(x - self->press_at.x, y - self->press_at.y) <= most_distance;
    self->press_time = again ? 0 : time;
    self->press_at = (FaltungPoint){x, y};
    return again;
}

static void click_layer(FaltungCanvas *self, int layer, GdkModifierType state) {
    self->clicking = TRUE;
    gtk_widget_grab_focus(faltung_canvas_node(self, layer));
    self->clicking = FALSE;
    gboolean extends = state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK);
    gboolean chosen = faltung_canvas_model_is_chosen(self->model, layer);
    if (extends && layer >= 0) {
        faltung_canvas_model_choose(self->model, layer, !chosen);
        faltung_canvas_selection_changed(self);
    } else if (!chosen) {
        faltung_canvas_select(self, layer);
    }
    if (self->press_again) {
        faltung_canvas_emit(self, FALTUNG_CANVAS_ACTIVATED, NULL);
    }
}

/* What the wire at a place is to the selected layer; -1: nothing, or there is none. */
static int wire_part(FaltungCanvas *self, double x, double y) {
    int wire = faltung_canvas_hit_wire(self->model, x, y, FALTUNG_NO_LAYER);
    int node = self->model->selected + 1;
    if (wire < 0 || self->model->selected < 0) {
        return -1;
    }
    const FaltungDiagramEdge *edge = &self->model->diagram->edges[wire];
    return edge->to == node     ? FALTUNG_SYMBOL_AT_INPUT
           : edge->from == node ? FALTUNG_SYMBOL_AT_OUTPUT
                                : -1;
}

/* Whether the picture of a layer's output is there. */
static gboolean is_picture(FaltungCanvas *self, int layer, double x, double y) {
    const FaltungDiagramNode *node = faltung_canvas_model_node(self->model, layer);
    FaltungRect rect = {node->rect.x + node->picture.x, node->rect.y + node->picture.y,
                        node->picture.width, node->picture.height};
    rect = faltung_canvas_model_to_view(self->model, rect);
    return x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height;
}

static void click_part(FaltungCanvas *self, int layer, double x, double y) {
    int part = layer == FALTUNG_NO_LAYER       ? wire_part(self, x, y)
               : !self->press_selected         ? -1
               : is_picture(self, layer, x, y) ? FALTUNG_SYMBOL_AT_OUTPUT
                                               : FALTUNG_SYMBOL_AT_PARAMETER;
    if (part >= 0) {
        faltung_canvas_emit_part(self, part);
    }
}

static void on_pressed(GtkGestureClick *click, int n_press, double x, double y,
                       FaltungCanvas *self) {
    GdkModifierType state =
        gtk_event_controller_get_current_event_state(GTK_EVENT_CONTROLLER(click));
    int layer = faltung_canvas_layer_at(self, x, y), port_of;
    self->press_again = is_again(self, click, x, y);
    self->press_selected = layer >= 0 && layer == self->model->selected;
    if (self->space_held) {
        return;
    }
    if (layer != FALTUNG_NO_LAYER) {
        click_layer(self, layer, state);
        return;
    }
    if (faltung_canvas_hit_port(self->model, x, y, &port_of) != FALTUNG_PORT_NONE) {
        return;
    }
    if (wire_part(self, x, y) >= 0) {
        return; /* the layer stays selected whose wire it is */
    }
    gtk_widget_grab_focus(GTK_WIDGET(self));
    int block = block_at(self, x, y);
    if (block >= 0) {
        faltung_canvas_select_block(self, block);
    } else if (!(state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK))) {
        faltung_canvas_select(self, FALTUNG_NO_LAYER);
    }
}

/* The badge on a card's corner; it is as large as the card is drawn, but never too small to hit. */
static gboolean is_badge(FaltungCanvas *self, int layer, double x, double y) {
    if (layer < 0 || *self->problems[layer] == '\0') {
        return FALSE;
    }
    FaltungRect rect = faltung_canvas_model_to_view(
        self->model, faltung_canvas_model_node(self->model, layer)->rect);
    double reach = MAX(12 * self->model->zoom, 12);
    return hypot(x - (rect.x + rect.width - 4 * self->model->zoom),
                 y - (rect.y + 4 * self->model->zoom)) <= reach;
}

/* Of several, the one that was clicked and not dragged is selected alone. A popover comes with the
   release: the press would close it again. */
static void on_released(GtkGestureClick *click, int n_press, double x, double y,
                        FaltungCanvas *self) {
    GdkModifierType state =
        gtk_event_controller_get_current_event_state(GTK_EVENT_CONTROLLER(click));
    int layer = faltung_canvas_layer_at(self, x, y);
    gboolean still = hypot(x - self->grab_start.x, y - self->grab_start.y) < 4;
    if (layer != FALTUNG_NO_LAYER && still && !self->space_held &&
        !(state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK))) {
        faltung_canvas_select(self, layer);
    }
    if (still && !self->space_held && !self->press_again) {
        click_part(self, layer, x, y);
    }
    if (still && layer != FALTUNG_NO_LAYER && is_badge(self, layer, x, y)) {
        FaltungCanvasEdit edit = {.kind = FALTUNG_CANVAS_FIX, .x = x, .y = y};
        edit.layer = faltung_canvas_wire_name(self->model, layer + 1);
        faltung_canvas_emit(self, FALTUNG_CANVAS_EDITED, &edit);
    }
    gboolean again = layer == FALTUNG_NO_LAYER && still && self->press_again;
    if (again && block_at(self, x, y) >= 0) {
        faltung_canvas_emit(self, FALTUNG_CANVAS_ACTIVATED, NULL);
    } else if (again && self->editable) {
        FaltungCanvasEdit edit = {.kind = FALTUNG_CANVAS_SEARCH, .x = x, .y = y};
        faltung_canvas_emit(self, FALTUNG_CANVAS_EDITED, &edit);
    }
}

static void on_menu(GtkGestureClick *click, int n_press, double x, double y, FaltungCanvas *self) {
    int layer = faltung_canvas_layer_at(self, x, y);
    int block = layer == FALTUNG_NO_LAYER ? block_at(self, x, y) : -1;
    if (block >= 0) {
        faltung_canvas_select_block(self, block);
    } else if (!faltung_canvas_model_is_chosen(self->model, layer)) {
        faltung_canvas_select(self, layer);
    }
    FaltungCanvasEdit edit = {.kind = FALTUNG_CANVAS_MENU, .x = x, .y = y};
    faltung_canvas_emit(self, FALTUNG_CANVAS_EDITED, &edit);
}

/* --- drags --- */

void faltung_canvas_set_cursor(FaltungCanvas *self) {
    const char *name = NULL;
    if (self->grab == FALTUNG_GRAB_PAN || self->grab == FALTUNG_GRAB_NODE) {
        name = "grabbing";
    } else if (self->grab == FALTUNG_GRAB_CUT || self->grab == FALTUNG_GRAB_WIRE ||
               self->grab == FALTUNG_GRAB_START) {
        name = "crosshair";
    } else if (self->space_held) {
        name = "grab";
    }
    gtk_widget_set_cursor_from_name(GTK_WIDGET(self), name);
}

static void on_drag_begin(GtkGestureDrag *drag, double x, double y, FaltungCanvas *self) {
    guint button = gtk_gesture_single_get_current_button(GTK_GESTURE_SINGLE(drag));
    GdkModifierType state =
        gtk_event_controller_get_current_event_state(GTK_EVENT_CONTROLLER(drag));
    self->grab_start = self->grab_now = (FaltungPoint){x, y};
    self->grab = FALTUNG_GRAB_NONE;
    if (button == GDK_BUTTON_MIDDLE || (button == GDK_BUTTON_PRIMARY && self->space_held)) {
        self->grab = FALTUNG_GRAB_PAN;
    } else if (button == GDK_BUTTON_PRIMARY) {
        self->grab = faltung_canvas_grab_at(self, x, y, state);
    }
    if (self->grab == FALTUNG_GRAB_NONE) {
        gtk_gesture_set_state(GTK_GESTURE(drag), GTK_EVENT_SEQUENCE_DENIED);
    }
    if (self->grab != FALTUNG_GRAB_NODE) { /* which may stay where it is */
        faltung_canvas_set_cursor(self);
    }
}

static void on_drag_update(GtkGestureDrag *drag, double dx, double dy, FaltungCanvas *self) {
    double x = self->grab_start.x + dx, y = self->grab_start.y + dy;
    if (self->grab == FALTUNG_GRAB_PAN) {
        faltung_canvas_model_pan(self->model, x - self->grab_now.x, y - self->grab_now.y);
        self->grab_now = (FaltungPoint){x, y};
        faltung_canvas_view_changed(self);
    } else if (self->grab != FALTUNG_GRAB_NONE) {
        faltung_canvas_grab_to(self, x, y);
    }
}

static void on_drag_end(GtkGestureDrag *drag, double dx, double dy, FaltungCanvas *self) {
    GdkModifierType state =
        gtk_event_controller_get_current_event_state(GTK_EVENT_CONTROLLER(drag));
    if (self->grab == FALTUNG_GRAB_PAN) {
        self->grab = FALTUNG_GRAB_NONE;
    } else if (self->grab != FALTUNG_GRAB_NONE) {
        faltung_canvas_grab_end(self, state);
    }
    faltung_canvas_set_cursor(self);
}

static void on_drag_cancel(GtkGesture *gesture, GdkEventSequence *sequence, FaltungCanvas *self) {
    faltung_canvas_grab_cancel(self);
    faltung_canvas_set_cursor(self);
}

/* --- moving and zooming --- */

static void on_motion(GtkEventControllerMotion *motion, double x, double y, FaltungCanvas *self) {
    self->pointer_x = x;
    self->pointer_y = y;
}

static gboolean on_scroll(GtkEventControllerScroll *scroll, double dx, double dy,
                          FaltungCanvas *self) {
    GdkModifierType state =
        gtk_event_controller_get_current_event_state(GTK_EVENT_CONTROLLER(scroll));
    if (state & GDK_CONTROL_MASK) {
        faltung_canvas_model_zoom(self->model, pow(ZOOM_STEP, -dy), self->pointer_x,
                                  self->pointer_y);
    } else {
        GdkEvent *event = gtk_event_controller_get_current_event(GTK_EVENT_CONTROLLER(scroll));
        gboolean wheel = gdk_scroll_event_get_direction(event) != GDK_SCROLL_SMOOTH;
        double step = wheel ? SCROLL_STEP : SCROLL_STEP / 4.0;
        if ((state & GDK_SHIFT_MASK) && dx == 0) {
            dx = dy;
            dy = 0;
        }
        faltung_canvas_model_pan(self->model, -dx * step, -dy * step);
    }
    faltung_canvas_view_changed(self);
    return TRUE;
}

static void on_pinch_begin(GtkGesture *gesture, GdkEventSequence *sequence, FaltungCanvas *self) {
    self->pinch = 1;
}

static void on_pinch(GtkGestureZoom *gesture, double scale, FaltungCanvas *self) {
    double x = self->pointer_x, y = self->pointer_y;
    gtk_gesture_get_bounding_box_center(GTK_GESTURE(gesture), &x, &y);
    faltung_canvas_model_zoom(self->model, scale / self->pinch, x, y);
    self->pinch = scale;
    faltung_canvas_view_changed(self);
}

/* --- all of it --- */

void faltung_canvas_add_pointer(FaltungCanvas *self) {
    GtkWidget *widget = GTK_WIDGET(self);
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "pressed", G_CALLBACK(on_pressed), self);
    g_signal_connect(click, "released", G_CALLBACK(on_released), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(click));

    GtkGesture *menu = gtk_gesture_click_new();
    gtk_gesture_single_set_button(GTK_GESTURE_SINGLE(menu), GDK_BUTTON_SECONDARY);
    g_signal_connect(menu, "released", G_CALLBACK(on_menu), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(menu));

    GtkGesture *drag = gtk_gesture_drag_new();
    gtk_gesture_single_set_button(GTK_GESTURE_SINGLE(drag), 0);
    g_signal_connect(drag, "drag-begin", G_CALLBACK(on_drag_begin), self);
    g_signal_connect(drag, "drag-update", G_CALLBACK(on_drag_update), self);
    g_signal_connect(drag, "drag-end", G_CALLBACK(on_drag_end), self);
    g_signal_connect(drag, "cancel", G_CALLBACK(on_drag_cancel), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(drag));

    GtkGesture *pinch = gtk_gesture_zoom_new();
    g_signal_connect(pinch, "begin", G_CALLBACK(on_pinch_begin), self);
    g_signal_connect(pinch, "scale-changed", G_CALLBACK(on_pinch), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(pinch));

    GtkEventController *scroll =
        gtk_event_controller_scroll_new(GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
    g_signal_connect(scroll, "scroll", G_CALLBACK(on_scroll), self);
    gtk_widget_add_controller(widget, scroll);

    GtkEventController *motion = gtk_event_controller_motion_new();
    g_signal_connect(motion, "motion", G_CALLBACK(on_motion), self);
    gtk_widget_add_controller(widget, motion);
}

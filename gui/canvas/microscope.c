/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/microscope.h"

#include "core/graph/reach.h"
#include "core/ops/symbols.h"
#include "gui/canvas/marks.h"
#include "gui/canvas/node-view.h"
#include "gui/canvas/value-card.h"
#include "gui/style.h"

typedef struct {
    FaltungCanvas *canvas;
    FaltungScene *scene;
    GtkWidget *marks, *card;
    double x, y; /* of the pointer, in the canvas */
    gboolean pointed;
    gboolean by_key; /* keys move it among the values of the selected layer */
    int told;        /* whose card says the value to screen readers; FALTUNG_NO_LAYER */
    int layer;       /* under the pointer; FALTUNG_INPUT; FALTUNG_NO_LAYER */
    gssize index;    /* of the value in its output */
    gboolean near;   /* near enough for the arithmetic */
    char *inside;    /* (nullable): what is said of what lies inside the layer under the pointer */
} Microscope;

static const FaltungGraph *graph_of(const Microscope *self) {
    const FaltungExperiment *experiment = faltung_scene_experiment(self->scene);
    return experiment != NULL ? experiment->graph : NULL;
}

/* Whether the snapshot is of the network that is drawn, with values. */
static gboolean has_values(const Microscope *self) {
    const FaltungSnapshot *snapshot = self->scene->snapshot;
    const FaltungGraph *graph = graph_of(self);
    return snapshot != NULL && graph != NULL && snapshot->values != NULL &&
           snapshot->n_layers == (int)graph->layers->len;
}

static const FaltungShape *shape_of(const Microscope *self, int layer) {
    const FaltungGraph *graph = graph_of(self);
    return layer == FALTUNG_INPUT ? &graph->input
                                  : &faltung_graph_layer(graph, layer)->output_shape;
}

/* Where something of a layer's card lies, in the coordinates of @in. */
static gboolean rect_of(const Microscope *self, int layer, GtkWidget *in,
                        gboolean (*where)(FaltungNodeView *, graphene_rect_t *),
                        graphene_rect_t *rect) {
    GtkWidget *node = faltung_canvas_node(self->canvas, layer);
    graphene_rect_t own;
    graphene_matrix_t to;
    if (node == NULL || !where(FALTUNG_NODE_VIEW(node), &own) ||
        !gtk_widget_compute_transform(node, in, &to)) {
        return FALSE;
    }
    graphene_matrix_transform_bounds(&to, &own, rect);
    return TRUE;
}

static gboolean picture_rect(const Microscope *self, int layer, GtkWidget *in,
                             graphene_rect_t *rect) {
    return rect_of(self, layer, in, faltung_node_view_picture_rect, rect);
}

/* --- what is under the pointer --- */

static gboolean has_value(const Microscope *self, int layer, gsize index) {
    return has_values(self) && layer >= FALTUNG_INPUT && layer < self->scene->snapshot->n_layers &&
           self->scene->snapshot->values[layer + 1] != NULL &&
           index < faltung_shape_size(shape_of(self, layer));
}

/* The value of a gate, a head, a statistic, in words. */
static char *find_inside(const Microscope *self) {
    const FaltungSnapshot *snapshot = self->scene->snapshot;
    for (int i = 0; i < snapshot->n_layers; i++) {
        const FaltungInsideCard *card = snapshot->strips[i + 1].inside;
        graphene_rect_t rect;
        if (card == NULL ||
            !rect_of(self, i, GTK_WIDGET(self->canvas), faltung_node_view_inside_rect, &rect) ||
            !graphene_rect_contains_point(&rect, &GRAPHENE_POINT_INIT(self->x, self->y))) {
            continue;
        }
        double scale = card->picture->width / rect.size.width;
        g_autofree char *said = faltung_inside_card_describe(
            card, (self->x - rect.origin.x) * scale, (self->y - rect.origin.y) * scale);
        return said != NULL
                   ? g_strdup_printf("%s, %s", faltung_graph_layer(graph_of(self), i)->name, said)
                   : NULL;
    }
    return NULL;
}

static void find(Microscope *self) {
    g_clear_pointer(&self->inside, g_free);
    self->by_key = self->by_key && self->layer == faltung_canvas_selected(self->canvas) &&
                   has_value(self, self->layer, self->index);
    if (self->by_key) {
        return;
    }
    self->layer = FALTUNG_NO_LAYER;
    if (!self->pointed || !has_values(self)) {
        return;
    }
    self->inside = find_inside(self);
    const FaltungSnapshot *snapshot = self->scene->snapshot;
    for (int i = FALTUNG_INPUT; i < snapshot->n_layers; i++) {
        const FaltungPicture *picture = snapshot->strips[i + 1].output;
        graphene_rect_t rect;
        if (picture == NULL || snapshot->values[i + 1] == NULL ||
            !picture_rect(self, i, GTK_WIDGET(self->canvas), &rect) ||
            !graphene_rect_contains_point(&rect, &GRAPHENE_POINT_INIT(self->x, self->y))) {
            continue;
        }
        double scale = picture->width / rect.size.width;
        self->index =
            faltung_picture_index(picture, shape_of(self, i), (self->x - rect.origin.x) * scale,
                                  (self->y - rect.origin.y) * scale);
        self->layer = self->index >= 0 ? i : FALTUNG_NO_LAYER;
        return;
    }
}

static void tell(Microscope *self, int layer, const char *text) {
    GtkWidget *node = faltung_canvas_node(self->canvas, layer);
    if (node != NULL) {
        gtk_accessible_update_property(GTK_ACCESSIBLE(node), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       text, -1);
    }
}

/* The card is where the pointer is not: in the other half from top to bottom, and one that is
   higher than that in the other half from left to right. */
static void place_card(Microscope *self) {
    GtkWidget *canvas = GTK_WIDGET(self->canvas);
    double middle = gtk_widget_get_height(canvas) / 2.0;
    gboolean below = self->by_key || self->y < middle;
    gtk_widget_set_valign(self->card, below ? GTK_ALIGN_END : GTK_ALIGN_START);
    int height;
    gtk_widget_measure(self->card, GTK_ORIENTATION_VERTICAL, -1, NULL, &height, NULL, NULL);
    gboolean aside = !self->by_key && height > middle && self->x < gtk_widget_get_width(canvas) / 2;
    gtk_widget_set_halign(self->card, aside ? GTK_ALIGN_END : GTK_ALIGN_START);
}

/* The value in words, for screen readers: of a layer that keys move in. */
static void tell_value(Microscope *self) {
    int told = self->by_key ? self->layer : FALTUNG_NO_LAYER;
    if (told != self->told) {
        tell(self, self->told, "");
    }
    tell(self, told, faltung_value_card_text(FALTUNG_VALUE_CARD(self->card)));
    self->told = told;
}

/* Its equation is there. */
static void on_card_changed(Microscope *self) {
    place_card(self);
    tell_value(self);
}

static void say(Microscope *self) {
    FaltungValueCard *card = FALTUNG_VALUE_CARD(self->card);
    if (self->inside != NULL) {
        faltung_value_card_say(card, self->inside);
    } else if (self->layer == FALTUNG_NO_LAYER) {
        faltung_value_card_hide(card);
    } else {
        faltung_value_card_show(card, graph_of(self), self->scene->snapshot, self->layer,
                                self->index, self->near,
                                gtk_widget_get_width(GTK_WIDGET(self->canvas)),
                                gtk_widget_get_height(GTK_WIDGET(self->canvas)));
    }
    place_card(self);
    tell_value(self);
    gtk_widget_queue_draw(self->marks);
}

static void look(Microscope *self) {
    gboolean was_near = self->near;
    find(self);
    self->near = self->layer != FALTUNG_NO_LAYER &&
                 faltung_canvas_model(self->canvas)->zoom >= FALTUNG_NEAREST;
    say(self);
    if (self->near != was_near) {
        faltung_scene_wish_changed(self->scene); /* the arithmetic needs the weights */
    }
}

/* --- marks --- */

/* With a rim, for the maps below have all colours. */
static void stroke(cairo_t *cr, FaltungColor color, double width) {
    faltung_set_color(cr, faltung_color_on(color));
    cairo_set_line_width(cr, width + 1.5);
    cairo_stroke_preserve(cr);
    faltung_set_color(cr, color);
    cairo_set_line_width(cr, width);
    cairo_stroke(cr);
}

static void mark(const Microscope *self, cairo_t *cr, int layer, const FaltungReach *reach,
                 FaltungColor color, double width) {
    const FaltungPicture *picture = self->scene->snapshot->strips[layer + 1].output;
    graphene_rect_t place;
    if (!reach->any || picture == NULL || !picture_rect(self, layer, self->marks, &place)) {
        return;
    }
    double scale = place.size.width / picture->width;
    FaltungRect rects[FALTUNG_PICTURE_MOST_MAPS];
    int n = faltung_picture_places(picture, shape_of(self, layer), reach->first, reach->last, rects,
                                   G_N_ELEMENTS(rects));
    for (int i = 0; i < n; i++) {
        cairo_rectangle(cr, place.origin.x + rects[i].x * scale,
                        place.origin.y + rects[i].y * scale, rects[i].width * scale,
                        rects[i].height * scale);
    }
    stroke(cr, color, width);
}

/* The filter that made the map under the pointer, where it is beside it. */
static void mark_filter(const Microscope *self, cairo_t *cr, FaltungColor color) {
    const FaltungPicture *picture = self->scene->snapshot->strips[self->layer + 1].output;
    const FaltungShape *shape = shape_of(self, self->layer);
    graphene_rect_t place;
    if (picture == NULL || picture->atlas.beside == 0 ||
        !picture_rect(self, self->layer, self->marks, &place)) {
        return;
    }
    int map = (int)(self->index / ((gsize)shape->dims[1] * shape->dims[2]));
    FaltungRect rect = faltung_atlas_beside(&picture->atlas, map);
    double scale = place.size.width / picture->width;
    cairo_rectangle(cr, place.origin.x + rect.x * scale, place.origin.y + rect.y * scale,
                    rect.width * scale, rect.height * scale);
    stroke(cr, color, 1.5);
}

/* The wires that go from one layer with such values to another. */
static void mark_wires(const Microscope *self, cairo_t *cr, const FaltungReach *reaches,
                       FaltungColor color) {
    const FaltungCanvasModel *model = faltung_canvas_model(self->canvas);
    cairo_save(cr);
    cairo_translate(cr, model->offset_x, model->offset_y);
    cairo_scale(cr, model->zoom, model->zoom);
    for (int i = 0; i < model->diagram->n_edges; i++) {
        const FaltungDiagramEdge *edge = &model->diagram->edges[i];
        if (reaches[edge->from].any && reaches[edge->to].any) {
            faltung_diagram_trace_edge(cr, edge);
        }
    }
    cairo_restore(cr);
    faltung_set_color(cr, color);
    cairo_set_line_width(cr, 2.5);
    cairo_stroke(cr);
}

static void draw_numbers(const Microscope *self, cairo_t *cr, const FaltungTheme *theme,
                         FaltungRect view) {
    const FaltungSnapshot *snapshot = self->scene->snapshot;
    for (int i = FALTUNG_INPUT; i < snapshot->n_layers; i++) {
        const FaltungPicture *picture = snapshot->strips[i + 1].output;
        graphene_rect_t at;
        if (picture != NULL && snapshot->values[i + 1] != NULL &&
            picture_rect(self, i, self->marks, &at)) {
            FaltungRect place = {at.origin.x, at.origin.y, at.size.width, at.size.height};
            faltung_picture_draw_numbers(cr, theme, picture, shape_of(self, i),
                                         snapshot->values[i + 1], place, view);
        }
    }
}

static gboolean any(gpointer data) {
    const Microscope *self = data;
    return has_values(self) && (self->layer != FALTUNG_NO_LAYER ||
                                faltung_canvas_model(self->canvas)->zoom >= FALTUNG_NEAREST);
}

static void draw(GtkWidget *marks, cairo_t *cr, int width, int height, gpointer data) {
    const Microscope *self = data;
    FaltungTheme theme = faltung_theme_for(self->marks);
    if (faltung_canvas_model(self->canvas)->zoom >= FALTUNG_NEAREST) {
        draw_numbers(self, cr, &theme, (FaltungRect){0, 0, width, height});
    }
    if (self->layer == FALTUNG_NO_LAYER) {
        return;
    }
    const FaltungGraph *graph = graph_of(self);
    FaltungColor from = faltung_theme_series(&theme, 1), to = faltung_theme_series(&theme, 2);
    guint n = graph->layers->len + 1;
    g_autofree FaltungReach *reaches = g_new(FaltungReach, n);
    faltung_reach_forward(graph, self->layer, self->index, reaches);
    mark_wires(self, cr, reaches, to);
    for (int i = self->layer + 1; i < (int)n - 1; i++) {
        mark(self, cr, i, &reaches[i + 1], to, 1.5);
    }
    if (self->layer >= 0) {
        faltung_reach_back(graph, self->layer, self->index, reaches);
        mark_wires(self, cr, reaches, from);
        for (int i = FALTUNG_INPUT; i < self->layer; i++) {
            mark(self, cr, i, &reaches[i + 1], from, 1.5);
        }
    }
    mark(self, cr, self->layer, &reaches[self->layer + 1], from, 2.5);
    mark_filter(self, cr, from);
}

/* --- the pointer --- */

static void on_motion(GtkEventControllerMotion *motion, double x, double y, Microscope *self) {
    if (self->pointed && x == self->x && y == self->y) {
        return; /* what is under it moved */
    }
    self->x = x;
    self->y = y;
    self->pointed = TRUE;
    self->by_key = FALSE;
    look(self);
}

/* The value that was clicked is written out beside the equation. */
static void on_part(FaltungCanvas *canvas, int part, Microscope *self) {
    if (part == FALTUNG_SYMBOL_AT_OUTPUT && self->layer >= 0) {
        faltung_scene_set_unit(self->scene, self->layer, self->index);
    }
}

static void on_leave(GtkEventControllerMotion *motion, Microscope *self) {
    self->pointed = FALSE;
    look(self);
}

/* --- the keyboard --- */

/* The index one step along @axis, or the same at the end. */
static gsize moved(const FaltungShape *shape, gsize index, int axis, int step) {
    gsize stride = 1;
    for (int i = axis + 1; i < shape->rank; i++) {
        stride *= shape->dims[i];
    }
    int at = (int)(index / stride % shape->dims[axis]);
    int to = CLAMP(at + step, 0, shape->dims[axis] - 1);
    return index + (gssize)(to - at) * (gssize)stride;
}

/* Along the columns, the rows, or with Shift from map to map. */
static gboolean move(Microscope *self, gboolean across, int step, gboolean maps) {
    int layer = faltung_canvas_selected(self->canvas);
    if (!has_value(self, layer, 0)) {
        return FALSE;
    }
    const FaltungShape *shape = shape_of(self, layer);
    int axis = shape->rank - (across ? 1 : maps ? 3 : 2);
    if (self->layer != layer) {
        self->layer = layer; /* it begins at the first value */
        self->index = 0;
    } else {
        self->index = moved(shape, self->index, MAX(axis, 0), step);
    }
    self->by_key = TRUE;
    look(self);
    return TRUE;
}

static gboolean on_key(GtkEventControllerKey *key, guint keyval, guint code, GdkModifierType state,
                       Microscope *self) {
    gboolean maps = state & GDK_SHIFT_MASK;
    if (self->by_key && keyval == GDK_KEY_Escape) {
        self->by_key = FALSE;
        look(self);
        return TRUE;
    }
    if (self->by_key && (keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter) &&
        !(state & GDK_CONTROL_MASK)) {
        if (self->layer >= 0) {
            g_signal_emit_by_name(self->canvas, "part", FALTUNG_SYMBOL_AT_OUTPUT);
        }
        return TRUE;
    }
    if (!(state & GDK_CONTROL_MASK)) {
        return FALSE;
    }
    switch (keyval) {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
        return move(self, TRUE, -1, maps);
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
        return move(self, TRUE, 1, maps);
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
        return move(self, FALSE, -1, maps);
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
        return move(self, FALSE, 1, maps);
    default:
        return FALSE;
    }
}

static void show(GtkWidget *marks, FaltungScene *scene, FaltungSceneParts changed) {
    look(g_object_get_data(G_OBJECT(marks), "microscope"));
}

static void wish(GtkWidget *marks, FaltungWanted *wanted) {
    Microscope *self = g_object_get_data(G_OBJECT(marks), "microscope");
    wanted->weights = wanted->weights || self->near;
}

static void microscope_free(gpointer data) {
    Microscope *self = data;
    g_free(self->inside);
    g_free(self);
}

void faltung_microscope_attach(FaltungCanvas *canvas, FaltungScene *scene) {
    Microscope *self = g_new0(Microscope, 1);
    self->canvas = canvas;
    self->scene = scene;
    self->layer = self->told = FALTUNG_NO_LAYER;
    self->card = faltung_value_card_new();
    g_signal_connect_swapped(self->card, "changed", G_CALLBACK(on_card_changed), self);
    GtkWidget *overlay = gtk_widget_get_ancestor(GTK_WIDGET(canvas), GTK_TYPE_OVERLAY);
    static const FaltungMarksDrawing drawing = {any, draw};
    self->marks = faltung_marks_new(GTK_OVERLAY(overlay), &drawing, self);
    gtk_widget_set_can_target(self->card, FALSE);
    gtk_overlay_add_overlay(GTK_OVERLAY(overlay), self->card);
    /* below the minimap and the zoom's buttons */
    gtk_widget_insert_after(self->marks, overlay, gtk_overlay_get_child(GTK_OVERLAY(overlay)));
    GtkEventController *motion = gtk_event_controller_motion_new();
    gtk_event_controller_set_propagation_phase(motion, GTK_PHASE_CAPTURE);
    g_signal_connect(motion, "motion", G_CALLBACK(on_motion), self);
    g_signal_connect(motion, "leave", G_CALLBACK(on_leave), self);
    gtk_widget_add_controller(GTK_WIDGET(canvas), motion);
    GtkEventController *key = gtk_event_controller_key_new();
    gtk_event_controller_set_propagation_phase(key, GTK_PHASE_CAPTURE);
    g_signal_connect(key, "key-pressed", G_CALLBACK(on_key), self);
    gtk_widget_add_controller(GTK_WIDGET(canvas), key);
    g_signal_connect_swapped(canvas, "view", G_CALLBACK(look), self);
    g_signal_connect_swapped(canvas, "selected", G_CALLBACK(look), self);
    g_signal_connect(canvas, "part", G_CALLBACK(on_part), self);
    g_object_set_data(G_OBJECT(self->marks), "microscope", self);
    g_object_set_data_full(G_OBJECT(canvas), "microscope", self, microscope_free);
    static const FaltungSceneWatch watch = {show, wish};
    faltung_scene_watch(scene, self->marks, &watch);
}

const char *faltung_microscope_text(FaltungCanvas *canvas) {
    const Microscope *self = g_object_get_data(G_OBJECT(canvas), "microscope");
    return faltung_value_card_text(FALTUNG_VALUE_CARD(self->card));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/canvas-private.h"

#include "draw/diagram-live.h"
#include "gui/canvas/node-view.h"
#include "gui/style.h"
#include "gui/window/shortcuts.h"

#include <glib/gi18n.h>
#include <math.h>

#define ZOOM_STEP 1.2
#define SCROLL_STEP 40

G_DEFINE_FINAL_TYPE(FaltungCanvas, faltung_canvas, GTK_TYPE_WIDGET)

static guint signals[FALTUNG_CANVAS_N_SIGNALS];

/* --- the model to the widgets --- */

static gboolean tell_view(gpointer data) {
    FaltungCanvas *self = data;
    self->told = 0;
    g_signal_emit(self, signals[FALTUNG_CANVAS_VIEW], 0);
    return G_SOURCE_REMOVE;
}

/* Not while sizes are being settled. */
static void tell_view_soon(FaltungCanvas *self) {
    if (self->told == 0) {
        self->told = g_idle_add(tell_view, self);
    }
}

void faltung_canvas_update_nodes(FaltungCanvas *self) {
    g_clear_pointer(&self->edges, gsk_render_node_unref);
    self->level = faltung_canvas_model_level(self->model);
    for (guint i = 0; i < self->nodes->len; i++) {
        int layer = (int)i - 1;
        gtk_widget_set_child_visible(g_ptr_array_index(self->nodes, i),
                                     faltung_diagram_has_card(self->model->diagram, (int)i));
        faltung_node_view_update(
            g_ptr_array_index(self->nodes, i), self->model->diagram, (int)i, &self->theme,
            self->level, faltung_canvas_model_is_chosen(self->model, layer),
            layer >= 0 && *self->problems[layer] != '\0' ? self->problems[layer] : NULL);
    }
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

void faltung_canvas_view_changed(FaltungCanvas *self) {
    if (faltung_canvas_model_level(self->model) != self->level) {
        faltung_canvas_update_nodes(self);
    }
    gtk_widget_queue_allocate(GTK_WIDGET(self));
    g_signal_emit(self, signals[FALTUNG_CANVAS_VIEW], 0);
}

static void sync_nodes(FaltungCanvas *self) {
    guint n = self->model->diagram != NULL ? (guint)self->model->diagram->n_nodes : 0;
    while (self->nodes->len > n) {
        GtkWidget *node = g_ptr_array_steal_index(self->nodes, self->nodes->len - 1);
        gtk_widget_unparent(node);
    }
    while (self->nodes->len < n) {
        GtkWidget *node = faltung_node_view_new();
        gtk_widget_set_parent(node, GTK_WIDGET(self));
        g_ptr_array_add(self->nodes, node);
    }
    faltung_canvas_update_nodes(self);
    gtk_widget_queue_allocate(GTK_WIDGET(self));
}

void faltung_canvas_places_changed(FaltungCanvas *self) {
    faltung_canvas_update_nodes(self);
    faltung_canvas_view_changed(self);
}

void faltung_canvas_lay_out(FaltungCanvas *self) {
    if (self->graph == NULL) {
        return;
    }
    self->theme = faltung_theme_for(GTK_WIDGET(self));
    FaltungDiagramOptions options = faltung_diagram_live(self->graph, self->shut);
    faltung_canvas_model_set_graph(self->model, self->graph, &self->theme, &options);
    sync_nodes(self);
    tell_view_soon(self);
}

void faltung_canvas_set_graph(FaltungCanvas *self, const FaltungGraph *graph,
                              const char *const *problems) {
    g_clear_pointer(&self->graph, faltung_graph_free);
    self->graph = faltung_graph_copy(graph);
    g_strfreev(self->problems);
    self->problems = g_strdupv((char **)problems);
    faltung_canvas_grab_cancel(self);
    faltung_canvas_lay_out(self);
}

void faltung_canvas_set_snapshot(FaltungCanvas *self, FaltungSnapshot *snapshot) {
    for (guint i = 0; i < self->nodes->len; i++) {
        static const FaltungCardPictures none = {NULL};
        const FaltungCardPictures *pictures =
            snapshot != NULL && (int)i <= snapshot->n_layers ? &snapshot->strips[i] : &none;
        if (snapshot == NULL || snapshot->wanted.strips) {
            faltung_node_view_set_pictures(g_ptr_array_index(self->nodes, i), pictures);
        }
    }
}

int faltung_canvas_selected(FaltungCanvas *self) {
    return self->model->selected;
}

void faltung_canvas_selection_changed(FaltungCanvas *self) {
    faltung_canvas_update_nodes(self);
    g_signal_emit(self, signals[FALTUNG_CANVAS_SELECTED], 0);
}

void faltung_canvas_emit(FaltungCanvas *self, int signal, const FaltungCanvasEdit *edit) {
    g_signal_emit(self, signals[signal], 0, edit);
}

void faltung_canvas_emit_part(FaltungCanvas *self, int part) {
    g_signal_emit(self, signals[FALTUNG_CANVAS_PART], 0, part);
}

void faltung_canvas_select(FaltungCanvas *self, int layer) {
    gboolean alone = g_hash_table_size(self->model->chosen) <= 1;
    if (layer == self->model->selected && alone) {
        return;
    }
    faltung_canvas_model_select(self->model, layer);
    faltung_canvas_selection_changed(self);
}

void faltung_canvas_select_names(FaltungCanvas *self, const char *const *names) {
    faltung_canvas_model_select(self->model, FALTUNG_NO_LAYER);
    for (int i = 0; names[i] != NULL; i++) {
        int layer = faltung_graph_find(self->graph, names[i]);
        faltung_canvas_model_choose(self->model, layer, layer >= 0);
    }
    faltung_canvas_selection_changed(self);
}

int faltung_canvas_block(FaltungCanvas *self, gboolean around) {
    return faltung_canvas_model_block(self->model, around);
}

void faltung_canvas_select_block(FaltungCanvas *self, int block) {
    faltung_canvas_model_select_block(self->model, block);
    faltung_canvas_selection_changed(self);
}

void faltung_canvas_shut_block(FaltungCanvas *self, int block) {
    const FaltungLayerBlock *of = g_ptr_array_index(self->graph->blocks, block);
    g_autofree char *name = faltung_item_name(of->name);
    if (!g_hash_table_remove(self->shut, name)) {
        g_hash_table_add(self->shut, g_steal_pointer(&name));
    }
    faltung_canvas_grab_cancel(self);
    faltung_canvas_lay_out(self);
    faltung_canvas_select_block(self, block);
}

char **faltung_canvas_chosen(FaltungCanvas *self) {
    return faltung_canvas_model_chosen(self->model);
}

void faltung_canvas_set_editable(FaltungCanvas *self, gboolean editable) {
    self->editable = editable;
    if (!editable && self->grab != FALTUNG_GRAB_PAN) {
        faltung_canvas_grab_cancel(self);
    }
}

void faltung_canvas_look_at(FaltungCanvas *self, double x, double y) {
    faltung_canvas_model_look_at(self->model, x, y);
    faltung_canvas_view_changed(self);
}

void faltung_canvas_reveal(FaltungCanvas *self, int layer) {
    faltung_canvas_model_reveal(self->model, layer);
    faltung_canvas_view_changed(self);
}

void faltung_canvas_fit(FaltungCanvas *self) {
    self->model->fitted = TRUE;
    faltung_canvas_model_fit(self->model, FALSE);
    faltung_canvas_view_changed(self);
}

const FaltungCanvasModel *faltung_canvas_model(FaltungCanvas *self) {
    return self->model;
}

GtkWidget *faltung_canvas_node(FaltungCanvas *self, int layer) {
    guint index = (guint)(layer + 1);
    return layer >= FALTUNG_INPUT && index < self->nodes->len
               ? g_ptr_array_index(self->nodes, index)
               : NULL;
}

void faltung_canvas_wish(FaltungCanvas *self, FaltungWanted *wanted) {
    wanted->strips = gtk_widget_get_mapped(GTK_WIDGET(self)) && self->level == FALTUNG_LEVEL_NORMAL;
    wanted->near = wanted->strips && self->model->zoom >= FALTUNG_ZOOM_NEAR;
    wanted->strip_scale = gtk_widget_get_scale_factor(GTK_WIDGET(self));
    /* Whole powers of two, so that zooming makes new pictures only now and then. */
    wanted->strip_scale *= self->model->zoom > 2 ? 4 : self->model->zoom > 1 ? 2 : 1;
}

/* --- drawing --- */

static GskRenderNode *draw_edges(FaltungCanvas *self) {
    const FaltungDiagram *diagram = self->model->diagram;
    GtkSnapshot *snapshot = gtk_snapshot_new();
    graphene_rect_t bounds = GRAPHENE_RECT_INIT(0, 0, diagram->width, diagram->height);
    cairo_t *cr = gtk_snapshot_append_cairo(snapshot, &bounds);
    int block = faltung_canvas_model_block(self->model, FALSE);
    for (int i = 0; i < diagram->n_frames; i++) {
        faltung_diagram_draw_frame(cr, &self->theme, &diagram->frames[i], self->level,
                                   diagram->frames[i].block == block);
    }
    for (int i = 0; i < diagram->n_edges; i++) {
        const FaltungDiagramEdge *edge = &diagram->edges[i];
        int selected = self->model->selected + 1;
        gboolean touches = edge->from == selected || edge->to == selected;
        faltung_diagram_draw_edge(cr, &self->theme, edge, self->level, touches);
    }
    cairo_destroy(cr);
    return gtk_snapshot_free_to_node(snapshot);
}

/* How to begin, where there is nothing but the input. */
static void draw_hint(FaltungCanvas *self, GtkSnapshot *snapshot) {
    g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout(
        GTK_WIDGET(self), _("Type a layer, or drag one here from the list.\n"
                            "Double-click or Ctrl+K: search"));
    int width, height, view = gtk_widget_get_width(GTK_WIDGET(self));
    pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
    pango_layout_set_width(layout, MAX(view - 24, 1) * PANGO_SCALE);
    pango_layout_get_pixel_size(layout, &width, &height);
    const FaltungColor *dim = &self->theme.dim;
    GdkRGBA color = {dim->red, dim->green, dim->blue, dim->alpha};
    FaltungRect input =
        faltung_canvas_model_to_view(self->model, self->model->diagram->nodes[0].rect);
    double y = MAX(input.y - height - 12, 8);
    gtk_snapshot_save(snapshot);
    gtk_snapshot_translate(snapshot, &GRAPHENE_POINT_INIT(12, y));
    gtk_snapshot_append_layout(snapshot, layout, &color);
    gtk_snapshot_restore(snapshot);
}

/* With what a card draws around itself. */
static gboolean is_in_view(FaltungCanvas *self, int node) {
    FaltungRect rect =
        faltung_canvas_model_to_view(self->model, self->model->diagram->nodes[node].rect);
    double around = 10 * self->model->zoom;
    return rect.x + rect.width + around > 0 && rect.x - around < self->model->view_width &&
           rect.y + rect.height + around > 0 && rect.y - around < self->model->view_height;
}

static void faltung_canvas_snapshot(GtkWidget *widget, GtkSnapshot *snapshot) {
    FaltungCanvas *self = FALTUNG_CANVAS(widget);
    const FaltungColor *color = &self->theme.canvas;
    GdkRGBA background = {color->red, color->green, color->blue, color->alpha};
    graphene_rect_t all =
        GRAPHENE_RECT_INIT(0, 0, gtk_widget_get_width(widget), gtk_widget_get_height(widget));
    gtk_snapshot_append_color(snapshot, &background, &all);
    if (self->model->diagram == NULL) {
        return;
    }
    if (self->edges == NULL) {
        self->edges = draw_edges(self);
    }
    if (self->edges != NULL) {
        gtk_snapshot_save(snapshot);
        gtk_snapshot_translate(snapshot,
                               &GRAPHENE_POINT_INIT(self->model->offset_x, self->model->offset_y));
        gtk_snapshot_scale(snapshot, self->model->zoom, self->model->zoom);
        gtk_snapshot_append_node(snapshot, self->edges);
        gtk_snapshot_restore(snapshot);
    }
    if (self->nodes->len == 1) {
        draw_hint(self, snapshot);
    }
    for (guint i = 0; i < self->nodes->len; i++) {
        if (is_in_view(self, (int)i)) {
            gtk_widget_snapshot_child(widget, g_ptr_array_index(self->nodes, i), snapshot);
        }
    }
    faltung_canvas_draw_grab(self, snapshot);
}

static void faltung_canvas_size_allocate(GtkWidget *widget, int width, int height, int baseline) {
    FaltungCanvas *self = FALTUNG_CANVAS(widget);
    if (width != self->model->view_width || height != self->model->view_height) {
        faltung_canvas_model_resize(self->model, width, height);
        tell_view_soon(self);
    }
    if (faltung_canvas_model_level(self->model) != self->level) {
        faltung_canvas_update_nodes(self);
    }
    for (guint i = 0; i < self->nodes->len; i++) {
        FaltungRect rect = self->model->diagram->nodes[i].rect;
        if (!faltung_diagram_has_card(self->model->diagram, (int)i)) {
            continue;
        }
        GskTransform *transform = gsk_transform_translate(
            NULL, &GRAPHENE_POINT_INIT(rect.x * self->model->zoom + self->model->offset_x,
                                       rect.y * self->model->zoom + self->model->offset_y));
        transform = gsk_transform_scale(transform, self->model->zoom, self->model->zoom);
        gtk_widget_allocate(g_ptr_array_index(self->nodes, i), (int)ceil(rect.width),
                            (int)ceil(rect.height), -1, transform);
    }
}

static void faltung_canvas_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
                                   int *minimum, int *natural, int *minimum_baseline,
                                   int *natural_baseline) {
    FaltungCanvas *self = FALTUNG_CANVAS(widget);
    for (guint i = 0; i < self->nodes->len; i++) {
        gtk_widget_measure(g_ptr_array_index(self->nodes, i), orientation, -1, NULL, NULL, NULL,
                           NULL);
    }
    *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 240 : 120;
    *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 640 : 360;
}

/* --- keyboard --- */

static gboolean on_key_pressed(GtkEventControllerKey *key, guint keyval, guint code,
                               GdkModifierType state, FaltungCanvas *self) {
    if (keyval == GDK_KEY_space && !self->space_held) {
        self->space_held = TRUE;
        faltung_canvas_set_cursor(self);
    }
    return keyval == GDK_KEY_space;
}

static void on_key_released(GtkEventControllerKey *key, guint keyval, guint code,
                            GdkModifierType state, FaltungCanvas *self) {
    if (keyval == GDK_KEY_space) {
        self->space_held = FALSE;
        faltung_canvas_set_cursor(self);
    }
}

static void on_focus_left(GtkEventControllerFocus *focus, FaltungCanvas *self) {
    self->space_held = FALSE;
    faltung_canvas_set_cursor(self);
}

static gboolean walk(GtkWidget *widget, GVariant *arguments, gpointer data) {
    FaltungCanvas *self = FALTUNG_CANVAS(widget);
    int move = g_variant_get_int32(arguments);
    if (self->model->diagram != NULL && self->model->diagram->direction == FALTUNG_TOP_TO_BOTTOM) {
        move = (move + 2) % 4;
    }
    int layer = faltung_canvas_model_neighbour(self->model, self->model->selected, move);
    if (layer == FALTUNG_NO_LAYER) {
        return TRUE;
    }
    faltung_canvas_model_reveal(self->model, layer);
    faltung_canvas_select(self, layer);
    gtk_widget_grab_focus(faltung_canvas_node(self, layer));
    faltung_canvas_view_changed(self);
    return TRUE;
}

/* Tab moves the focus from node to node by itself; the selection follows it. */
static void faltung_canvas_set_focus_child(GtkWidget *widget, GtkWidget *child) {
    FaltungCanvas *self = FALTUNG_CANVAS(widget);
    GTK_WIDGET_CLASS(faltung_canvas_parent_class)->set_focus_child(widget, child);
    if (child == NULL || !FALTUNG_IS_NODE_VIEW(child)) {
        return;
    }
    int layer = faltung_node_view_layer(FALTUNG_NODE_VIEW(child));
    if (layer != self->model->selected && !self->clicking) {
        faltung_canvas_model_reveal(self->model, layer);
        faltung_canvas_select(self, layer);
        faltung_canvas_view_changed(self);
    }
}

static void zoom_action(GtkWidget *widget, const char *name, GVariant *parameter) {
    FaltungCanvas *self = FALTUNG_CANVAS(widget);
    double x = self->model->view_width / 2, y = self->model->view_height / 2;
    if (g_str_has_suffix(name, "in")) {
        faltung_canvas_model_zoom(self->model, ZOOM_STEP, x, y);
    } else if (g_str_has_suffix(name, "out")) {
        faltung_canvas_model_zoom(self->model, 1 / ZOOM_STEP, x, y);
    } else if (g_str_has_suffix(name, "original")) {
        faltung_canvas_model_zoom(self->model, 1 / self->model->zoom, x, y);
    } else if (g_str_has_suffix(name, "selection")) {
        faltung_canvas_model_fit_chosen(self->model);
    } else {
        self->model->fitted = FALSE;
        faltung_canvas_model_fit(self->model, TRUE);
    }
    faltung_canvas_view_changed(self);
}

static void activate_action(GtkWidget *widget, const char *name, GVariant *parameter) {
    FaltungCanvas *self = FALTUNG_CANVAS(widget);
    if (g_str_has_suffix(name, "unselect") && self->grab != FALTUNG_GRAB_NONE) {
        faltung_canvas_grab_cancel(self);
    } else if (g_str_has_suffix(name, "unselect")) {
        faltung_canvas_select(self, FALTUNG_NO_LAYER);
        gtk_widget_grab_focus(widget);
    } else if (self->model->selected != FALTUNG_NO_LAYER) {
        g_signal_emit(self, signals[FALTUNG_CANVAS_ACTIVATED], 0);
    }
}

/* The menu by the keyboard: at the selected card. */
static void show_menu(GtkWidget *widget, const char *name, GVariant *parameter) {
    FaltungCanvas *self = FALTUNG_CANVAS(widget);
    FaltungCanvasEdit edit = {.kind = FALTUNG_CANVAS_MENU, .x = 12, .y = 12};
    if (self->model->selected != FALTUNG_NO_LAYER) {
        FaltungRect rect = faltung_canvas_model_to_view(
            self->model, faltung_canvas_model_node(self->model, self->model->selected)->rect);
        edit.x = CLAMP(rect.x + rect.width / 2, 0, self->model->view_width);
        edit.y = CLAMP(rect.y + rect.height / 2, 0, self->model->view_height);
    }
    faltung_canvas_emit(self, FALTUNG_CANVAS_EDITED, &edit);
}

static void select_all(GtkWidget *widget, const char *name, GVariant *parameter) {
    FaltungCanvas *self = FALTUNG_CANVAS(widget);
    for (guint i = 1; i < self->nodes->len; i++) {
        faltung_canvas_model_choose(self->model, (int)i - 1, TRUE);
    }
    faltung_canvas_selection_changed(self);
}

void faltung_canvas_choose_flow(FaltungCanvas *self, gboolean forth) {
    faltung_canvas_model_choose_flow(self->model, forth);
    faltung_canvas_selection_changed(self);
}

/* --- the type --- */

static void faltung_canvas_dispose(GObject *object) {
    FaltungCanvas *self = FALTUNG_CANVAS(object);
    g_clear_handle_id(&self->told, g_source_remove);
    while (self->nodes->len > 0) {
        gtk_widget_unparent(g_ptr_array_steal_index(self->nodes, self->nodes->len - 1));
    }
    g_clear_pointer(&self->edges, gsk_render_node_unref);
    G_OBJECT_CLASS(faltung_canvas_parent_class)->dispose(object);
}

static void faltung_canvas_finalize(GObject *object) {
    FaltungCanvas *self = FALTUNG_CANVAS(object);
    faltung_canvas_model_free(self->model);
    g_free(self->fits);
    g_hash_table_unref(self->shut);
    g_ptr_array_unref(self->nodes);
    g_clear_pointer(&self->graph, faltung_graph_free);
    g_strfreev(self->problems);
    G_OBJECT_CLASS(faltung_canvas_parent_class)->finalize(object);
}

static void add_keys(GtkWidgetClass *klass) {
    faltung_shortcuts_bind(klass, FALTUNG_KEYS_OF_CANVAS);
    faltung_canvas_add_nudges(klass);
    static const guint arrows[][2] = {{GDK_KEY_Left, GDK_KEY_KP_Left},
                                      {GDK_KEY_Right, GDK_KEY_KP_Right},
                                      {GDK_KEY_Up, GDK_KEY_KP_Up},
                                      {GDK_KEY_Down, GDK_KEY_KP_Down}};
    for (int move = 0; move < 4; move++) {
        for (int i = 0; i < 2; i++) {
            gtk_widget_class_add_binding(klass, arrows[move][i], 0, walk, "i", move);
        }
    }
}

static void faltung_canvas_class_init(FaltungCanvasClass *klass) {
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    object_class->dispose = faltung_canvas_dispose;
    object_class->finalize = faltung_canvas_finalize;
    widget_class->snapshot = faltung_canvas_snapshot;
    widget_class->size_allocate = faltung_canvas_size_allocate;
    widget_class->measure = faltung_canvas_measure;
    widget_class->set_focus_child = faltung_canvas_set_focus_child;
    gtk_widget_class_set_css_name(widget_class, "canvas");
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_LIST_BOX);
    const char *zooms[] = {"canvas.zoom-in", "canvas.zoom-out", "canvas.zoom-original",
                           "canvas.zoom-fit", "canvas.zoom-selection"};
    for (guint i = 0; i < G_N_ELEMENTS(zooms); i++) {
        gtk_widget_class_install_action(widget_class, zooms[i], NULL, zoom_action);
    }
    gtk_widget_class_install_action(widget_class, "canvas.activate", NULL, activate_action);
    gtk_widget_class_install_action(widget_class, "canvas.unselect", NULL, activate_action);
    gtk_widget_class_install_action(widget_class, "canvas.select-all", NULL, select_all);
    gtk_widget_class_install_action(widget_class, "canvas.menu", NULL, show_menu);
    add_keys(widget_class);
    const char *names[] = {"selected", "activated", "view"};
    for (int i = 0; i < FALTUNG_CANVAS_EDITED; i++) {
        signals[i] = g_signal_new(names[i], G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
    }
    signals[FALTUNG_CANVAS_EDITED] =
        g_signal_new("edited", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 1, G_TYPE_POINTER);
    signals[FALTUNG_CANVAS_PART] = g_signal_new("part", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST,
                                                0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void add_keyboard(FaltungCanvas *self) {
    GtkWidget *widget = GTK_WIDGET(self);
    GtkEventController *key = gtk_event_controller_key_new();
    g_signal_connect(key, "key-pressed", G_CALLBACK(on_key_pressed), self);
    g_signal_connect(key, "key-released", G_CALLBACK(on_key_released), self);
    gtk_widget_add_controller(widget, key);

    GtkEventController *focus = gtk_event_controller_focus_new();
    g_signal_connect(focus, "leave", G_CALLBACK(on_focus_left), self);
    gtk_widget_add_controller(widget, focus);
}

static void faltung_canvas_init(FaltungCanvas *self) {
    GtkWidget *widget = GTK_WIDGET(self);
    self->model = faltung_canvas_model_new();
    self->nodes = g_ptr_array_new();
    self->shut = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    gtk_widget_set_focusable(widget, TRUE);
    gtk_widget_set_overflow(widget, GTK_OVERFLOW_HIDDEN);
    faltung_set_accessible_label(widget, _("Network diagram"));
    self->editable = TRUE;
    self->grab_layer = self->grab_from = self->grab_target = FALTUNG_NO_LAYER;
    self->grab_wire = -1;
    faltung_canvas_add_pointer(self);
    faltung_canvas_add_drop(self);
    add_keyboard(self);
    self->theme = faltung_theme_for(widget);
    faltung_on_style_changed(widget, G_CALLBACK(faltung_canvas_lay_out));
    g_signal_connect(self, "map", G_CALLBACK(faltung_canvas_view_changed), NULL);
}

GtkWidget *faltung_canvas_new(void) {
    return g_object_new(FALTUNG_TYPE_CANVAS, NULL);
}

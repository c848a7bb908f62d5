/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/symbol-marks.h"

#include "core/ops/symbols.h"
#include "draw/shapes.h"
#include "gui/canvas/marks.h"
#include "gui/style.h"

typedef struct {
    FaltungCanvas *canvas;
    FaltungScene *scene;
} Marks;

/* The selected layer, where it has the scene's symbol; and where that is. */
static const FaltungLayer *marked_layer(const Marks *self, FaltungSymbolPlace *place) {
    const FaltungExperiment *experiment = faltung_scene_experiment(self->scene);
    int selected = faltung_canvas_selected(self->canvas);
    if (experiment == NULL || self->scene->symbol == NULL || selected < 0 ||
        selected >= (int)experiment->graph->layers->len) {
        return NULL;
    }
    const FaltungLayer *layer = faltung_graph_layer(experiment->graph, selected);
    g_auto(GStrv) symbols = faltung_layer_symbols(layer);
    *place = faltung_symbol_place(layer, self->scene->symbol);
    return g_strv_contains((const char *const *)symbols, self->scene->symbol) ? layer : NULL;
}

/* Whether the symbol is on the wire; nodes are one more than layers. */
static gboolean is_on(const FaltungDiagramEdge *edge, int selected, FaltungSymbolPlace place) {
    return (place == FALTUNG_SYMBOL_AT_INPUT && edge->to == selected + 1) ||
           (place == FALTUNG_SYMBOL_AT_OUTPUT && edge->from == selected + 1);
}

/* --- drawing --- */

static void add_card(const Marks *self, cairo_t *cr, int node) {
    const FaltungCanvasModel *model = faltung_canvas_model(self->canvas);
    if (!faltung_diagram_has_card(model->diagram, node)) {
        return; /* it is in a block that is shut */
    }
    FaltungRect rect = faltung_canvas_model_to_view(model, model->diagram->nodes[node].rect);
    rect = (FaltungRect){rect.x - 3, rect.y - 3, rect.width + 6, rect.height + 6};
    faltung_rounded_rectangle(cr, rect, 12 * model->zoom + 3);
}

static void add_wire(const Marks *self, cairo_t *cr, const FaltungDiagramEdge *edge) {
    const FaltungCanvasModel *model = faltung_canvas_model(self->canvas);
    cairo_save(cr);
    cairo_translate(cr, model->offset_x, model->offset_y);
    cairo_scale(cr, model->zoom, model->zoom);
    faltung_diagram_trace_edge(cr, edge);
    cairo_restore(cr);
}

static gboolean any(gpointer data) {
    const Marks *self = data;
    FaltungSymbolPlace place;
    return faltung_canvas_model(self->canvas)->diagram != NULL &&
           marked_layer(self, &place) != NULL;
}

static void draw(GtkWidget *area, cairo_t *cr, int width, int height, gpointer data) {
    const Marks *self = data;
    const FaltungDiagram *diagram = faltung_canvas_model(self->canvas)->diagram;
    FaltungSymbolPlace place;
    marked_layer(self, &place);
    int selected = faltung_canvas_selected(self->canvas);
    for (int i = 0; i < diagram->n_edges; i++) {
        const FaltungDiagramEdge *edge = &diagram->edges[i];
        if (is_on(edge, selected, place)) {
            add_wire(self, cr, edge);
            if (place == FALTUNG_SYMBOL_AT_INPUT) {
                cairo_new_sub_path(cr);
                add_card(self, cr, edge->from);
            }
        }
    }
    if (place != FALTUNG_SYMBOL_AT_INPUT) {
        cairo_new_sub_path(cr);
        add_card(self, cr, selected + 1);
    }
    FaltungTheme theme = faltung_theme_for(area);
    faltung_set_color(cr, faltung_color_alpha(theme.accent, 0.35));
    cairo_set_line_width(cr, 8);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_stroke(cr);
}

char *faltung_symbol_marks_text(FaltungCanvas *canvas) {
    const Marks *self = g_object_get_data(G_OBJECT(canvas), "symbol-marks");
    const FaltungDiagram *diagram = faltung_canvas_model(canvas)->diagram;
    FaltungSymbolPlace place;
    const FaltungLayer *layer = marked_layer(self, &place);
    if (layer == NULL || diagram == NULL) {
        return g_strdup("");
    }
    GString *text = g_string_new(place == FALTUNG_SYMBOL_AT_INPUT ? "" : layer->name);
    for (int i = 0; i < diagram->n_edges; i++) {
        const FaltungDiagramEdge *edge = &diagram->edges[i];
        if (is_on(edge, faltung_canvas_selected(canvas), place)) {
            g_string_append_printf(text, "%s%s-%s", text->len > 0 ? " " : "",
                                   diagram->nodes[edge->from].title,
                                   diagram->nodes[edge->to].title);
        }
    }
    return g_string_free(text, FALSE);
}

/* --- the other way round --- */

static void on_part(FaltungCanvas *canvas, int place, Marks *self) {
    const FaltungExperiment *experiment = faltung_scene_experiment(self->scene);
    const FaltungLayer *layer =
        faltung_graph_layer(experiment->graph, faltung_canvas_selected(canvas));
    g_autofree char *symbol = faltung_symbol_at_place(layer, place);
    if (symbol != NULL) {
        faltung_scene_set_symbol(self->scene, symbol);
    }
}

static void show(GtkWidget *area, FaltungScene *scene, FaltungSceneParts changed) {
    if (changed & (FALTUNG_SCENE_SYMBOL | FALTUNG_SCENE_DOCUMENT | FALTUNG_SCENE_STYLE)) {
        gtk_widget_queue_draw(area);
    }
}

void faltung_symbol_marks_attach(FaltungCanvas *canvas, FaltungScene *scene) {
    Marks *self = g_new(Marks, 1);
    *self = (Marks){canvas, scene};
    GtkWidget *overlay = gtk_widget_get_ancestor(GTK_WIDGET(canvas), GTK_TYPE_OVERLAY);
    static const FaltungMarksDrawing drawing = {any, draw};
    GtkWidget *area = faltung_marks_new(GTK_OVERLAY(overlay), &drawing, self);
    g_signal_connect_object(canvas, "view", G_CALLBACK(gtk_widget_queue_draw), area,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(canvas, "selected", G_CALLBACK(gtk_widget_queue_draw), area,
                            G_CONNECT_SWAPPED);
    g_signal_connect(canvas, "part", G_CALLBACK(on_part), self);
    g_object_set_data_full(G_OBJECT(canvas), "symbol-marks", self, g_free);
    static const FaltungSceneWatch watch = {show, NULL};
    faltung_scene_watch(scene, area, &watch);
}

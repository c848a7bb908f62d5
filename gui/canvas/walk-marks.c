/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/walk-marks.h"

#include "draw/shapes.h"
#include "draw/text.h"
#include "gui/canvas/marks.h"
#include "gui/style.h"

#define GAP 9 /* between the middle of a wire and what is written above and below it */

typedef struct {
    FaltungCanvas *canvas;
    FaltungScene *scene;
} Marks;

static void write_text(cairo_t *cr, const FaltungTheme *theme, const char *text, FaltungColor color,
                       FaltungPoint at, gboolean above) {
    double width, height;
    if (text == NULL) {
        return;
    }
    faltung_text_size(cr, theme, text, FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR, &width, &height);
    double top = above ? at.y - GAP - height : at.y + GAP;
    faltung_rounded_rectangle(cr, (FaltungRect){at.x - width / 2 - 4, top, width + 8, height}, 4);
    faltung_set_color(cr, theme->card);
    cairo_fill_preserve(cr);
    faltung_set_color(cr, color);
    cairo_set_line_width(cr, 1);
    cairo_stroke(cr);
    faltung_text_draw(cr, theme, text, FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR, theme->foreground,
                      at.x, top, 0.5, 0, 0);
}

static gboolean any(gpointer data) {
    const Marks *self = data;
    const FaltungCanvasModel *model = faltung_canvas_model(self->canvas);
    return self->scene->passing != NULL && model->diagram != NULL &&
           faltung_canvas_model_level(model) != FALTUNG_LEVEL_FAR;
}

static void draw(GtkWidget *area, cairo_t *cr, int width, int height, gpointer data) {
    const Marks *self = data;
    const FaltungCanvasModel *model = faltung_canvas_model(self->canvas);
    FaltungTheme theme = faltung_theme_for(area);
    cairo_translate(cr, model->offset_x, model->offset_y);
    cairo_scale(cr, model->zoom, model->zoom);
    for (int i = 0; i < model->diagram->n_edges; i++) {
        const FaltungDiagramEdge *edge = &model->diagram->edges[i];
        if (edge->from < (int)self->scene->n_passing) {
            const FaltungPassing *passing = &self->scene->passing[edge->from];
            write_text(cr, &theme, passing->value, theme.accent, edge->label_at, TRUE);
            const char *sent = edge->to < (int)self->scene->n_passing
                                   ? self->scene->passing[edge->to].sent[edge->input]
                                   : NULL;
            write_text(cr, &theme, sent != NULL ? sent : passing->gradient,
                       faltung_theme_series(&theme, 1), edge->label_at, FALSE);
        }
    }
}

static void show(GtkWidget *area, FaltungScene *scene, FaltungSceneParts changed) {
    if (changed & (FALTUNG_SCENE_PASSING | FALTUNG_SCENE_DOCUMENT | FALTUNG_SCENE_STYLE)) {
        gtk_widget_queue_draw(area);
    }
}

void faltung_walk_marks_attach(FaltungCanvas *canvas, FaltungScene *scene) {
    Marks *self = g_new(Marks, 1);
    *self = (Marks){canvas, scene};
    GtkWidget *overlay = gtk_widget_get_ancestor(GTK_WIDGET(canvas), GTK_TYPE_OVERLAY);
    static const FaltungMarksDrawing drawing = {any, draw};
    GtkWidget *area = faltung_marks_new(GTK_OVERLAY(overlay), &drawing, self);
    g_object_set_data_full(G_OBJECT(canvas), "walk-marks", self, g_free);
    g_signal_connect_object(canvas, "view", G_CALLBACK(gtk_widget_queue_draw), area,
                            G_CONNECT_SWAPPED);
    static const FaltungSceneWatch watch = {show, NULL};
    faltung_scene_watch(scene, area, &watch);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/minimap.h"

#include "draw/shapes.h"
#include "gui/style.h"

#include <glib/gi18n.h>
#include <math.h>

#define LARGEST_WIDTH 200
#define LARGEST_HEIGHT 110
#define BESIDE 230      /* pixels of the canvas' width that others need */
#define LEAST_HEIGHT 28 /* a long chain is flat, and yet has to be hit */
#define PAD 5

struct _FaltungMinimap {
    GtkWidget parent;
    FaltungCanvas *canvas;
    gboolean wanted;
    FaltungPoint start; /* of a drag */
};

G_DEFINE_FINAL_TYPE(FaltungMinimap, faltung_minimap, GTK_TYPE_WIDGET)

/* How much smaller than the diagram it is. */
static double scale_of(const FaltungCanvasModel *model) {
    double width = MIN(LARGEST_WIDTH, model->view_width - BESIDE) - 2 * PAD;
    double height = MIN(LARGEST_HEIGHT, model->view_height / 2) - 2 * PAD;
    return MIN(width / model->diagram->width, height / model->diagram->height);
}

static double height_of(const FaltungCanvasModel *model) {
    return MAX(ceil(model->diagram->height * scale_of(model)) + 2 * PAD, LEAST_HEIGHT);
}

/* Where the diagram begins in it: from above, in the middle. */
static double top_of(const FaltungCanvasModel *model) {
    return (height_of(model) - model->diagram->height * scale_of(model)) / 2;
}

static gboolean fits(const FaltungCanvasModel *model) {
    return model->diagram->width * model->zoom <= model->view_width + 1 &&
           model->diagram->height * model->zoom <= model->view_height + 1;
}

/* Whether a card lies below it. */
static gboolean covers(FaltungMinimap *self, const FaltungCanvasModel *model) {
    graphene_rect_t own;
    if (!gtk_widget_compute_bounds(GTK_WIDGET(self), GTK_WIDGET(self->canvas), &own)) {
        return FALSE;
    }
    for (int i = 0; i < model->diagram->n_nodes; i++) {
        FaltungRect card = faltung_canvas_model_to_view(model, model->diagram->nodes[i].rect);
        graphene_rect_t rect = GRAPHENE_RECT_INIT(card.x, card.y, card.width, card.height);
        if (faltung_diagram_has_card(model->diagram, i) &&
            graphene_rect_intersection(&own, &rect, NULL)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* What it covers is seen through it, as long as the pointer does not need it (style.css). */
static void give_way(FaltungMinimap *self) {
    const FaltungCanvasModel *model = faltung_canvas_model(self->canvas);
    if (model->diagram != NULL && covers(self, model)) {
        gtk_widget_add_css_class(GTK_WIDGET(self), "covering");
    } else {
        gtk_widget_remove_css_class(GTK_WIDGET(self), "covering");
    }
}

static void update(FaltungMinimap *self) {
    const FaltungCanvasModel *model = faltung_canvas_model(self->canvas);
    gboolean shown = self->wanted && model->diagram != NULL && scale_of(model) > 0 && !fits(model);
    gtk_widget_set_visible(GTK_WIDGET(self), shown);
    if (shown) {
        double scale = scale_of(model);
        gtk_widget_set_size_request(GTK_WIDGET(self),
                                    (int)ceil(model->diagram->width * scale) + 2 * PAD,
                                    (int)height_of(model));
        gtk_widget_queue_draw(GTK_WIDGET(self));
        give_way(self);
    }
}

void faltung_minimap_set_canvas(FaltungMinimap *self, FaltungCanvas *canvas) {
    self->canvas = canvas;
    g_signal_connect_object(canvas, "view", G_CALLBACK(update), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(canvas, "selected", G_CALLBACK(gtk_widget_queue_draw), self,
                            G_CONNECT_SWAPPED);
    update(self);
}

void faltung_minimap_set_wanted(FaltungMinimap *self, gboolean wanted) {
    self->wanted = wanted;
    update(self);
}

/* --- drawing --- */

static void draw_cards(cairo_t *cr, const FaltungTheme *theme, const FaltungCanvasModel *model) {
    const FaltungDiagram *diagram = model->diagram;
    double least = 2 / scale_of(model); /* two pixels of each card are seen */
    for (int i = 0; i < diagram->n_frames; i++) {
        FaltungRect rect = diagram->frames[i].rect;
        cairo_rectangle(cr, rect.x, rect.y, rect.width, rect.height);
        faltung_set_color(cr, faltung_color_alpha(theme->foreground, 0.08));
        cairo_fill(cr);
    }
    for (int i = 0; i < diagram->n_nodes; i++) {
        if (!faltung_diagram_has_card(diagram, i)) {
            continue;
        }
        FaltungRect rect = diagram->nodes[i].rect;
        cairo_rectangle(cr, rect.x, rect.y, MAX(rect.width, least), MAX(rect.height, least));
        faltung_set_color(cr, faltung_canvas_model_is_chosen(model, i - 1)
                                  ? theme->accent
                                  : faltung_group_color(theme, diagram->nodes[i].group));
        cairo_fill(cr);
    }
}

static void draw_view(cairo_t *cr, const FaltungTheme *theme, const FaltungCanvasModel *model) {
    FaltungPoint start = faltung_canvas_model_to_diagram(model, 0, 0);
    FaltungPoint end =
        faltung_canvas_model_to_diagram(model, model->view_width, model->view_height);
    start.x = MAX(start.x, 0);
    start.y = MAX(start.y, 0);
    end.x = MIN(end.x, model->diagram->width);
    end.y = MIN(end.y, model->diagram->height);
    cairo_rectangle(cr, start.x, start.y, end.x - start.x, end.y - start.y);
    faltung_set_color(cr, faltung_color_alpha(theme->accent, 0.14));
    cairo_fill_preserve(cr);
    faltung_set_color(cr, theme->accent);
    cairo_set_line_width(cr, 1.5 / scale_of(model));
    cairo_stroke(cr);
}

static void faltung_minimap_snapshot(GtkWidget *widget, GtkSnapshot *snapshot) {
    FaltungMinimap *self = FALTUNG_MINIMAP(widget);
    const FaltungCanvasModel *model = faltung_canvas_model(self->canvas);
    if (model->diagram == NULL) {
        return;
    }
    FaltungTheme theme = faltung_theme_for(widget);
    double width = gtk_widget_get_width(widget), height = gtk_widget_get_height(widget);
    cairo_t *cr = gtk_snapshot_append_cairo(snapshot, &GRAPHENE_RECT_INIT(0, 0, width, height));
    faltung_rounded_rectangle(cr, (FaltungRect){0.5, 0.5, width - 1, height - 1}, 6);
    faltung_set_color(cr, faltung_color_alpha(theme.card, 0.92));
    cairo_fill_preserve(cr);
    faltung_set_color(cr, theme.border);
    cairo_set_line_width(cr, 1);
    cairo_stroke(cr);
    cairo_translate(cr, PAD, top_of(model));
    cairo_scale(cr, scale_of(model), scale_of(model));
    draw_cards(cr, &theme, model);
    draw_view(cr, &theme, model);
    cairo_destroy(cr);
}

/* --- the pointer --- */

static void look_at(FaltungMinimap *self, double x, double y) {
    const FaltungCanvasModel *model = faltung_canvas_model(self->canvas);
    double scale = scale_of(model);
    faltung_canvas_look_at(self->canvas, (x - PAD) / scale, (y - top_of(model)) / scale);
}

static void on_drag_begin(GtkGestureDrag *drag, double x, double y, FaltungMinimap *self) {
    self->start = (FaltungPoint){x, y};
    look_at(self, x, y);
}

static void on_drag_update(GtkGestureDrag *drag, double dx, double dy, FaltungMinimap *self) {
    look_at(self, self->start.x + dx, self->start.y + dy);
}

static void faltung_minimap_class_init(FaltungMinimapClass *klass) {
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    widget_class->snapshot = faltung_minimap_snapshot;
    gtk_widget_class_set_css_name(widget_class, "minimap");
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void faltung_minimap_init(FaltungMinimap *self) {
    self->wanted = TRUE;
    faltung_set_accessible_label(GTK_WIDGET(self), _("Overview of the network"));
    gtk_widget_set_tooltip_text(GTK_WIDGET(self), _("Drag to move the view (M hides this)"));
    GtkGesture *drag = gtk_gesture_drag_new();
    g_signal_connect(drag, "drag-begin", G_CALLBACK(on_drag_begin), self);
    g_signal_connect(drag, "drag-update", G_CALLBACK(on_drag_update), self);
    gtk_widget_add_controller(GTK_WIDGET(self), GTK_EVENT_CONTROLLER(drag));
}

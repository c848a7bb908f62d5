/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/inspector/equation-view.h"

#include "core/ops/symbols.h"
#include "draw/equation.h"
#include "gui/style.h"

#define SIZE 20 /* of the font, in pixels */
#define PADDING 12
#define SMALLEST 0.45 /* of SIZE: what is still wider is cut off */

struct _FaltungEquationView {
    GtkWidget parent;
    FaltungEquation *equation; /* NULL: shown as text */
    char *text;
    char *symbol; /* (nullable): the mark that stands out */
};

G_DEFINE_FINAL_TYPE(FaltungEquationView, faltung_equation_view, GTK_TYPE_WIDGET)

static guint symbol_signal;

/* Where the equation is drawn: the left end of its baseline, and how large. */
typedef struct {
    double x, y, scale;
} Place;

static Place place_of(FaltungEquationView *self) {
    double width = gtk_widget_get_width(GTK_WIDGET(self));
    double height = gtk_widget_get_height(GTK_WIDGET(self));
    double ascent = faltung_equation_ascent(self->equation);
    double descent = faltung_equation_descent(self->equation);
    double natural = faltung_equation_width(self->equation);
    double scale = CLAMP((width - 2 * PADDING) / natural, SMALLEST, 1);
    return (Place){MAX((width - natural * scale) / 2, PADDING),
                   height / 2 + scale * (ascent - descent) / 2, scale};
}

static void faltung_equation_view_snapshot(GtkWidget *widget, GtkSnapshot *snapshot) {
    FaltungEquationView *self = FALTUNG_EQUATION_VIEW(widget);
    double width = gtk_widget_get_width(widget), height = gtk_widget_get_height(widget);
    FaltungTheme theme = faltung_theme_for(widget);
    if (self->equation == NULL) {
        PangoLayout *layout = gtk_widget_create_pango_layout(widget, self->text);
        pango_layout_set_width(layout, (int)(width - 2 * PADDING) * PANGO_SCALE);
        GdkRGBA color;
        gtk_style_context_get_color(gtk_widget_get_style_context(widget), &color);
        gtk_snapshot_translate(snapshot, &GRAPHENE_POINT_INIT(PADDING, PADDING));
        gtk_snapshot_append_layout(snapshot, layout, &color);
        g_object_unref(layout);
        return;
    }
    Place place = place_of(self);
    cairo_t *cr = gtk_snapshot_append_cairo(snapshot, &GRAPHENE_RECT_INIT(0, 0, width, height));
    cairo_translate(cr, place.x, place.y);
    cairo_scale(cr, place.scale, place.scale);
    if (self->symbol != NULL) {
        faltung_equation_draw_behind(self->equation, cr, 0, 0, self->symbol,
                                     faltung_color_alpha(theme.accent, 0.3));
    }
    faltung_equation_draw(self->equation, cr, 0, 0, theme.foreground);
    cairo_destroy(cr);
}

static void faltung_equation_view_measure(GtkWidget *widget, GtkOrientation orientation,
                                          int for_size, int *minimum, int *natural,
                                          int *minimum_baseline, int *natural_baseline) {
    FaltungEquationView *self = FALTUNG_EQUATION_VIEW(widget);
    if (orientation == GTK_ORIENTATION_HORIZONTAL) {
        *minimum = 120;
        *natural = 320;
        return;
    }
    double height = 3 * SIZE;
    if (self->equation != NULL) {
        double scale = 1;
        if (for_size > 0) {
            scale = CLAMP((for_size - 2 * PADDING) / faltung_equation_width(self->equation),
                          SMALLEST, 1);
        }
        height = scale * (faltung_equation_ascent(self->equation) +
                          faltung_equation_descent(self->equation));
    }
    *minimum = *natural = (int)height + 2 * PADDING;
}

static GtkSizeRequestMode faltung_equation_view_request_mode(GtkWidget *widget) {
    return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* --- the pointer --- */

static const char *symbol_at(FaltungEquationView *self, double x, double y) {
    if (self->equation == NULL) {
        return NULL;
    }
    Place place = place_of(self);
    return faltung_equation_hit(self->equation, (x - place.x) / place.scale,
                                (y - place.y) / place.scale);
}

static void on_released(GtkGestureClick *click, int n_press, double x, double y,
                        FaltungEquationView *self) {
    g_signal_emit(self, symbol_signal, 0, symbol_at(self, x, y));
}

static void on_motion(GtkEventControllerMotion *motion, double x, double y,
                      FaltungEquationView *self) {
    gboolean listens = g_signal_has_handler_pending(self, symbol_signal, 0, FALSE);
    gtk_widget_set_cursor_from_name(GTK_WIDGET(self),
                                    listens && symbol_at(self, x, y) != NULL ? "pointer" : NULL);
}

void faltung_equation_view_set_symbol(FaltungEquationView *self, const char *symbol) {
    g_free(self->symbol);
    self->symbol = g_strdup(symbol);
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

gboolean faltung_equation_view_symbol_place(FaltungEquationView *self, const char *symbol,
                                            graphene_point_t *at) {
    FaltungRect rect;
    if (self->equation == NULL || !faltung_equation_mark_rect(self->equation, symbol, &rect)) {
        return FALSE;
    }
    Place place = place_of(self);
    graphene_point_init(at, place.x + place.scale * (rect.x + rect.width / 2),
                        place.y + place.scale * (rect.y + rect.height / 2));
    return TRUE;
}

static void faltung_equation_view_finalize(GObject *object) {
    FaltungEquationView *self = FALTUNG_EQUATION_VIEW(object);
    g_clear_pointer(&self->equation, faltung_equation_free);
    g_free(self->text);
    g_free(self->symbol);
    G_OBJECT_CLASS(faltung_equation_view_parent_class)->finalize(object);
}

static void faltung_equation_view_class_init(FaltungEquationViewClass *klass) {
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = faltung_equation_view_finalize;
    widget_class->snapshot = faltung_equation_view_snapshot;
    widget_class->measure = faltung_equation_view_measure;
    widget_class->get_request_mode = faltung_equation_view_request_mode;
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
    symbol_signal = g_signal_new("symbol", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void faltung_equation_view_init(FaltungEquationView *self) {
    faltung_on_style_changed(GTK_WIDGET(self), G_CALLBACK(gtk_widget_queue_draw));
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "released", G_CALLBACK(on_released), self);
    gtk_widget_add_controller(GTK_WIDGET(self), GTK_EVENT_CONTROLLER(click));
    GtkEventController *motion = gtk_event_controller_motion_new();
    g_signal_connect(motion, "motion", G_CALLBACK(on_motion), self);
    gtk_widget_add_controller(GTK_WIDGET(self), motion);
}

/* Where it cannot be typeset (no mathematics font), its TeX is shown and said. */
GtkWidget *faltung_equation_view_new(const char *tex) {
    FaltungEquationView *self = g_object_new(FALTUNG_TYPE_EQUATION_VIEW, NULL);
    self->text = faltung_equation_plain(tex);
    self->equation = faltung_equation_new(tex, SIZE, NULL);
    faltung_set_accessible_label(GTK_WIDGET(self), self->text);
    return GTK_WIDGET(self);
}

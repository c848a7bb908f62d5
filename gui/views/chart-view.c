/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/chart-view.h"

#include "gui/style.h"

#include <math.h>

#define DRAG_THRESHOLD 8

struct _FaltungChartView {
    GtkWidget parent;
    FaltungChart *chart;
    double pointer_x, pointer_y;
    gboolean pointed;
    double drag_from, drag_to;
    gboolean dragging;
};

G_DEFINE_FINAL_TYPE(FaltungChartView, faltung_chart_view, GTK_TYPE_WIDGET)

static void faltung_chart_view_snapshot(GtkWidget *widget, GtkSnapshot *snapshot) {
    FaltungChartView *self = FALTUNG_CHART_VIEW(widget);
    double width = gtk_widget_get_width(widget), height = gtk_widget_get_height(widget);
    FaltungTheme theme = faltung_theme_for(widget);
    cairo_t *cr = gtk_snapshot_append_cairo(snapshot, &GRAPHENE_RECT_INIT(0, 0, width, height));
    faltung_chart_draw(self->chart, cr, &theme, width, height);
    if (self->dragging) {
        FaltungRect plot = faltung_chart_plot(self->chart);
        cairo_rectangle(cr, MIN(self->drag_from, self->drag_to), plot.y,
                        fabs(self->drag_to - self->drag_from), plot.height);
        FaltungColor color = faltung_color_alpha(theme.accent, 0.2);
        cairo_set_source_rgba(cr, color.red, color.green, color.blue, color.alpha);
        cairo_fill(cr);
    } else if (self->pointed) {
        faltung_chart_draw_hover(self->chart, cr, &theme, self->pointer_x, self->pointer_y);
    }
    cairo_destroy(cr);
}

static void faltung_chart_view_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
                                       int *minimum, int *natural, int *minimum_baseline,
                                       int *natural_baseline) {
    if (orientation == GTK_ORIENTATION_HORIZONTAL) {
        *minimum = 160;
        *natural = 360;
        return;
    }
    /* title, legend and the axis' numbers are lines of text; as much remains for the lines */
    int line;
    g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout(widget, "X");
    pango_layout_get_pixel_size(layout, NULL, &line);
    *minimum = MAX(124, 6 * line);
    *natural = MAX(170, 8 * line);
}

static void on_motion(GtkEventControllerMotion *motion, double x, double y,
                      FaltungChartView *self) {
    self->pointer_x = x;
    self->pointer_y = y;
    self->pointed = TRUE;
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void on_leave(GtkEventControllerMotion *motion, FaltungChartView *self) {
    self->pointed = FALSE;
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void on_pressed(GtkGestureClick *click, int n_press, double x, double y,
                       FaltungChartView *self) {
    int series = faltung_chart_legend_hit(self->chart, x, y);
    if (series >= 0) {
        faltung_chart_set_visible(self->chart, series,
                                  !faltung_chart_is_visible(self->chart, series));
    } else if (n_press == 2) {
        faltung_chart_set_x_range(self->chart, 0, 0);
    }
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static double into_plot(FaltungChartView *self, double x) {
    FaltungRect plot = faltung_chart_plot(self->chart);
    return CLAMP(x, plot.x, plot.x + plot.width);
}

static void on_drag_update(GtkGestureDrag *drag, double x, double y, FaltungChartView *self) {
    double start_x, start_y;
    gtk_gesture_drag_get_start_point(drag, &start_x, &start_y);
    self->dragging = fabs(x) > DRAG_THRESHOLD;
    self->drag_from = into_plot(self, start_x);
    self->drag_to = into_plot(self, start_x + x);
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void on_drag_end(GtkGestureDrag *drag, double x, double y, FaltungChartView *self) {
    if (self->dragging) {
        double a = faltung_chart_to_data(self->chart, self->drag_from, 0).x;
        double b = faltung_chart_to_data(self->chart, self->drag_to, 0).x;
        faltung_chart_set_x_range(self->chart, MIN(a, b), MAX(a, b));
    }
    self->dragging = FALSE;
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void faltung_chart_view_finalize(GObject *object) {
    FaltungChartView *self = FALTUNG_CHART_VIEW(object);
    faltung_chart_free(self->chart);
    G_OBJECT_CLASS(faltung_chart_view_parent_class)->finalize(object);
}

static void faltung_chart_view_class_init(FaltungChartViewClass *klass) {
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = faltung_chart_view_finalize;
    widget_class->snapshot = faltung_chart_view_snapshot;
    widget_class->measure = faltung_chart_view_measure;
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void faltung_chart_view_init(FaltungChartView *self) {
    GtkWidget *widget = GTK_WIDGET(self);
    self->chart = faltung_chart_new();
    gtk_widget_set_hexpand(widget, TRUE);
    gtk_widget_set_vexpand(widget, TRUE);

    GtkEventController *motion = gtk_event_controller_motion_new();
    g_signal_connect(motion, "motion", G_CALLBACK(on_motion), self);
    g_signal_connect(motion, "leave", G_CALLBACK(on_leave), self);
    gtk_widget_add_controller(widget, motion);
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "pressed", G_CALLBACK(on_pressed), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(click));
    GtkGesture *drag = gtk_gesture_drag_new();
    g_signal_connect(drag, "drag-update", G_CALLBACK(on_drag_update), self);
    g_signal_connect(drag, "drag-end", G_CALLBACK(on_drag_end), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(drag));
    faltung_on_style_changed(widget, G_CALLBACK(gtk_widget_queue_draw));
}

GtkWidget *faltung_chart_view_new(void) {
    return g_object_new(FALTUNG_TYPE_CHART_VIEW, NULL);
}

FaltungChart *faltung_chart_view_chart(FaltungChartView *self) {
    return self->chart;
}

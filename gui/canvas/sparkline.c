/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/sparkline.h"

#include "gui/style.h"

#include <glib/gi18n.h>
#include <math.h>

#define WIDTH 90
#define HEIGHT 20
#define MARGIN 2.5

struct _FaltungSparkline {
    GtkWidget parent;
    double *values;
    int n;
};

G_DEFINE_FINAL_TYPE(FaltungSparkline, faltung_sparkline, GTK_TYPE_WIDGET)

void faltung_sparkline_show(FaltungSparkline *self, const double *values, int n) {
    g_free(self->values);
    self->values = g_memdup2(values, (gsize)n * sizeof *values);
    self->n = n;
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void faltung_sparkline_snapshot(GtkWidget *widget, GtkSnapshot *snapshot) {
    FaltungSparkline *self = FALTUNG_SPARKLINE(widget);
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < self->n; i++) {
        if (isfinite(self->values[i])) {
            low = MIN(low, self->values[i]);
            high = MAX(high, self->values[i]);
        }
    }
    if (!isfinite(low)) {
        return;
    }
    int width = gtk_widget_get_width(widget), height = gtk_widget_get_height(widget);
    cairo_t *cr = gtk_snapshot_append_cairo(snapshot, &GRAPHENE_RECT_INIT(0, 0, width, height));
    GdkRGBA color;
    gtk_style_context_get_color(gtk_widget_get_style_context(widget), &color);
    gdk_cairo_set_source_rgba(cr, &color);
    cairo_set_line_width(cr, 1.5);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (int i = 0; i < self->n; i++) {
        double part = high > low ? (self->values[i] - low) / (high - low) : 0.5;
        double x = MARGIN + (width - 2 * MARGIN) * (self->n > 1 ? i / (self->n - 1.0) : 0.5);
        if (isfinite(self->values[i])) {
            cairo_line_to(cr, x, height - MARGIN - part * (height - 2 * MARGIN));
        } else {
            cairo_new_sub_path(cr);
        }
    }
    cairo_stroke(cr);
    cairo_destroy(cr);
}

static void faltung_sparkline_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
                                      int *minimum, int *natural, int *minimum_baseline,
                                      int *natural_baseline) {
    *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
}

static void faltung_sparkline_finalize(GObject *object) {
    g_free(FALTUNG_SPARKLINE(object)->values);
    G_OBJECT_CLASS(faltung_sparkline_parent_class)->finalize(object);
}

static void faltung_sparkline_class_init(FaltungSparklineClass *klass) {
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = faltung_sparkline_finalize;
    widget_class->snapshot = faltung_sparkline_snapshot;
    widget_class->measure = faltung_sparkline_measure;
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
    gtk_widget_class_set_css_name(widget_class, "sparkline");
}

static void faltung_sparkline_init(FaltungSparkline *self) {
    faltung_set_accessible_label(GTK_WIDGET(self), _("The loss so far"));
}

GtkWidget *faltung_sparkline_new(void) {
    return g_object_new(FALTUNG_TYPE_SPARKLINE, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/data/picture-view.h"

#include "draw/text.h"
#include "gui/style.h"

#include <glib/gi18n.h>
#include <math.h>

#define SCALE_BAR_HEIGHT 34
#define SCALE_BAR_WIDTH 240
#define GAP 8

struct _FaltungPictureView {
    GtkWidget parent;
    FaltungSnapshot *snapshot; /* keeps the tensor */
    const FaltungTensor *tensor;
    GdkTexture *texture;
    double width, height; /* of the picture, in the widget's pixels */
};

G_DEFINE_FINAL_TYPE(FaltungPictureView, faltung_picture_view, GTK_TYPE_WIDGET)

static gboolean has_scale_bar(FaltungPictureView *self) {
    return self->tensor != NULL && self->tensor->shape.rank >= 2;
}

/* The picture fills the width; where it has a coarse grid it is not blown up beyond reason. */
static void place(FaltungPictureView *self, double width) {
    double w = gdk_texture_get_width(self->texture), h = gdk_texture_get_height(self->texture);
    double scale = MIN(width / w, 1.0 / gtk_widget_get_scale_factor(GTK_WIDGET(self)));
    self->width = w * scale;
    self->height = h * scale;
}

static void faltung_picture_view_snapshot(GtkWidget *widget, GtkSnapshot *snapshot) {
    FaltungPictureView *self = FALTUNG_PICTURE_VIEW(widget);
    if (self->texture == NULL) {
        return;
    }
    double width = gtk_widget_get_width(widget);
    place(self, width);
    gtk_snapshot_append_texture(snapshot, self->texture,
                                &GRAPHENE_RECT_INIT(0, 0, self->width, self->height));
    if (has_scale_bar(self)) {
        FaltungTheme theme = faltung_theme_for(widget);
        theme.font_size *= 0.85;
        double bar = MIN(width, SCALE_BAR_WIDTH);
        double y = self->height + GAP;
        cairo_t *cr =
            gtk_snapshot_append_cairo(snapshot, &GRAPHENE_RECT_INIT(0, y, width, SCALE_BAR_HEIGHT));
        faltung_scale_bar_draw(cr, &theme, self->tensor->picture->colormap,
                               self->tensor->picture->range,
                               (FaltungRect){0, y, bar, SCALE_BAR_HEIGHT});
        cairo_destroy(cr);
    }
}

static void faltung_picture_view_measure(GtkWidget *widget, GtkOrientation orientation,
                                         int for_size, int *minimum, int *natural,
                                         int *minimum_baseline, int *natural_baseline) {
    FaltungPictureView *self = FALTUNG_PICTURE_VIEW(widget);
    if (orientation == GTK_ORIENTATION_HORIZONTAL) {
        *minimum = 64;
        *natural = 320;
        return;
    }
    *minimum = *natural = 64;
    if (self->texture != NULL) {
        place(self, for_size > 0 ? for_size : 320);
        *minimum = *natural =
            (int)ceil(self->height) + (has_scale_bar(self) ? GAP + SCALE_BAR_HEIGHT : 0);
    }
}

static GtkSizeRequestMode request_mode(GtkWidget *widget) {
    return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* The index in the tensor of the value at a position, or -1. */
static gssize value_at(FaltungPictureView *self, double x, double y) {
    const FaltungTensor *tensor = self->tensor;
    if (tensor == NULL || x < 0 || y < 0 || x >= self->width || y >= self->height) {
        return -1;
    }
    double scale = tensor->picture->width / self->width;
    return faltung_picture_index(tensor->picture, &tensor->shape, x * scale, y * scale);
}

static gboolean on_query_tooltip(GtkWidget *widget, int x, int y, gboolean keyboard,
                                 GtkTooltip *tooltip, gpointer data) {
    FaltungPictureView *self = FALTUNG_PICTURE_VIEW(widget);
    gssize index = keyboard ? -1 : value_at(self, x, y);
    if (index < 0 || index >= (gssize)self->tensor->n) {
        return FALSE;
    }
    g_autofree char *place_text = faltung_shape_place(&self->tensor->shape, index);
    g_autofree char *number = faltung_format_number(self->tensor->values[index], 5);
    g_autofree char *text = g_strdup_printf("%s: %s", place_text, number);
    gtk_tooltip_set_text(tooltip, text);
    return TRUE;
}

static void faltung_picture_view_dispose(GObject *object) {
    FaltungPictureView *self = FALTUNG_PICTURE_VIEW(object);
    g_clear_object(&self->texture);
    g_clear_pointer(&self->snapshot, faltung_snapshot_unref);
    self->tensor = NULL;
    G_OBJECT_CLASS(faltung_picture_view_parent_class)->dispose(object);
}

static void faltung_picture_view_class_init(FaltungPictureViewClass *klass) {
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = faltung_picture_view_dispose;
    widget_class->snapshot = faltung_picture_view_snapshot;
    widget_class->measure = faltung_picture_view_measure;
    widget_class->get_request_mode = request_mode;
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void faltung_picture_view_init(FaltungPictureView *self) {
    faltung_set_accessible_label(GTK_WIDGET(self), _("Picture of the values"));
    gtk_widget_set_has_tooltip(GTK_WIDGET(self), TRUE);
    g_signal_connect(self, "query-tooltip", G_CALLBACK(on_query_tooltip), NULL);
}

GtkWidget *faltung_picture_view_new(void) {
    return g_object_new(FALTUNG_TYPE_PICTURE_VIEW, NULL);
}

void faltung_picture_view_show(FaltungPictureView *self, FaltungSnapshot *snapshot,
                               const FaltungTensor *tensor) {
    int width = 0, height = 0;
    if (self->texture != NULL) {
        width = gdk_texture_get_width(self->texture);
        height = gdk_texture_get_height(self->texture);
    }
    g_clear_object(&self->texture);
    g_clear_pointer(&self->snapshot, faltung_snapshot_unref);
    self->tensor = tensor;
    if (tensor != NULL) {
        self->snapshot = faltung_snapshot_ref(snapshot);
        self->texture = faltung_picture_texture(tensor->picture);
        g_autofree char *shape = faltung_shape_text(&tensor->shape);
        g_autofree char *label = g_strdup_printf(_("Picture of %s, %s"), tensor->name, shape);
        faltung_set_accessible_label(GTK_WIDGET(self), label);
    }
    if (self->texture == NULL || gdk_texture_get_width(self->texture) != width ||
        gdk_texture_get_height(self->texture) != height) {
        gtk_widget_queue_resize(GTK_WIDGET(self));
    }
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

/* --- the histogram --- */

struct _FaltungHistogramView {
    GtkWidget parent;
    FaltungSnapshot *snapshot;
    const FaltungTensor *tensor;
};

G_DEFINE_FINAL_TYPE(FaltungHistogramView, faltung_histogram_view, GTK_TYPE_WIDGET)

static void faltung_histogram_view_snapshot(GtkWidget *widget, GtkSnapshot *snapshot) {
    FaltungHistogramView *self = FALTUNG_HISTOGRAM_VIEW(widget);
    if (self->tensor == NULL) {
        return;
    }
    double width = gtk_widget_get_width(widget), height = gtk_widget_get_height(widget);
    FaltungTheme theme = faltung_theme_for(widget);
    theme.font_size *= 0.85;
    cairo_t *cr = gtk_snapshot_append_cairo(snapshot, &GRAPHENE_RECT_INIT(0, 0, width, height));
    faltung_histogram_draw(cr, &theme, self->tensor->histogram, faltung_theme_series(&theme, 0),
                           (FaltungRect){0, 0, width, height});
    cairo_destroy(cr);
}

static void faltung_histogram_view_measure(GtkWidget *widget, GtkOrientation orientation,
                                           int for_size, int *minimum, int *natural,
                                           int *minimum_baseline, int *natural_baseline) {
    *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 160 : 110;
}

static void faltung_histogram_view_dispose(GObject *object) {
    FaltungHistogramView *self = FALTUNG_HISTOGRAM_VIEW(object);
    g_clear_pointer(&self->snapshot, faltung_snapshot_unref);
    self->tensor = NULL;
    G_OBJECT_CLASS(faltung_histogram_view_parent_class)->dispose(object);
}

static void faltung_histogram_view_class_init(FaltungHistogramViewClass *klass) {
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = faltung_histogram_view_dispose;
    widget_class->snapshot = faltung_histogram_view_snapshot;
    widget_class->measure = faltung_histogram_view_measure;
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void faltung_histogram_view_init(FaltungHistogramView *self) {
    faltung_set_accessible_label(GTK_WIDGET(self), _("Histogram of the values"));
}

GtkWidget *faltung_histogram_view_new(void) {
    return g_object_new(FALTUNG_TYPE_HISTOGRAM_VIEW, NULL);
}

void faltung_histogram_view_show(FaltungHistogramView *self, FaltungSnapshot *snapshot,
                                 const FaltungTensor *tensor) {
    g_clear_pointer(&self->snapshot, faltung_snapshot_unref);
    self->snapshot = tensor != NULL ? faltung_snapshot_ref(snapshot) : NULL;
    self->tensor = tensor;
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

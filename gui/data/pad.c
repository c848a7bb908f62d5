/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/data/pad.h"

#include "gui/style.h"

#include <glib/gi18n.h>

#define PEN                                                                                        \
    0.085 /* of the side: MNIST's strokes are about a twelfth as thick as its digits are high */

struct _FaltungPad {
    GtkWidget parent;
    cairo_surface_t *ink; /* side x side, A8 */
    double x, y;          /* of the pen, in the ink */
};

G_DEFINE_FINAL_TYPE(FaltungPad, faltung_pad, GTK_TYPE_WIDGET)

static guint changed_signal;

static void changed(FaltungPad *self) {
    gtk_widget_queue_draw(GTK_WIDGET(self));
    g_signal_emit(self, changed_signal, 0);
}

/* The square in the middle. */
static FaltungRect square(FaltungPad *self) {
    double width = gtk_widget_get_width(GTK_WIDGET(self));
    double height = gtk_widget_get_height(GTK_WIDGET(self));
    double side = MIN(width, height);
    return (FaltungRect){(width - side) / 2, (height - side) / 2, side, side};
}

static void line_to(FaltungPad *self, double x, double y, gboolean begins) {
    FaltungRect rect = square(self);
    double scale = FALTUNG_PAD_SIDE / MAX(rect.width, 1);
    x = (x - rect.x) * scale;
    y = (y - rect.y) * scale;
    cairo_t *cr = cairo_create(self->ink);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_width(cr, PEN * FALTUNG_PAD_SIDE);
    cairo_move_to(cr, begins ? x : self->x, begins ? y : self->y);
    cairo_line_to(cr, x, y);
    cairo_stroke(cr);
    cairo_destroy(cr);
    self->x = x;
    self->y = y;
    changed(self);
}

static void on_begin(GtkGestureDrag *drag, double x, double y, FaltungPad *self) {
    line_to(self, x, y, TRUE);
}

static void on_update(GtkGestureDrag *drag, double x, double y, FaltungPad *self) {
    double start_x, start_y;
    gtk_gesture_drag_get_start_point(drag, &start_x, &start_y);
    line_to(self, start_x + x, start_y + y, FALSE);
}

void faltung_pad_clear(FaltungPad *self) {
    cairo_t *cr = cairo_create(self->ink);
    cairo_set_operator(cr, CAIRO_OPERATOR_CLEAR);
    cairo_paint(cr);
    cairo_destroy(cr);
    changed(self);
}

float *faltung_pad_ink(FaltungPad *self) {
    float *ink = g_new(float, FALTUNG_PAD_SIDE *FALTUNG_PAD_SIDE);
    cairo_surface_flush(self->ink);
    const guint8 *pixels = cairo_image_surface_get_data(self->ink);
    int stride = cairo_image_surface_get_stride(self->ink);
    for (int y = 0; y < FALTUNG_PAD_SIDE; y++) {
        for (int x = 0; x < FALTUNG_PAD_SIDE; x++) {
            ink[y * FALTUNG_PAD_SIDE + x] = pixels[y * stride + x] / 255.0f;
        }
    }
    return ink;
}

static void faltung_pad_snapshot(GtkWidget *widget, GtkSnapshot *snapshot) {
    FaltungPad *self = FALTUNG_PAD(widget);
    FaltungRect rect = square(self);
    cairo_t *cr = gtk_snapshot_append_cairo(
        snapshot, &GRAPHENE_RECT_INIT(rect.x, rect.y, rect.width, rect.height));
    cairo_rectangle(cr, rect.x, rect.y, rect.width, rect.height);
    cairo_clip(cr);
    cairo_set_source_rgb(cr, 0, 0, 0); /* as the samples: light on dark */
    cairo_paint(cr);
    cairo_translate(cr, rect.x, rect.y);
    cairo_scale(cr, rect.width / FALTUNG_PAD_SIDE, rect.height / FALTUNG_PAD_SIDE);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_mask_surface(cr, self->ink, 0, 0);
    cairo_destroy(cr);
}

static void faltung_pad_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
                                int *minimum, int *natural, int *minimum_baseline,
                                int *natural_baseline) {
    *minimum = 96;
    *natural = 160;
}

static void faltung_pad_finalize(GObject *object) {
    cairo_surface_destroy(FALTUNG_PAD(object)->ink);
    G_OBJECT_CLASS(faltung_pad_parent_class)->finalize(object);
}

static void faltung_pad_class_init(FaltungPadClass *klass) {
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = faltung_pad_finalize;
    widget_class->snapshot = faltung_pad_snapshot;
    widget_class->measure = faltung_pad_measure;
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
    changed_signal = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void faltung_pad_init(FaltungPad *self) {
    self->ink = cairo_image_surface_create(CAIRO_FORMAT_A8, FALTUNG_PAD_SIDE, FALTUNG_PAD_SIDE);
    GtkGesture *drag = gtk_gesture_drag_new();
    g_signal_connect(drag, "drag-begin", G_CALLBACK(on_begin), self);
    g_signal_connect(drag, "drag-update", G_CALLBACK(on_update), self);
    gtk_widget_add_controller(GTK_WIDGET(self), GTK_EVENT_CONTROLLER(drag));
    gtk_widget_set_cursor_from_name(GTK_WIDGET(self), "crosshair");
    faltung_set_accessible_label(GTK_WIDGET(self), _("Pad to draw on"));
}

GtkWidget *faltung_pad_new(void) {
    return g_object_new(FALTUNG_TYPE_PAD, NULL);
}

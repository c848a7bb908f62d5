/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/marks.h"

struct _FaltungMarks {
    GtkWidget parent;
    const FaltungMarksDrawing *drawing;
    gpointer data;
};

G_DEFINE_FINAL_TYPE(FaltungMarks, faltung_marks, GTK_TYPE_WIDGET)

static void faltung_marks_snapshot(GtkWidget *widget, GtkSnapshot *snapshot) {
    FaltungMarks *self = FALTUNG_MARKS(widget);
    if (!self->drawing->any(self->data)) {
        return;
    }
    int width = gtk_widget_get_width(widget), height = gtk_widget_get_height(widget);
    cairo_t *cr = gtk_snapshot_append_cairo(snapshot, &GRAPHENE_RECT_INIT(0, 0, width, height));
    self->drawing->draw(widget, cr, width, height, self->data);
    cairo_destroy(cr);
}

static void faltung_marks_class_init(FaltungMarksClass *klass) {
    GTK_WIDGET_CLASS(klass)->snapshot = faltung_marks_snapshot;
    gtk_widget_class_set_accessible_role(GTK_WIDGET_CLASS(klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void faltung_marks_init(FaltungMarks *self) {
    gtk_widget_set_can_target(GTK_WIDGET(self), FALSE);
}

GtkWidget *faltung_marks_new(GtkOverlay *overlay, const FaltungMarksDrawing *drawing,
                             gpointer data) {
    FaltungMarks *self = g_object_new(FALTUNG_TYPE_MARKS, NULL);
    self->drawing = drawing;
    self->data = data;
    gtk_overlay_add_overlay(overlay, GTK_WIDGET(self));
    gtk_overlay_set_clip_overlay(overlay, GTK_WIDGET(self), TRUE);
    return GTK_WIDGET(self);
}

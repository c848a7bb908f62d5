/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FaltungMarks: something drawn over the whole canvas, which lets the pointer through. While there
 * is nothing on it, frames are made as if it were not there: an empty drawing as large as the
 * canvas would be cleared and put over it in each.
 */
#define FALTUNG_TYPE_MARKS (faltung_marks_get_type())
G_DECLARE_FINAL_TYPE(FaltungMarks, faltung_marks, FALTUNG, MARKS, GtkWidget)

typedef struct {
    gboolean (*any)(gpointer data); /* whether there is something to draw */
    void (*draw)(GtkWidget *marks, cairo_t *cr, int width, int height, gpointer data);
} FaltungMarksDrawing;

/** faltung_marks_new: over what @overlay holds; @data must live as long. */
GtkWidget *faltung_marks_new(GtkOverlay *overlay, const FaltungMarksDrawing *drawing,
                             gpointer data);

G_END_DECLS

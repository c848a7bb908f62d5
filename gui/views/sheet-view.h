/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/sheet.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A picture of a sheet that a view owns. */
typedef struct {
    FaltungSheetPicture picture;
    float *values, *over; /* the picture's */
    char *caption;
    FaltungEdges edges; /* the picture's, with names of its own */
    char *name;         /* what its numbers are called: "saliency" */
} FaltungFrame;

/** faltung_frame_new: Returns: (transfer full): a picture of @values, (transfer full); what else is
 *  to be said of it is written into it. */
FaltungFrame *faltung_frame_new(const FaltungShape *shape, float *values, const char *name,
                                char *caption);
/** faltung_frame_lay_over: @over: (transfer full). */
void faltung_frame_lay_over(FaltungFrame *frame, float *over, FaltungColormap colormap);
/** faltung_frame_set_edges: @edges: copied. */
void faltung_frame_set_edges(FaltungFrame *frame, const FaltungEdges *edges);
void faltung_frame_free(gpointer frame);

/**
 * FaltungSheetView: pictures side by side, as large as they fit, with the numbers under the
 * pointer; they can be written as PNG, SVG and CSV.
 *
 * Signals:
 * - "says" (const char *): the number under the pointer, or what became of an export
 * - "picked" (int): a click on this picture
 */
#define FALTUNG_TYPE_SHEET_VIEW (faltung_sheet_view_get_type())
G_DECLARE_FINAL_TYPE(FaltungSheetView, faltung_sheet_view, FALTUNG, SHEET_VIEW, GtkDrawingArea)

/** faltung_sheet_view_new: @name: what a screen reader says. @smallest: the least side of a
 * picture, beyond which it is scrolled. */
GtkWidget *faltung_sheet_view_new(const char *name, double smallest);
/** faltung_sheet_view_show: @frames: (transfer full) (element-type FaltungFrame). @in_row:
 *  pictures in a row; 0: as many as fit. */
void faltung_sheet_view_show(FaltungSheetView *view, GPtrArray *frames, int in_row);
/** faltung_sheet_view_frames: Returns: (nullable) (transfer none): what is shown. */
GPtrArray *faltung_sheet_view_frames(FaltungSheetView *view);

/** faltung_sheet_page_new: Returns: @sheet below a bar that begins with @tools, says @says and the
 *  number under the pointer, and ends with a button to export what is shown.
 *  @says: (out): a label */
GtkWidget *faltung_sheet_page_new(GtkWidget *sheet, GtkWidget *tools, GtkWidget **says);

G_END_DECLS

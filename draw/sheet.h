/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/colormap.h"
#include "draw/edges.h"

/*
 * A contact sheet: samples, or what is made of them, side by side, each with a line of text: wrong
 * predictions, reconstructions below what they are of, explanations, what lies inside a layer.
 */

typedef struct {
    FaltungShape shape;       /* [C, H, W], a sequence [T, F] (a row a step) or a vector */
    const float *values;      /* shape, the field's layout */
    FaltungColormap colormap; /* FALTUNG_COLORMAP_GREY: an image, in colours where it has three
                                 channels; of others the first channel */
    FaltungRange range;       /* low == high: from the values */
    const char *caption;      /* (nullable) */
    gboolean wrong;           /* the caption in the colour of errors */
    /* (nullable) drawn over it, H x W, in the theme's diverging colours or @over_colormap, where
       it is far from 0 */
    const float *over;
    FaltungColormap over_colormap;
    gboolean scale_bar;        /* below it: of what lies over it, else of its values */
    gboolean marked;           /* a frame around it */
    const FaltungEdges *edges; /* (nullable): it is a matrix, no picture, and fills its cell */
} FaltungSheetPicture;

typedef struct {
    const FaltungSheetPicture *pictures;
    int n, columns;
    double cell;       /* the side of the square for a picture, in units */
    const char *title; /* (nullable) */
} FaltungSheet;

/** faltung_sheet_size: how much room the sheet takes. */
void faltung_sheet_size(cairo_t *cr, const FaltungTheme *theme, const FaltungSheet *sheet,
                        double *width, double *height);

/** faltung_sheet_measure: the same where there is nothing to draw on yet. */
void faltung_sheet_measure(const FaltungTheme *theme, const FaltungSheet *sheet, double *width,
                           double *height);

void faltung_sheet_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungSheet *sheet, double x,
                        double y);

/** faltung_sheet_write: the sheet as a PNG, SVG or PDF file, see faltung_output_write(). */
gboolean faltung_sheet_write(const FaltungSheet *sheet, const char *path, GError **error);

/**
 * faltung_sheet_hit:
 * @value: (out) (nullable): which of the picture's values, of one channel, or of those over it, is
 *   there; -1: none
 *
 * Returns: the picture at (@x, @y) of a sheet drawn at (0, 0), or -1.
 */
int faltung_sheet_hit(cairo_t *cr, const FaltungTheme *theme, const FaltungSheet *sheet, double x,
                      double y, gssize *value);

/** faltung_sheet_fit: sets cell and columns so that the sheet is as large as it can be in @width x
 *  @height, in rows of @in_row pictures or, where that is 0, as many as fit; a cell has at least
 *  @smallest, so the sheet may turn out higher. */
void faltung_sheet_fit(cairo_t *cr, const FaltungTheme *theme, FaltungSheet *sheet, int in_row,
                       double smallest, double width, double height);

/** faltung_sample_draw: one picture alone, without its caption, as large as it fits in @rect. */
void faltung_sample_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungSheetPicture *picture,
                         FaltungRect rect);

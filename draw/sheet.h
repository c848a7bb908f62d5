/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/colormap.h"

/*
 * A contact sheet: samples, or what is made of them, side by side, each with a line of text: wrong
 * predictions, reconstructions below what they are of, explanations.
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

void faltung_sheet_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungSheet *sheet, double x,
                        double y);

/** faltung_sheet_hit: Returns: the picture at (@x, @y) of a sheet drawn at (0, 0), or -1. */
int faltung_sheet_hit(cairo_t *cr, const FaltungTheme *theme, const FaltungSheet *sheet, double x,
                      double y);

/** faltung_sample_draw: one picture alone, without its caption, as large as it fits in @rect. */
void faltung_sample_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungSheetPicture *picture,
                         FaltungRect rect);

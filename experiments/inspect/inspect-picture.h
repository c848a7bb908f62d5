/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/sheet.h"
#include "draw/tensor.h"
#include "experiments/inspect/inspect.h"

/* How the views of `faltung inspect` draw: PNG or SVG, light or dark, as the command says. */

/* FOLDER/KIND-LAYER-PARAMETER.png */
typedef struct {
    const char *kind;
    const char *layer;     /* (nullable) */
    const char *parameter; /* (nullable) */
} FaltungPictureName;

/* Draws into (0, 0, @width, @height). */
typedef void (*FaltungPictureFunc)(cairo_t *cr, const FaltungTheme *theme, double width,
                                   double height, gconstpointer data);

/** faltung_inspection_draw: writes one picture. @scale: pixels a unit, of PNG. */
gboolean faltung_inspection_draw(FaltungInspection *inspection, const FaltungPictureName *name,
                                 double width, double height, double scale, FaltungPictureFunc draw,
                                 gconstpointer data, GError **error);

/** faltung_inspection_add_picture: the next of the film at @path. */
gboolean faltung_inspection_add_picture(FaltungInspection *inspection, const char *path,
                                        cairo_surface_t *picture, const FaltungColor *background,
                                        GError **error);

/** faltung_inspection_draw_maps: maps side by side, enlarged by a whole number; @columns: 0: as
 *  they fit best. */
gboolean faltung_inspection_draw_maps(FaltungInspection *inspection, const FaltungPictureName *name,
                                      const FaltungMaps *maps, FaltungColormap colormap,
                                      int columns, GError **error);

/** faltung_inspection_draw_output: a layer's output as it looks best: an image's maps, a sequence
 * as one, a vector as bars. */
gboolean faltung_inspection_draw_output(FaltungInspection *inspection,
                                        const FaltungPictureName *name, const FaltungShape *shape,
                                        const float *values, FaltungColormap colormap,
                                        GError **error);

/** faltung_inspection_draw_bars: @n values as bars, one below the other, with their labels. */
gboolean faltung_inspection_draw_bars(FaltungInspection *inspection, const FaltungPictureName *name,
                                      const char *const *labels, const double *values, int n,
                                      GError **error);

/** faltung_inspection_draw_sheet: pictures side by side. */
gboolean faltung_inspection_draw_sheet(FaltungInspection *inspection,
                                       const FaltungPictureName *name, const FaltungSheet *sheet,
                                       GError **error);

/* Samples of the validation data side by side. */
typedef struct {
    int n, columns;
    const guint32 *samples;     /* (n) */
    const float *const *values; /* (nullable): (n): in the place of a sample, where not NULL */
    const float *const *over;   /* (nullable): (n): H x W, drawn over it, where not NULL */
    FaltungColormap over_colormap;
    const char *const *captions; /* (n) */
    int n_wrong;                 /* the first so many are in the colour of errors */
    const char *title;           /* (nullable) */
    double cell;                 /* the side of a picture; 0: 96 */
} FaltungSheetOfSamples;

gboolean faltung_inspection_draw_samples(FaltungInspection *inspection,
                                         const FaltungPictureName *name,
                                         const FaltungSheetOfSamples *samples, GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"
#include "core/train/dataset.h"
#include "draw/tensor.h"

/**
 * FaltungPicture: pixels made from a tensor, on whatever thread had the numbers. Immutable and
 * reference counted; the window wraps the pixels in a texture without a copy.
 */
typedef struct {
    gatomicrefcount references;
    int width, height;
    GBytes *pixels;     /* ARGB32 premultiplied, rows without padding */
    FaltungAtlas atlas; /* n 0: no maps, bars or an image */
    FaltungColormap colormap;
    FaltungRange range;
    gboolean reduced; /* a pixel stands for several values: the largest in size of them */
} FaltungPicture;

FaltungPicture *faltung_picture_ref(FaltungPicture *picture);
void faltung_picture_unref(FaltungPicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungPicture, faltung_picture_unref)

typedef void (*FaltungPainter)(cairo_t *cr, FaltungRect rect, gpointer data);

/** faltung_picture_painted: Returns: (transfer full): what @paint draws, on nothing. */
FaltungPicture *faltung_picture_painted(int width, int height, FaltungPainter paint, gpointer data);

/**
 * faltung_picture_new:
 * @shape: of @values: maps are [C, H, W] or, of weights, [O, I, H, W]; matrices [O, I]; vectors
 * @diverging: blue and red around zero rather than dark to bright
 * @width, @height: room in pixels; maps that do not fit are left out where @crop
 *
 * Returns: (transfer full): maps in a grid, a matrix as a heat map, or a bar a unit.
 */
FaltungPicture *faltung_picture_new(const FaltungShape *shape, const float *values,
                                    gboolean diverging, gboolean dark, int width, int height,
                                    gboolean crop);

/** faltung_picture_draw: its pixels in @rect. */
void faltung_picture_draw(cairo_t *cr, const FaltungPicture *picture, FaltungRect rect,
                          cairo_filter_t filter, double alpha);

/** faltung_values_signed: whether some are negative: those are shown blue and red around zero. */
gboolean faltung_values_signed(const float *values, size_t n);

/** faltung_layer_has_filters: whether each map of its output is made by one. */
gboolean faltung_layer_has_filters(const FaltungLayer *layer);

/** faltung_picture_of_output: what @layer of @network puts out, for the card of its node.
 *  @filters: the maps of a convolution have their filters beside them (draw/filters.h), where there
 *  is room. Maps that do not fit are left out. */
FaltungPicture *faltung_picture_of_output(FaltungNetwork *network, int layer, const float *values,
                                          gboolean filters, gboolean dark, int width, int height);

/** faltung_picture_index: Returns: the index in the tensor of @shape of the value at a position in
 *  the picture's pixels; -1: none, or a pixel that stands for several. */
gssize faltung_picture_index(const FaltungPicture *picture, const FaltungShape *shape, double x,
                             double y);

#define FALTUNG_PICTURE_MOST_MAPS 256
/**
 * faltung_picture_places: where a box of values lies.
 * @first, @last: along each dimension of @shape
 * @rects: (out): (at most @most): one a map, in the picture's pixels
 *
 * Returns: their number.
 */
int faltung_picture_places(const FaltungPicture *picture, const FaltungShape *shape,
                           const int *first, const int *last, FaltungRect *rects, int most);

/**
 * faltung_picture_draw_numbers: the values themselves, each in its place in the picture, where they
 * are large enough for that.
 * @values: what the picture is of, in the layout of @shape
 * @place: where the picture is
 * @clip: what is seen
 *
 * Returns: how many there are.
 */
guint faltung_picture_draw_numbers(cairo_t *cr, const FaltungTheme *theme,
                                   const FaltungPicture *picture, const FaltungShape *shape,
                                   const float *values, FaltungRect place, FaltungRect clip);

/** faltung_picture_range: Returns: from which value to which the images of @dataset go, as they
 *  were read: 0 to 1, 16 or 255. */
FaltungRange faltung_picture_range(FaltungDataset *dataset);

/** faltung_picture_of_sample: a sample as it was read: an image, with @range as black to white,
 *  or bars. */
FaltungPicture *faltung_picture_of_sample(const FaltungShape *shape, const float *values,
                                          FaltungRange range, gboolean dark, int width, int height);

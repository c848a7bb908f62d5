/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/colormap.h"

/*
 * Pictures of tensors. The same description (FaltungMaps) is rendered to raw pixels (for
 * textures, on any thread) or drawn into a cairo_t.
 */

/**
 * FaltungMaps: @n maps of @height x @width values, read through strides (in floats), so that
 * both (C, H, W) and channels-last (H, W, C) tensors are shown without a copy.
 */
typedef struct {
    const float *values;
    int n, height, width;
    ptrdiff_t map_stride, row_stride, column_stride;
} FaltungMaps;

/** faltung_maps: Returns: maps that lie as (n, height, width). */
FaltungMaps faltung_maps(const float *values, int n, int height, int width);

/** faltung_maps_channels_last: Returns: maps that lie as (height, width, n). */
FaltungMaps faltung_maps_channels_last(const float *values, int n, int height, int width);

/** faltung_maps_range: Returns: the range of all the maps, or of map @map where @map >= 0. */
FaltungRange faltung_maps_range(const FaltungMaps *maps, FaltungColormap colormap, int map);

/**
 * faltung_maps_reduce: makes a matrix (one map that lies row by row) that has more values than the
 * @width x @height pixels of its room smaller: of each block of values the one largest in size is
 * kept, so nothing that stands out gets lost.
 *
 * Returns: (transfer full) (nullable): the values of @maps from now on; %NULL: it fits.
 */
float *faltung_maps_reduce(FaltungMaps *maps, int width, int height);

/* How an atlas looks. Zero-initialised it is sensible: one scale, one pixel a value. */
typedef struct {
    FaltungColormap colormap;
    FaltungRange range;     /* low == high: from the values */
    gboolean scale_per_map; /* each map has a range of its own */
    int columns;            /* 0: as square as possible */
    int scale;              /* pixels a value; 0: 1 */
    int beside;             /* pixels left of each map for something else */
    int gap;                /* pixels between maps */
    guint32 background;     /* ARGB of the gaps, premultiplied; 0: transparent */
} FaltungAtlasStyle;

/* Where everything of an atlas is, in pixels. */
typedef struct {
    int width, height; /* of the whole */
    int columns, rows;
    int cell_width, cell_height; /* of one map */
    int beside;                  /* left of it */
    int gap;
    int n;
} FaltungAtlas;

/** faltung_atlas_layout: Returns: the sizes of the atlas of @maps. */
FaltungAtlas faltung_atlas_layout(const FaltungMaps *maps, const FaltungAtlasStyle *style);

/** faltung_atlas_fit: the largest whole-number scale (at least 1) and the columns with which
 *  @maps fit into @width x @height; writes both into @style. */
void faltung_atlas_fit(const FaltungMaps *maps, FaltungAtlasStyle *style, int width, int height);

/** faltung_atlas_style: Returns: @maps enlarged by a whole number to a picture of up to 1000
 * pixels, with gaps that suit that. @columns: 0: as they fit best. */
FaltungAtlasStyle faltung_atlas_style(const FaltungMaps *maps, FaltungColormap colormap,
                                      int columns);

/** faltung_atlas_cell: Returns: the rectangle of map @index. */
FaltungRect faltung_atlas_cell(const FaltungAtlas *atlas, int index);

/** faltung_atlas_beside: Returns: the room left of map @index. */
FaltungRect faltung_atlas_beside(const FaltungAtlas *atlas, int index);

/** faltung_atlas_hit: Returns: the map at (@x, @y), or -1; @row and @column (nullable) of the
 *  value under it. */
int faltung_atlas_hit(const FaltungAtlas *atlas, const FaltungMaps *maps, double x, double y,
                      int *row, int *column);

/**
 * faltung_atlas_render:
 * @pixels: atlas.height rows of @stride pixels, all overwritten
 *
 * The atlas as pixels, ARGB32 premultiplied, nearest filtering. No cairo involved.
 */
void faltung_atlas_render(const FaltungMaps *maps, const FaltungAtlasStyle *style, guint32 *pixels,
                          size_t stride);

/** faltung_atlas_surface: Returns: (transfer full): the atlas as an image surface. */
cairo_surface_t *faltung_atlas_surface(const FaltungMaps *maps, const FaltungAtlasStyle *style);

/**
 * faltung_atlas_draw:
 * @selected: the map with a frame around it, or -1
 *
 * Draws the atlas with its top left corner at (@x, @y); one pixel of the atlas is one unit.
 */
void faltung_atlas_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungMaps *maps,
                        const FaltungAtlasStyle *style, double x, double y, int selected);

/**
 * faltung_image_surface:
 * @channels: 1 (grey) or 3 (RGB); other counts show the first channel
 * @values: through @maps' strides, a map a channel
 *
 * Returns: (transfer full): the image, @range shown as black to white, one pixel a value.
 */
cairo_surface_t *faltung_image_surface(const FaltungMaps *maps, FaltungRange range);

/** faltung_image_draw: the image, filling @rect with nearest filtering, its proportions kept. */
void faltung_image_draw(cairo_t *cr, const FaltungMaps *maps, FaltungRange range, FaltungRect rect);

/**
 * faltung_heat_map_draw: a matrix (@rows x @columns, row-major) filling @rect, e.g. time x
 * hidden unit; nearest filtering.
 */
void faltung_heat_map_draw(cairo_t *cr, const float *values, int rows, int columns,
                           FaltungColormap colormap, FaltungRange range, FaltungRect rect);

/**
 * faltung_units_draw:
 * @selected: the unit marked, or -1
 * @range: low == high: from the values
 *
 * A bar per unit in @rect, from a zero line; more units than pixels are drawn as the extremes
 * of each pixel.
 */
void faltung_units_draw(cairo_t *cr, const FaltungTheme *theme, const float *values, int n,
                        FaltungRange range, FaltungRect rect, int selected);

/** faltung_units_hit: Returns: the unit at @x, or -1. */
int faltung_units_hit(int n, FaltungRect rect, double x);

/* Counts of values in equal bins. */
typedef struct {
    int n_bins;
    double low, high;
    guint *counts;             /* n_bins */
    guint n_values, n_invalid; /* n_invalid: NaN and infinities, in no bin */
    double mean, deviation;
} FaltungHistogram;

/** faltung_histogram_new: Returns: (transfer full): the histogram of @values; bins over their
 *  extremes; @n_bins 0 chooses by the number of values. */
FaltungHistogram *faltung_histogram_new(const float *values, size_t n, int n_bins);
void faltung_histogram_free(FaltungHistogram *histogram);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungHistogram, faltung_histogram_free)

/** faltung_histogram_draw: bars with an axis of values and the zero line, in @rect. */
void faltung_histogram_draw(cairo_t *cr, const FaltungTheme *theme,
                            const FaltungHistogram *histogram, FaltungColor color,
                            FaltungRect rect);

/** faltung_scale_bar_draw: the colour map with the numbers of its ends and zero; horizontal
 *  where @rect is wider than high (numbers below), else vertical (numbers to the right). @rect
 *  holds numbers and bar. */
void faltung_scale_bar_draw(cairo_t *cr, const FaltungTheme *theme, FaltungColormap colormap,
                            FaltungRange range, FaltungRect rect);

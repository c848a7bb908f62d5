/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/theme.h"

/* Colour maps: numbers to colours, perceptually even and safe for the colour-blind. */

typedef enum {
    FALTUNG_COLORMAP_GREY,           /* black to white; images */
    FALTUNG_COLORMAP_VIRIDIS,        /* dark violet to yellow; values without a centre */
    FALTUNG_COLORMAP_DIVERGING,      /* blue, white, red; centred at zero; weights, gradients */
    FALTUNG_COLORMAP_DIVERGING_DARK, /* blue, black, red; the same on a dark background */
    FALTUNG_N_COLORMAPS,
} FaltungColormap;

/* The values that the ends of a map stand for. */
typedef struct {
    double low, high;
} FaltungRange;

/** faltung_colormap_diverging: Returns: the diverging map that suits @theme. */
FaltungColormap faltung_colormap_diverging(const FaltungTheme *theme);

/** faltung_colormap_for: Returns: that of a layer's output: diverging where there is one
 *  below zero, else dark to bright. */
FaltungColormap faltung_colormap_for(const FaltungTheme *theme, const float *values, size_t n);

/** faltung_colormap_is_diverging: Returns: whether the map's middle stands for zero. */
gboolean faltung_colormap_is_diverging(FaltungColormap map);

/** faltung_colormap_table: Returns: (transfer none): 256 opaque colours 0xffRRGGBB. */
const guint32 *faltung_colormap_table(FaltungColormap map);

/** faltung_colormap_color: Returns: the colour at @t, 0 to 1 (clamped). */
FaltungColor faltung_colormap_color(FaltungColormap map, double t);

/** FALTUNG_NAN_COLOR: what a NaN or an infinity is drawn as: a colour that no map has. */
#define FALTUNG_NAN_COLOR 0xff00e000u

/**
 * faltung_range_of:
 * @values: @n values; NaN and infinities are left out
 *
 * Returns: the range that @map needs for @values: their extremes, symmetric around zero for a
 *   diverging map; never empty.
 */
FaltungRange faltung_range_of(FaltungColormap map, const float *values, size_t n);

/** faltung_range_union: Returns: the range that holds both. */
FaltungRange faltung_range_union(FaltungRange a, FaltungRange b);

/** faltung_colormap_apply: @n values to @n pixels 0xffRRGGBB (CAIRO_FORMAT_RGB24 and ARGB32, and
 *  GDK_MEMORY_B8G8R8A8_PREMULTIPLIED on a little-endian machine). */
void faltung_colormap_apply(FaltungColormap map, FaltungRange range, const float *values, size_t n,
                            guint32 *pixels);

/** faltung_colormap_pixel: Returns: the pixel of one value. */
guint32 faltung_colormap_pixel(FaltungColormap map, FaltungRange range, float value);

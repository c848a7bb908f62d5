/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

#include <cairo.h>

/* Colours, not premultiplied, 0 to 1. */
typedef struct {
    double red, green, blue, alpha;
} FaltungColor;

/* A rectangle in user space; y grows downwards. */
typedef struct {
    double x, y, width, height;
} FaltungRect;

typedef struct {
    double x, y;
} FaltungPoint;

#define FALTUNG_N_SERIES_COLORS 8

/** FaltungTheme: how everything that is drawn looks, light or dark. Copy and change it to follow
 *  the desktop's font or accent. */
typedef struct {
    gboolean dark;
    FaltungColor background; /* of a page or window */
    FaltungColor canvas;     /* behind the cards of a diagram */
    FaltungColor card;       /* of a raised card, a legend, a tooltip */
    FaltungColor foreground;
    FaltungColor dim;    /* secondary text, axes */
    FaltungColor grid;   /* grid lines */
    FaltungColor border; /* of cards */
    FaltungColor wire;   /* edges of a diagram */
    FaltungColor accent; /* selection */
    FaltungColor error;
    FaltungColor series[FALTUNG_N_SERIES_COLORS]; /* Okabe and Ito: told apart by everyone */
    FaltungColor groups[FALTUNG_N_GROUPS];        /* of the palette of operations */
    const char *font;                             /* Pango family list */
    const char *monospace;
    double font_size; /* of normal text, in user-space units (pixels at scale 1) */
} FaltungTheme;

/** faltung_theme: Returns: (transfer none): the light or the dark theme. */
const FaltungTheme *faltung_theme(gboolean dark);

/** faltung_theme_series: Returns: the colour of the @index-th series; goes round at the end. */
FaltungColor faltung_theme_series(const FaltungTheme *theme, int index);

/** faltung_color_alpha: Returns: @color, its alpha multiplied by @alpha. */
FaltungColor faltung_color_alpha(FaltungColor color, double alpha);

/** faltung_color_mix: Returns: @a at @t = 0, @b at 1, mixed evenly between. */
FaltungColor faltung_color_mix(FaltungColor a, FaltungColor b, double t);

/** faltung_color_luminance: Returns: the relative luminance (WCAG), 0 black to 1 white. */
double faltung_color_luminance(FaltungColor color);

/** faltung_color_on: Returns: black or white, whichever is better read on @background. */
FaltungColor faltung_color_on(FaltungColor background);

/** faltung_set_color: makes @color the source of @cr. */
void faltung_set_color(cairo_t *cr, FaltungColor color);

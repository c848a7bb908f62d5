/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/theme.h"

#include <math.h>

#define RGB(hex)                                                                                   \
    { ((hex) >> 16 & 0xff) / 255.0, ((hex) >> 8 & 0xff) / 255.0, ((hex)&0xff) / 255.0, 1.0 }
#define RGBA(hex, a)                                                                               \
    { ((hex) >> 16 & 0xff) / 255.0, ((hex) >> 8 & 0xff) / 255.0, ((hex)&0xff) / 255.0, a }

#define FONTS "Adwaita Sans, Cantarell, Inter, Noto Sans, DejaVu Sans, sans-serif"
#define MONOSPACE_FONTS "Adwaita Mono, Source Code Pro, DejaVu Sans Mono, monospace"

/* The series are the eight colours that Okabe and Ito proposed (Color Universal Design, 2002),
   except that black and yellow, which vanish on one of the two backgrounds, are changed for a
   grey and an ochre; the dark theme lightens the two blues. */

static const FaltungTheme light = {
    .background = RGB(0xffffff),
    .canvas = RGB(0xfafafa),
    .card = RGB(0xffffff),
    .foreground = RGB(0x2e2e32),
    .dim = RGB(0x6a6a70),
    .grid = RGBA(0x000006, 0.09),
    .border = RGBA(0x000006, 0.14),
    .wire = RGB(0x9a9aa2),
    .accent = RGB(0x3584e4),
    .error = RGB(0xc01c28),
    .series = {RGB(0x0072b2), RGB(0xd55e00), RGB(0x009e73), RGB(0xcc79a7), RGB(0xe69f00),
               RGB(0x56b4e9), RGB(0x8a7a00), RGB(0x5e5c64)},
    .groups =
        {
            [FALTUNG_GROUP_DENSE] = RGB(0x3584e4),
            [FALTUNG_GROUP_CONVOLUTION] = RGB(0x9141ac),
            [FALTUNG_GROUP_POOLING] = RGB(0xc64600),
            [FALTUNG_GROUP_RECURRENT] = RGB(0x26a269),
            [FALTUNG_GROUP_ACTIVATION] = RGB(0xd38b09),
            [FALTUNG_GROUP_NORMALIZATION] = RGB(0x1c9fa8),
            [FALTUNG_GROUP_REGULARIZATION] = RGB(0x986a44),
            [FALTUNG_GROUP_SHAPE] = RGB(0x77767b),
            [FALTUNG_GROUP_JOIN] = RGB(0xd2527f),
        },
    .font = FONTS,
    .monospace = MONOSPACE_FONTS,
    .font_size = 13,
};

static const FaltungTheme dark = {
    .dark = TRUE,
    .background = RGB(0x242424),
    .canvas = RGB(0x1e1e1e),
    .card = RGB(0x363636),
    .foreground = RGB(0xf2f2f2),
    .dim = RGB(0xacacb2),
    .grid = RGBA(0xffffff, 0.09),
    .border = RGBA(0xffffff, 0.12),
    .wire = RGB(0x7d7d85),
    .accent = RGB(0x3584e4),
    .error = RGB(0xff7b63),
    .series = {RGB(0x4aa3df), RGB(0xf0782a), RGB(0x1fc294), RGB(0xdd93bd), RGB(0xf2b632),
               RGB(0x8bd0f7), RGB(0xd6c84b), RGB(0xc0bfbc)},
    .groups =
        {
            [FALTUNG_GROUP_DENSE] = RGB(0x62a0ea),
            [FALTUNG_GROUP_CONVOLUTION] = RGB(0xc67fdc),
            [FALTUNG_GROUP_POOLING] = RGB(0xff8a4c),
            [FALTUNG_GROUP_RECURRENT] = RGB(0x3fd38d),
            [FALTUNG_GROUP_ACTIVATION] = RGB(0xf6c344),
            [FALTUNG_GROUP_NORMALIZATION] = RGB(0x4fcbd3),
            [FALTUNG_GROUP_REGULARIZATION] = RGB(0xcdab8f),
            [FALTUNG_GROUP_SHAPE] = RGB(0xa9a8ad),
            [FALTUNG_GROUP_JOIN] = RGB(0xf284a8),
        },
    .font = FONTS,
    .monospace = MONOSPACE_FONTS,
    .font_size = 13,
};

const FaltungTheme *faltung_theme(gboolean is_dark) {
    return is_dark ? &dark : &light;
}

FaltungColor faltung_theme_series(const FaltungTheme *theme, int index) {
    return theme->series[(guint)index % FALTUNG_N_SERIES_COLORS];
}

FaltungColor faltung_color_alpha(FaltungColor color, double alpha) {
    color.alpha *= alpha;
    return color;
}

FaltungColor faltung_color_mix(FaltungColor a, FaltungColor b, double t) {
    return (FaltungColor){a.red + t * (b.red - a.red), a.green + t * (b.green - a.green),
                          a.blue + t * (b.blue - a.blue), a.alpha + t * (b.alpha - a.alpha)};
}

static double linear(double channel) {
    return channel <= 0.04045 ? channel / 12.92 : pow((channel + 0.055) / 1.055, 2.4);
}

double faltung_color_luminance(FaltungColor color) {
    return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
}

FaltungColor faltung_color_on(FaltungColor background) {
    /* where the contrast ratios (L + 0.05) / (M + 0.05) of black and of white are equal */
    gboolean bright = faltung_color_luminance(background) > sqrt(1.05 * 0.05) - 0.05;
    return bright ? (FaltungColor){0, 0, 0, 1} : (FaltungColor){1, 1, 1, 1};
}

void faltung_set_color(cairo_t *cr, FaltungColor color) {
    cairo_set_source_rgba(cr, color.red, color.green, color.blue, color.alpha);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/colormap.h"

#include <math.h>

/*
 * All maps are made in Oklab (Ottosson, 2020), where equal distances look about equal: L is the
 * lightness, a and b are green-red and blue-yellow.
 */
typedef struct {
    double l, a, b;
} Oklab;

static double to_linear(double c) {
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double from_linear(double c) {
    return c <= 0.0031308 ? 12.92 * c : 1.055 * pow(c, 1 / 2.4) - 0.055;
}

static Oklab oklab_from_rgb(guint32 rgb) {
    double r = to_linear((rgb >> 16 & 255) / 255.0);
    double g = to_linear((rgb >> 8 & 255) / 255.0);
    double b = to_linear((rgb & 255) / 255.0);
    double l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    double m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    double s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return (Oklab){
        0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    };
}

static guint32 channel(double linear) {
    return (guint32)lround(255 * from_linear(CLAMP(linear, 0, 1)));
}

static guint32 oklab_to_rgb(Oklab c) {
    double l = c.l + 0.3963377774 * c.a + 0.2158037573 * c.b;
    double m = c.l - 0.1055613458 * c.a - 0.0638541728 * c.b;
    double s = c.l - 0.0894841775 * c.a - 1.2914855480 * c.b;
    l = l * l * l, m = m * m * m, s = s * s * s;
    return 0xff000000u | channel(+4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s) << 16 |
           channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s) << 8 |
           channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
}

/* Viridis (van der Walt and Smith, 2015) at t = 0, 1/9, ... 1. */
static const guint32 viridis_points[] = {0x440154, 0x482878, 0x3e4a89, 0x31688e, 0x26828e,
                                         0x1f9e89, 0x35b779, 0x6dcd59, 0xb4de2c, 0xfde725};

/* Catmull and Rom's cubic through p1 (t = 0) and p2 (t = 1). */
static double cubic(double p0, double p1, double p2, double p3, double t) {
    return p1 + 0.5 * t *
                    (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)));
}

static guint32 viridis(double t) {
    int last = G_N_ELEMENTS(viridis_points) - 1;
    int i = MIN((int)(t * last), last - 1);
    t = t * last - i;
    Oklab p1 = oklab_from_rgb(viridis_points[i]), p2 = oklab_from_rgb(viridis_points[i + 1]);
    /* beyond the ends the curve goes straight on */
    Oklab p0 = {2 * p1.l - p2.l, 2 * p1.a - p2.a, 2 * p1.b - p2.b};
    Oklab p3 = {2 * p2.l - p1.l, 2 * p2.a - p1.a, 2 * p2.b - p1.b};
    if (i > 0)
        p0 = oklab_from_rgb(viridis_points[i - 1]);
    if (i + 2 <= last)
        p3 = oklab_from_rgb(viridis_points[i + 2]);
    return oklab_to_rgb((Oklab){cubic(p0.l, p1.l, p2.l, p3.l, t), cubic(p0.a, p1.a, p2.a, p3.a, t),
                                cubic(p0.b, p1.b, p2.b, p3.b, t)});
}

/* Lightness goes evenly from the middle to both ends, which are equally light; the hues are a
   blue and a red that people with either red-green blindness tell apart. */
static guint32 diverging(double t, double middle, double end, double chroma) {
    double distance = fabs(2 * t - 1); /* from the middle */
    double hue = (t < 0.5 ? 255 : 29) * G_PI / 180;
    double c = chroma * sin(distance * G_PI / 2);
    double l = middle + distance * (end - middle);
    return oklab_to_rgb((Oklab){l, c * cos(hue), c * sin(hue)});
}

const guint32 *faltung_colormap_table(FaltungColormap map) {
    static guint32 tables[FALTUNG_N_COLORMAPS][256];
    static gsize made;
    if (g_once_init_enter(&made)) {
        for (int i = 0; i < 256; i++) {
            double t = i / 255.0;
            tables[FALTUNG_COLORMAP_GREY][i] = 0xff000000u | (guint32)i * 0x010101u;
            tables[FALTUNG_COLORMAP_VIRIDIS][i] = viridis(t);
            tables[FALTUNG_COLORMAP_DIVERGING][i] = diverging(t, 0.98, 0.46, 0.165);
            tables[FALTUNG_COLORMAP_DIVERGING_DARK][i] = diverging(t, 0.12, 0.74, 0.15);
        }
        g_once_init_leave(&made, 1);
    }
    return tables[map];
}

FaltungColormap faltung_colormap_diverging(const FaltungTheme *theme) {
    return theme->dark ? FALTUNG_COLORMAP_DIVERGING_DARK : FALTUNG_COLORMAP_DIVERGING;
}

FaltungColormap faltung_colormap_for(const FaltungTheme *theme, const float *values, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (values[i] < 0)
            return faltung_colormap_diverging(theme);
    return FALTUNG_COLORMAP_VIRIDIS;
}

gboolean faltung_colormap_is_diverging(FaltungColormap map) {
    return map == FALTUNG_COLORMAP_DIVERGING || map == FALTUNG_COLORMAP_DIVERGING_DARK;
}

FaltungColor faltung_colormap_color(FaltungColormap map, double t) {
    guint32 rgb = faltung_colormap_table(map)[(int)lround(255 * CLAMP(t, 0, 1))];
    return (FaltungColor){(rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0,
                          1};
}

FaltungRange faltung_range_of(FaltungColormap map, const float *values, size_t n) {
    FaltungRange range = {INFINITY, -INFINITY};
    for (size_t i = 0; i < n; i++) {
        if (isfinite(values[i])) {
            range.low = MIN(range.low, values[i]);
            range.high = MAX(range.high, values[i]);
        }
    }
    if (range.low > range.high)
        range = (FaltungRange){0, 0};
    if (faltung_colormap_is_diverging(map)) {
        range.high = MAX(fabs(range.low), fabs(range.high));
        range.low = -range.high;
    }
    if (range.low == range.high) { /* all alike: in the middle of the map */
        double around = range.low != 0 ? fabs(range.low) / 2 : 1;
        range.low -= around, range.high += around;
    }
    return range;
}

FaltungRange faltung_range_union(FaltungRange a, FaltungRange b) {
    return (FaltungRange){MIN(a.low, b.low), MAX(a.high, b.high)};
}

static guint32 pixel(const guint32 *table, FaltungRange range, float factor, float value) {
    if (!isfinite(value))
        return FALTUNG_NAN_COLOR;
    float position = (value - (float)range.low) * factor;
    return table[(int)(CLAMP(position, 0.0f, 255.0f) + 0.5f)];
}

void faltung_colormap_apply(FaltungColormap map, FaltungRange range, const float *values, size_t n,
                            guint32 *pixels) {
    const guint32 *table = faltung_colormap_table(map);
    float factor = 255 / (range.high - range.low);
    for (size_t i = 0; i < n; i++)
        pixels[i] = pixel(table, range, factor, values[i]);
}

guint32 faltung_colormap_pixel(FaltungColormap map, FaltungRange range, float value) {
    return pixel(faltung_colormap_table(map), range, 255 / (range.high - range.low), value);
}

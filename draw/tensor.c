/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/tensor.h"

#include "draw/text.h"

#include <math.h>

/* A surface that fills a rectangle: squares while it grows, averages while it shrinks. */
static void fill_with_surface(cairo_t *cr, cairo_surface_t *surface, FaltungRect rect) {
    int width = cairo_image_surface_get_width(surface);
    int height = cairo_image_surface_get_height(surface);
    if (width == 0 || height == 0)
        return;
    double dx = rect.width / width, dy = rect.height / height;
    double device_x = dx, device_y = dy;
    cairo_user_to_device_distance(cr, &device_x, &device_y);
    gboolean grows = fabs(device_x) >= 1 && fabs(device_y) >= 1;
    cairo_save(cr);
    cairo_translate(cr, rect.x, rect.y);
    cairo_scale(cr, dx, dy);
    cairo_set_source_surface(cr, surface, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cr),
                             grows ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
    cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD);
    cairo_rectangle(cr, 0, 0, width, height);
    cairo_fill(cr);
    cairo_restore(cr);
}

cairo_surface_t *faltung_image_surface(const FaltungMaps *maps, FaltungRange range) {
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, maps->width, maps->height);
    if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
        return surface;
    cairo_surface_flush(surface);
    guint32 *pixels = (guint32 *)(void *)cairo_image_surface_get_data(surface);
    size_t stride = cairo_image_surface_get_stride(surface) / sizeof *pixels;
    int channels = maps->n == 3 ? 3 : 1;
    for (int row = 0; row < maps->height; row++) {
        for (int column = 0; column < maps->width; column++) {
            guint32 grey[3];
            for (int c = 0; c < channels; c++)
                grey[c] = faltung_colormap_pixel(
                    FALTUNG_COLORMAP_GREY, range,
                    maps->values[c * maps->map_stride + row * maps->row_stride +
                                 column * maps->column_stride]);
            guint32 *pixel = &pixels[row * stride + column];
            if (channels == 1)
                *pixel = grey[0];
            else
                *pixel =
                    0xff000000u | (grey[0] & 0xff0000u) | (grey[1] & 0xff00u) | (grey[2] & 0xffu);
        }
    }
    cairo_surface_mark_dirty(surface);
    return surface;
}

void faltung_image_draw(cairo_t *cr, const FaltungMaps *maps, FaltungRange range,
                        FaltungRect rect) {
    cairo_surface_t *surface = faltung_image_surface(maps, range);
    double scale = MIN(rect.width / maps->width, rect.height / maps->height);
    double width = maps->width * scale, height = maps->height * scale;
    fill_with_surface(cr, surface,
                      (FaltungRect){rect.x + (rect.width - width) / 2,
                                    rect.y + (rect.height - height) / 2, width, height});
    cairo_surface_destroy(surface);
}

void faltung_heat_map_draw(cairo_t *cr, const float *values, int rows, int columns,
                           FaltungColormap colormap, FaltungRange range, FaltungRect rect) {
    FaltungMaps maps = faltung_maps(values, 1, rows, columns);
    FaltungAtlasStyle style = {.colormap = colormap, .range = range};
    cairo_surface_t *surface = faltung_atlas_surface(&maps, &style);
    fill_with_surface(cr, surface, rect);
    cairo_surface_destroy(surface);
}

void faltung_units_draw(cairo_t *cr, const FaltungTheme *theme, const float *values, int n,
                        FaltungRange range, FaltungRect rect, int selected) {
    if (n <= 0)
        return;
    if (range.low == range.high)
        range = faltung_range_of(FALTUNG_COLORMAP_VIRIDIS, values, n);
    range = faltung_range_union(range, (FaltungRange){0, 0}); /* bars start at zero */
    double unit = rect.height / (range.high - range.low);
    double zero = rect.y + range.high * unit;
    double pitch = rect.width / n;
    double gap = pitch >= 3 ? MIN(pitch * 0.2, 3) : 0;
    cairo_save(cr);
    for (int i = 0; i < n; i++) {
        if (!isfinite(values[i])) {
            cairo_set_source_rgb(cr, (FALTUNG_NAN_COLOR >> 16 & 255) / 255.0,
                                 (FALTUNG_NAN_COLOR >> 8 & 255) / 255.0,
                                 (FALTUNG_NAN_COLOR & 255) / 255.0);
            cairo_rectangle(cr, rect.x + i * pitch, rect.y, MAX(pitch - gap, 1), rect.height);
            cairo_fill(cr);
            continue;
        }
        double top = zero - CLAMP(values[i], range.low, range.high) * unit;
        faltung_set_color(cr, i == selected
                                  ? theme->accent
                                  : faltung_color_alpha(theme->series[0], selected < 0 ? 1 : 0.5));
        /* bars narrower than a pixel overlap: what is seen is the extremes */
        cairo_rectangle(cr, rect.x + i * pitch + gap / 2, MIN(top, zero), MAX(pitch - gap, 0.75),
                        fabs(top - zero));
        cairo_fill(cr);
    }
    cairo_set_line_width(cr, 1);
    faltung_set_color(cr, faltung_color_alpha(theme->foreground, 0.35));
    cairo_move_to(cr, rect.x, floor(zero) + 0.5);
    cairo_line_to(cr, rect.x + rect.width, floor(zero) + 0.5);
    cairo_stroke(cr);
    cairo_restore(cr);
}

int faltung_units_hit(int n, FaltungRect rect, double x) {
    if (x < rect.x || x >= rect.x + rect.width)
        return -1;
    return MIN((int)((x - rect.x) * n / rect.width), n - 1);
}

/* How many digits the numbers at both ends of a scale may have so that they fit. */
static int digits_of_ends(cairo_t *cr, const FaltungTheme *theme, FaltungRange range, double room) {
    int digits = 3;
    for (; digits > 1; digits--) {
        g_autofree char *low = faltung_format_number(range.low, digits);
        g_autofree char *high = faltung_format_number(range.high, digits);
        double low_width, high_width;
        faltung_text_size(cr, theme, low, FALTUNG_TEXT_SMALL, &low_width, NULL);
        faltung_text_size(cr, theme, high, FALTUNG_TEXT_SMALL, &high_width, NULL);
        if (low_width + high_width + 6 <= room)
            break;
    }
    return digits;
}

void faltung_scale_bar_draw(cairo_t *cr, const FaltungTheme *theme, FaltungColormap colormap,
                            FaltungRange range, FaltungRect rect) {
    gboolean horizontal = rect.width >= rect.height;
    float ramp[256];
    for (int i = 0; i < 256; i++)
        ramp[i] = horizontal ? i : 255 - i;
    double text_height;
    faltung_text_size(cr, theme, "0", FALTUNG_TEXT_SMALL, NULL, &text_height);
    FaltungRect bar = rect;
    if (horizontal)
        bar.height = MIN(10, MAX(rect.height - text_height - 2, 2));
    else
        bar.width = 10;
    faltung_heat_map_draw(cr, ramp, horizontal ? 1 : 256, horizontal ? 256 : 1, colormap,
                          (FaltungRange){0, 255}, bar);
    cairo_save(cr);
    cairo_rectangle(cr, bar.x + 0.5, bar.y + 0.5, bar.width - 1, bar.height - 1);
    cairo_set_line_width(cr, 1);
    faltung_set_color(cr, theme->border);
    cairo_stroke(cr);
    cairo_restore(cr);
    int digits = horizontal ? digits_of_ends(cr, theme, range, bar.width) : 3;
    double across = 0; /* that the numbers so far take */
    for (int i = 0; i <= 2; i++) {
        double t = i / 2.0, width;
        if (i == 1 && !faltung_colormap_is_diverging(colormap))
            continue; /* no round number in general */
        g_autofree char *label =
            faltung_format_number(range.low + t * (range.high - range.low), digits);
        faltung_text_size(cr, theme, label, FALTUNG_TEXT_SMALL, &width, NULL);
        if (i == 1 && horizontal && 2 * across + width + 8 > bar.width)
            continue; /* no room between the ends */
        across += width;
        if (horizontal)
            faltung_text_draw(cr, theme, label, FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR,
                              theme->dim, bar.x + t * bar.width, bar.y + bar.height + 2, t, 0, 0);
        else
            faltung_text_draw(cr, theme, label, FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR,
                              theme->dim, bar.x + bar.width + 5, bar.y + (1 - t) * bar.height, 0,
                              1 - t, 0);
    }
}

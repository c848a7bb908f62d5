/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/tensor.h"

#include <math.h>
#include <string.h>

#define PICTURE_SIZE 1000

FaltungMaps faltung_maps(const float *values, int n, int height, int width) {
    return (FaltungMaps){values, n, height, width, (ptrdiff_t)height * width, width, 1};
}

FaltungMaps faltung_maps_channels_last(const float *values, int n, int height, int width) {
    return (FaltungMaps){values, n, height, width, 1, (ptrdiff_t)width * n, n};
}

static float maps_value(const FaltungMaps *maps, int map, int row, int column) {
    return maps
        ->values[map * maps->map_stride + row * maps->row_stride + column * maps->column_stride];
}

float *faltung_maps_reduce(FaltungMaps *maps, int width, int height) {
    int by_x = (maps->width + width - 1) / width, by_y = (maps->height + height - 1) / height;
    if (maps->n != 1 || (by_x <= 1 && by_y <= 1))
        return NULL;
    int columns = (maps->width + by_x - 1) / by_x, rows = (maps->height + by_y - 1) / by_y;
    float *small = g_new0(float, (gsize)columns *rows);
    for (int y = 0; y < maps->height; y++)
        for (int x = 0; x < maps->width; x++) {
            float value = maps->values[(gsize)y * maps->width + x];
            float *kept = &small[(gsize)(y / by_y) * columns + x / by_x];
            if (!(fabsf(value) <= fabsf(*kept)))
                *kept = value;
        }
    *maps = faltung_maps(small, 1, rows, columns);
    return small;
}

FaltungRange faltung_maps_range(const FaltungMaps *maps, FaltungColormap colormap, int map) {
    float extremes[2] = {INFINITY, -INFINITY};
    int first = map < 0 ? 0 : map, end = map < 0 ? maps->n : map + 1;
    for (int m = first; m < end; m++) {
        for (int row = 0; row < maps->height; row++) {
            for (int column = 0; column < maps->width; column++) {
                float value = maps_value(maps, m, row, column);
                if (isfinite(value)) {
                    extremes[0] = MIN(extremes[0], value);
                    extremes[1] = MAX(extremes[1], value);
                }
            }
        }
    }
    return faltung_range_of(colormap, extremes, 2);
}

/* As many columns as make the atlas's sides most alike. */
static int square_columns(const FaltungMaps *maps, int scale, int gap, int beside) {
    double wide = maps->width * scale + beside + gap, high = maps->height * scale + gap;
    return CLAMP((int)lround(sqrt(maps->n * high / wide)), 1, MAX(maps->n, 1));
}

/* From one map to the next of its row. */
static int pitch(const FaltungAtlas *atlas) {
    return atlas->beside + atlas->cell_width + atlas->gap;
}

FaltungAtlas faltung_atlas_layout(const FaltungMaps *maps, const FaltungAtlasStyle *style) {
    int scale = MAX(style->scale, 1), gap = MAX(style->gap, 0);
    FaltungAtlas atlas = {.n = maps->n, .gap = gap, .beside = style->beside};
    atlas.columns =
        style->columns > 0 ? style->columns : square_columns(maps, scale, gap, style->beside);
    atlas.columns = CLAMP(atlas.columns, 1, MAX(maps->n, 1));
    atlas.rows = (maps->n + atlas.columns - 1) / atlas.columns;
    atlas.cell_width = maps->width * scale;
    atlas.cell_height = maps->height * scale;
    atlas.width = MAX(atlas.columns * pitch(&atlas) - gap, 0);
    atlas.height = MAX(atlas.rows * (atlas.cell_height + gap) - gap, 0);
    return atlas;
}

void faltung_atlas_fit(const FaltungMaps *maps, FaltungAtlasStyle *style, int width, int height) {
    style->scale = 1;
    style->columns = 0;
    int best = 0;
    for (int columns = 1; columns <= maps->n; columns++) {
        int rows = (maps->n + columns - 1) / columns;
        int wide = (width - (columns - 1) * style->gap) / (columns * maps->width);
        int high = (height - (rows - 1) * style->gap) / (rows * maps->height);
        if (MIN(wide, high) > best) {
            best = MIN(wide, high);
            style->scale = best;
            style->columns = columns;
        }
    }
}

FaltungAtlasStyle faltung_atlas_style(const FaltungMaps *maps, FaltungColormap colormap,
                                      int columns) {
    FaltungAtlasStyle style = {.colormap = colormap, .gap = 1};
    faltung_atlas_fit(maps, &style, PICTURE_SIZE, PICTURE_SIZE);
    style.columns = columns > 0 ? columns : style.columns;
    style.gap = MAX(1, style.scale / 2);
    return style;
}

FaltungRect faltung_atlas_cell(const FaltungAtlas *atlas, int index) {
    int row = index / atlas->columns, column = index % atlas->columns;
    return (FaltungRect){column * pitch(atlas) + atlas->beside,
                         row * (atlas->cell_height + atlas->gap), atlas->cell_width,
                         atlas->cell_height};
}

FaltungRect faltung_atlas_beside(const FaltungAtlas *atlas, int index) {
    FaltungRect cell = faltung_atlas_cell(atlas, index);
    return (FaltungRect){cell.x - atlas->beside, cell.y, atlas->beside, cell.height};
}

int faltung_atlas_hit(const FaltungAtlas *atlas, const FaltungMaps *maps, double x, double y,
                      int *row, int *column) {
    if (x < 0 || y < 0 || x >= atlas->width || y >= atlas->height)
        return -1;
    int index = (int)y / (atlas->cell_height + atlas->gap) * atlas->columns + (int)x / pitch(atlas);
    if (index >= atlas->n)
        return -1;
    FaltungRect cell = faltung_atlas_cell(atlas, index);
    if (x < cell.x || x >= cell.x + cell.width || y >= cell.y + cell.height)
        return -1; /* in a gap */
    if (row)
        *row = (int)(y - cell.y) * maps->height / atlas->cell_height;
    if (column)
        *column = (int)(x - cell.x) * maps->width / atlas->cell_width;
    return index;
}

static FaltungRange style_range(const FaltungMaps *maps, const FaltungAtlasStyle *style, int map) {
    if (style->scale_per_map)
        return faltung_maps_range(maps, style->colormap, map);
    if (style->range.low != style->range.high)
        return style->range;
    return faltung_maps_range(maps, style->colormap, -1);
}

static void render_map(const FaltungMaps *maps, int map, FaltungColormap colormap,
                       FaltungRange range, int scale, guint32 *pixels, size_t stride) {
    for (int row = 0; row < maps->height; row++) {
        guint32 *first = pixels + (size_t)row * scale * stride;
        for (int column = 0; column < maps->width; column++) {
            guint32 pixel =
                faltung_colormap_pixel(colormap, range, maps_value(maps, map, row, column));
            for (int i = 0; i < scale; i++)
                first[column * scale + i] = pixel;
        }
        for (int i = 1; i < scale; i++)
            memcpy(first + i * stride, first, sizeof *first * maps->width * scale);
    }
}

void faltung_atlas_render(const FaltungMaps *maps, const FaltungAtlasStyle *style, guint32 *pixels,
                          size_t stride) {
    FaltungAtlas atlas = faltung_atlas_layout(maps, style);
    for (int y = 0; y < atlas.height; y++) {
        for (int x = 0; x < atlas.width; x++)
            pixels[y * stride + x] = style->background;
    }
    FaltungRange range = style_range(maps, style, 0);
    for (int map = 0; map < maps->n; map++) {
        if (style->scale_per_map && map > 0)
            range = style_range(maps, style, map);
        FaltungRect cell = faltung_atlas_cell(&atlas, map);
        render_map(maps, map, style->colormap, range, MAX(style->scale, 1),
                   pixels + (size_t)cell.y * stride + (size_t)cell.x, stride);
    }
}

cairo_surface_t *faltung_atlas_surface(const FaltungMaps *maps, const FaltungAtlasStyle *style) {
    FaltungAtlas atlas = faltung_atlas_layout(maps, style);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, atlas.width, atlas.height);
    if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS && maps->n > 0) {
        cairo_surface_flush(surface);
        faltung_atlas_render(maps, style, (guint32 *)(void *)cairo_image_surface_get_data(surface),
                             cairo_image_surface_get_stride(surface) / sizeof(guint32));
        cairo_surface_mark_dirty(surface);
    }
    return surface;
}

void faltung_atlas_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungMaps *maps,
                        const FaltungAtlasStyle *style, double x, double y, int selected) {
    /* rendered at one pixel a value and enlarged while drawing, so that it stays sharp on any
       screen and small in an SVG */
    FaltungAtlas atlas = faltung_atlas_layout(maps, style);
    FaltungRange range = style_range(maps, style, 0);
    for (int map = 0; map < maps->n; map++) {
        FaltungAtlasStyle single = {.colormap = style->colormap, .range = range};
        if (style->scale_per_map)
            single.range = style_range(maps, style, map);
        FaltungMaps one = *maps;
        one.values += map * maps->map_stride;
        one.n = 1;
        cairo_surface_t *surface = faltung_atlas_surface(&one, &single);
        FaltungRect cell = faltung_atlas_cell(&atlas, map);
        cairo_save(cr);
        cairo_translate(cr, x + cell.x, y + cell.y);
        cairo_scale(cr, MAX(style->scale, 1), MAX(style->scale, 1));
        cairo_set_source_surface(cr, surface, 0, 0);
        cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_NEAREST);
        cairo_rectangle(cr, 0, 0, maps->width, maps->height);
        cairo_fill(cr);
        cairo_restore(cr);
        cairo_surface_destroy(surface);
    }
    if (selected < 0 || selected >= maps->n)
        return;
    FaltungRect cell = faltung_atlas_cell(&atlas, selected);
    cairo_save(cr);
    cairo_rectangle(cr, x + cell.x - 1, y + cell.y - 1, cell.width + 2, cell.height + 2);
    cairo_set_line_width(cr, 4); /* a rim of the background sets the frame off */
    faltung_set_color(cr, theme->background);
    cairo_stroke_preserve(cr);
    cairo_set_line_width(cr, 2);
    faltung_set_color(cr, theme->accent);
    cairo_stroke(cr);
    cairo_restore(cr);
}

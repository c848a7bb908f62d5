/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/tensor.h"

#include <math.h>

static guint32 pixel_at(cairo_surface_t *surface, int x, int y) {
    cairo_surface_flush(surface);
    const guchar *data = cairo_image_surface_get_data(surface);
    return ((const guint32 *)(const void *)(data + y * cairo_image_surface_get_stride(surface)))[x];
}

/* Six maps of 2 x 3 values 0 ... 35. */
static const float *ramp(void) {
    static float values[36];
    for (int i = 0; i < 36; i++)
        values[i] = i;
    return values;
}

static void test_atlas(void) {
    const guint32 *table = faltung_colormap_table(FALTUNG_COLORMAP_VIRIDIS);
    FaltungMaps maps = faltung_maps(ramp(), 6, 2, 3);
    FaltungAtlasStyle style = {.colormap = FALTUNG_COLORMAP_VIRIDIS,
                               .range = {0, 255},
                               .scale = 4,
                               .gap = 2,
                               .columns = 3,
                               .background = 0xff123456};
    FaltungAtlas atlas = faltung_atlas_layout(&maps, &style);
    g_assert_cmpint(atlas.rows, ==, 2);
    g_assert_cmpint(atlas.width, ==, 3 * 12 + 2 * 2);
    g_assert_cmpint(atlas.height, ==, 2 * 8 + 2);
    cairo_surface_t *surface = faltung_atlas_surface(&maps, &style);
    for (int y = 0; y < atlas.height; y++) {
        for (int x = 0; x < atlas.width; x++) {
            int row, column,
                map = faltung_atlas_hit(&atlas, &maps, x + 0.5, y + 0.5, &row, &column);
            guint32 expected = map < 0 ? style.background : table[map * 6 + row * 3 + column];
            g_assert_cmphex(pixel_at(surface, x, y), ==, expected);
        }
    }
    g_assert_cmpint(faltung_atlas_hit(&atlas, &maps, 13, 1, NULL, NULL), ==, -1); /* the gap */
    g_assert_cmpint(faltung_atlas_hit(&atlas, &maps, -1, 1, NULL, NULL), ==, -1);
    FaltungRect cell = faltung_atlas_cell(&atlas, 4);
    g_assert_cmpfloat(cell.x, ==, 14);
    g_assert_cmpfloat(cell.y, ==, 10);

    /* drawing shows the same pixels, also enlarged */
    cairo_surface_t *drawn = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 100, 50);
    cairo_t *cr = cairo_create(drawn);
    cairo_scale(cr, 2, 2);
    faltung_atlas_draw(cr, faltung_theme(FALSE), &maps, &style, 3, 4, -1);
    for (int y = 0; y < 2 * atlas.height; y++) {
        for (int x = 0; x < 2 * atlas.width; x++) {
            if (faltung_atlas_hit(&atlas, &maps, x / 2.0, y / 2.0, NULL, NULL) >= 0)
                g_assert_cmphex(pixel_at(drawn, x + 6, y + 8), ==, pixel_at(surface, x / 2, y / 2));
        }
    }
    faltung_atlas_draw(cr, faltung_theme(FALSE), &maps, &style, 3, 4, 0);
    FaltungColor accent = faltung_theme(FALSE)->accent;
    guint32 frame = pixel_at(drawn, 2 * (3 - 1), 2 * (4 + 4));
    g_assert_cmpint(frame & 255, ==, (guint32)lround(accent.blue * 255));
    cairo_destroy(cr);
    cairo_surface_destroy(drawn);
    cairo_surface_destroy(surface);
}

static void test_channels_last(void) {
    /* (2, 3, 6): the same numbers, channels last */
    float values[36];
    for (int map = 0; map < 6; map++)
        for (int i = 0; i < 6; i++)
            values[i * 6 + map] = map * 6 + i;
    FaltungMaps last = faltung_maps_channels_last(values, 6, 2, 3);
    FaltungMaps first = faltung_maps(ramp(), 6, 2, 3);
    FaltungAtlasStyle style = {.colormap = FALTUNG_COLORMAP_VIRIDIS, .scale = 1, .gap = 1};
    cairo_surface_t *a = faltung_atlas_surface(&first, &style);
    cairo_surface_t *b = faltung_atlas_surface(&last, &style);
    for (int y = 0; y < cairo_image_surface_get_height(a); y++)
        for (int x = 0; x < cairo_image_surface_get_width(a); x++)
            g_assert_cmphex(pixel_at(a, x, y), ==, pixel_at(b, x, y));
    cairo_surface_destroy(a);
    cairo_surface_destroy(b);
}

static void test_scales(void) {
    const guint32 *table = faltung_colormap_table(FALTUNG_COLORMAP_VIRIDIS);
    FaltungMaps maps = faltung_maps(ramp(), 6, 2, 3);
    FaltungAtlasStyle style = {.colormap = FALTUNG_COLORMAP_VIRIDIS, .columns = 6};
    cairo_surface_t *surface = faltung_atlas_surface(&maps, &style); /* one scale */
    g_assert_cmphex(pixel_at(surface, 0, 0), ==, table[0]);
    g_assert_cmphex(pixel_at(surface, 17, 1), ==, table[255]);
    g_assert_cmphex(pixel_at(surface, 2, 1), ==, table[36]); /* 5 of 35 */
    cairo_surface_destroy(surface);
    style.scale_per_map = TRUE;
    surface = faltung_atlas_surface(&maps, &style);
    for (int map = 0; map < 6; map++) {
        g_assert_cmphex(pixel_at(surface, map * 3, 0), ==, table[0]);
        g_assert_cmphex(pixel_at(surface, map * 3 + 2, 1), ==, table[255]);
    }
    cairo_surface_destroy(surface);
    FaltungRange range = faltung_maps_range(&maps, FALTUNG_COLORMAP_DIVERGING, 1);
    g_assert_cmpfloat(range.low, ==, -11);
    g_assert_cmpfloat(range.high, ==, 11);
}

static void test_fit(void) {
    for (int n = 1; n < 70; n += 3) {
        for (int width = 60; width < 900; width += 130) {
            FaltungMaps maps = faltung_maps(NULL, n, 5, 7);
            FaltungAtlasStyle style = {.gap = 2};
            faltung_atlas_fit(&maps, &style, width, 200);
            FaltungAtlas atlas = faltung_atlas_layout(&maps, &style);
            g_assert_cmpint(style.scale, >=, 1);
            if (style.columns > 0) {
                g_assert_cmpint(atlas.width, <=, width);
                g_assert_cmpint(atlas.height, <=, 200);
            }
            g_assert_cmpint(atlas.rows * atlas.columns, >=, n);
        }
    }
}

static void test_image(void) {
    float values[] = {0, 1, 0.5, 1, 0, 0, 0, 0, 1, 1, 1, 1}; /* 3 x 2 x 2 */
    FaltungMaps maps = faltung_maps(values, 3, 2, 2);
    cairo_surface_t *surface = faltung_image_surface(&maps, (FaltungRange){0, 1});
    g_assert_cmphex(pixel_at(surface, 0, 0), ==, 0xff0000ff);
    g_assert_cmphex(pixel_at(surface, 1, 0), ==, 0xffff00ff);
    g_assert_cmphex(pixel_at(surface, 0, 1), ==, 0xff8000ff);
    cairo_surface_destroy(surface);
    maps.n = 1;
    surface = faltung_image_surface(&maps, (FaltungRange){0, 1});
    g_assert_cmphex(pixel_at(surface, 0, 1), ==, 0xff808080);
    cairo_surface_destroy(surface);
}

static void test_histogram(void) {
    float values[] = {-1, -1, 0, 0.5, 1, NAN, INFINITY};
    g_autoptr(FaltungHistogram) histogram = faltung_histogram_new(values, 7, 4);
    g_assert_cmpint(histogram->n_bins, ==, 4);
    g_assert_cmpfloat(histogram->low, ==, -1);
    g_assert_cmpfloat(histogram->high, ==, 1);
    guint expected[] = {2, 0, 1, 2};
    for (int i = 0; i < 4; i++)
        g_assert_cmpint(histogram->counts[i], ==, expected[i]);
    g_assert_cmpint(histogram->n_values, ==, 5);
    g_assert_cmpint(histogram->n_invalid, ==, 2);
    g_assert_cmpfloat_with_epsilon(histogram->mean, -0.1, 1e-9);
    g_assert_cmpfloat_with_epsilon(histogram->deviation, 0.8, 1e-9);
    g_autoptr(FaltungHistogram) empty = faltung_histogram_new(NULL, 0, 0);
    g_assert_cmpint(empty->n_values, ==, 0);
}

static void test_units(void) {
    float values[] = {1, -1, 0.5, NAN};
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 40, 40);
    cairo_t *cr = cairo_create(surface);
    FaltungRect rect = {0, 0, 40, 40};
    faltung_units_draw(cr, faltung_theme(FALSE), values, 4, (FaltungRange){-1, 1}, rect, -1);
    g_assert_cmphex(pixel_at(surface, 5, 5), ==, 0xff0072b2); /* up */
    g_assert_cmphex(pixel_at(surface, 5, 35), ==, 0);
    g_assert_cmphex(pixel_at(surface, 15, 5), ==, 0);
    g_assert_cmphex(pixel_at(surface, 15, 35), ==, 0xff0072b2); /* down */
    g_assert_cmphex(pixel_at(surface, 25, 5), ==, 0);
    g_assert_cmphex(pixel_at(surface, 25, 15), ==, 0xff0072b2); /* half */
    g_assert_cmphex(pixel_at(surface, 35, 5), ==, FALTUNG_NAN_COLOR);
    g_assert_cmpint(faltung_units_hit(4, rect, 25), ==, 2);
    g_assert_cmpint(faltung_units_hit(4, rect, 40), ==, -1);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tensor/atlas", test_atlas);
    g_test_add_func("/tensor/channels-last", test_channels_last);
    g_test_add_func("/tensor/scales", test_scales);
    g_test_add_func("/tensor/fit", test_fit);
    g_test_add_func("/tensor/image", test_image);
    g_test_add_func("/tensor/histogram", test_histogram);
    g_test_add_func("/tensor/units", test_units);
    return g_test_run();
}

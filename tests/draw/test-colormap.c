/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/colormap.h"

#include <math.h>

static double luminance(FaltungColormap map, int i) {
    return faltung_color_luminance(faltung_colormap_color(map, i / 255.0));
}

static void test_ends(void) {
    const guint32 *viridis = faltung_colormap_table(FALTUNG_COLORMAP_VIRIDIS);
    g_assert_cmphex(viridis[0], ==, 0xff440154);
    g_assert_cmphex(viridis[255], ==, 0xfffde725);
    g_assert_cmphex(viridis[85], ==, 0xff31688e); /* a third: a point of the list */
    const guint32 *grey = faltung_colormap_table(FALTUNG_COLORMAP_GREY);
    for (guint32 i = 0; i < 256; i++)
        g_assert_cmphex(grey[i], ==, 0xff000000 + i * 0x10101);
    FaltungColor low = faltung_colormap_color(FALTUNG_COLORMAP_DIVERGING, 0);
    FaltungColor high = faltung_colormap_color(FALTUNG_COLORMAP_DIVERGING, 1);
    g_assert_cmpfloat(low.blue, >, low.red + 0.4);
    g_assert_cmpfloat(high.red, >, high.blue + 0.4);
}

static void test_luminance(void) {
    for (int i = 1; i < 256; i++) {
        if (i >= 4) /* single steps may be lost in the rounding to bytes */
            g_assert_cmpfloat(luminance(FALTUNG_COLORMAP_VIRIDIS, i), >,
                              luminance(FALTUNG_COLORMAP_VIRIDIS, i - 4));
        gboolean rising = i <= 127;
        double light =
            luminance(FALTUNG_COLORMAP_DIVERGING, i) - luminance(FALTUNG_COLORMAP_DIVERGING, i - 1);
        double dark = luminance(FALTUNG_COLORMAP_DIVERGING_DARK, i) -
                      luminance(FALTUNG_COLORMAP_DIVERGING_DARK, i - 1);
        if (i == 128) /* the middle is between 127 and 128 */
            continue;
        g_assert_cmpfloat(rising ? light : -light, >, -0.0005);
        g_assert_cmpfloat(rising ? -dark : dark, >, -0.0005);
    }
    g_assert_cmpfloat(luminance(FALTUNG_COLORMAP_DIVERGING, 127), >, 0.9);
    g_assert_cmpfloat(luminance(FALTUNG_COLORMAP_DIVERGING_DARK, 127), <, 0.01);
    /* equal distances from zero weigh about the same */
    g_assert_cmpfloat_with_epsilon(luminance(FALTUNG_COLORMAP_DIVERGING, 0),
                                   luminance(FALTUNG_COLORMAP_DIVERGING, 255), 0.06);
}

/* CIE's lightness goes in steps that are alike: no bands. */
static void test_evenness(void) {
    static const FaltungColormap maps[] = {FALTUNG_COLORMAP_VIRIDIS, FALTUNG_COLORMAP_DIVERGING,
                                           FALTUNG_COLORMAP_DIVERGING_DARK};
    for (guint m = 0; m < G_N_ELEMENTS(maps); m++) {
        double largest = 0, sum = 0;
        for (int i = 8; i < 256; i += 8) {
            double a = luminance(maps[m], i - 8), b = luminance(maps[m], i);
            double step = fabs(cbrt(MAX(b, 0.009)) - cbrt(MAX(a, 0.009)));
            largest = MAX(largest, step);
            sum += step;
        }
        g_assert_cmpfloat(largest, <, 2 * sum / 31);
    }
}

static void test_range(void) {
    float values[] = {-2, 0.5, NAN, 1, INFINITY};
    FaltungRange range = faltung_range_of(FALTUNG_COLORMAP_VIRIDIS, values, 5);
    g_assert_cmpfloat(range.low, ==, -2);
    g_assert_cmpfloat(range.high, ==, 1);
    range = faltung_range_of(FALTUNG_COLORMAP_DIVERGING, values, 5);
    g_assert_cmpfloat(range.low, ==, -2);
    g_assert_cmpfloat(range.high, ==, 2);
    range = faltung_range_of(FALTUNG_COLORMAP_VIRIDIS, values + 2, 1);
    g_assert_cmpfloat(range.low, <, range.high);
    float zeros[] = {0, 0};
    range = faltung_range_of(FALTUNG_COLORMAP_DIVERGING, zeros, 2);
    g_assert_cmpfloat(range.low, <, 0);
    g_assert_cmpfloat(range.low, ==, -range.high);
}

static void test_apply(void) {
    float values[] = {-1, 0, 1, 3, -3, NAN, INFINITY};
    guint32 pixels[7];
    const guint32 *table = faltung_colormap_table(FALTUNG_COLORMAP_VIRIDIS);
    faltung_colormap_apply(FALTUNG_COLORMAP_VIRIDIS, (FaltungRange){-1, 1}, values, 7, pixels);
    g_assert_cmphex(pixels[0], ==, table[0]);
    g_assert_cmphex(pixels[1], ==, table[128]);
    g_assert_cmphex(pixels[2], ==, table[255]);
    g_assert_cmphex(pixels[3], ==, table[255]);
    g_assert_cmphex(pixels[4], ==, table[0]);
    g_assert_cmphex(pixels[5], ==, FALTUNG_NAN_COLOR);
    g_assert_cmphex(pixels[6], ==, FALTUNG_NAN_COLOR);
    for (int map = 0; map < FALTUNG_N_COLORMAPS; map++) {
        for (int i = 0; i < 256; i++)
            g_assert_cmphex(faltung_colormap_table(map)[i], !=, FALTUNG_NAN_COLOR);
    }
}

static double contrast(FaltungColor a, FaltungColor b) {
    double la = faltung_color_luminance(a) + 0.05, lb = faltung_color_luminance(b) + 0.05;
    return MAX(la, lb) / MIN(la, lb);
}

/* Text can be read and lines can be seen (WCAG: 4.5 and 3 to 1; yellow lines a little less). */
static void test_contrast(void) {
    for (int dark = 0; dark < 2; dark++) {
        const FaltungTheme *theme = faltung_theme(dark);
        const FaltungColor backgrounds[] = {theme->background, theme->card, theme->canvas};
        for (guint b = 0; b < G_N_ELEMENTS(backgrounds); b++) {
            g_assert_cmpfloat(contrast(theme->foreground, backgrounds[b]), >, 7);
            g_assert_cmpfloat(contrast(theme->dim, backgrounds[b]), >, 4.5);
            for (int i = 0; i < FALTUNG_N_SERIES_COLORS; i++)
                g_assert_cmpfloat(contrast(theme->series[i], backgrounds[b]), >, 2);
            for (int i = 0; i < FALTUNG_N_GROUPS; i++)
                g_assert_cmpfloat(contrast(theme->groups[i], backgrounds[b]), >, 2.5);
        }
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/colormap/ends", test_ends);
    g_test_add_func("/colormap/luminance", test_luminance);
    g_test_add_func("/colormap/evenness", test_evenness);
    g_test_add_func("/colormap/range", test_range);
    g_test_add_func("/colormap/apply", test_apply);
    g_test_add_func("/theme/contrast", test_contrast);
    return g_test_run();
}

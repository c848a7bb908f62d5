/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/colormap.h"
#include "draw/loupe.h"

#include <cairo.h>
#include <math.h>

/* Random products of @channels windows. */
static FaltungProducts *products_new(int channels, int rows, int columns) {
    FaltungProducts *products = g_new0(FaltungProducts, 1);
    int n = channels * rows * columns;
    *products = (FaltungProducts){channels, rows, columns, g_new(float, n), g_new(float, n), -0.25};
    products->sum = products->bias;
    for (int i = 0; i < n; i++) {
        products->weights[i] = (float)g_test_rand_double_range(-2, 2);
        products->inputs[i] = (float)g_test_rand_double_range(-2, 2);
        products->sum += (double)products->weights[i] * products->inputs[i];
    }
    return products;
}

/* Largest first: none that was left out is larger than the last. */
static void test_order(void) {
    g_autoptr(FaltungProducts) products = products_new(40, 1, 1);
    products->weights[7] = NAN;
    int channels[6];
    gboolean taken[40] = {[7] = TRUE};
    g_assert_cmpint(faltung_products_by_size(products, 6, channels), ==, 6);
    double before = INFINITY;
    for (int k = 0; k < 6; k++) {
        double size = fabs((double)products->weights[channels[k]] * products->inputs[channels[k]]);
        g_assert_false(taken[channels[k]]);
        taken[channels[k]] = TRUE;
        g_assert_cmpfloat(size, <=, before);
        before = size;
    }
    for (int c = 0; c < 40; c++)
        if (!taken[c])
            g_assert_cmpfloat(fabs((double)products->weights[c] * products->inputs[c]), <=, before);
}

/* The numbers of the equation are those of the sum. */
static void test_equation(void) {
    g_autoptr(FaltungProducts) products = products_new(3, 3, 3);
    double value = tanh(products->sum);
    g_autofree char *tex = faltung_loupe_equation(products, "tanh", value);
    g_autoptr(GRegex) number = g_regex_new("- ?[0-9][0-9.e-]*|[0-9][0-9.e-]*", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    double expected[] = {products->sum - products->bias, products->bias, products->sum, value};
    g_regex_match(number, tex, 0, &match);
    for (int i = 0; i < 4; i++) {
        g_autofree char *word = g_match_info_fetch(match, 0);
        g_assert_nonnull(word);
        g_autofree char *plain = g_strdup(word[0] == '-' && word[1] == ' ' ? word + 1 : word);
        if (word[0] == '-' && word[1] == ' ')
            plain[0] = '-';
        g_assert_cmpfloat_with_epsilon(g_ascii_strtod(plain, NULL), expected[i],
                                       1e-4 * fabs(expected[i]));
        g_match_info_next(match, NULL);
    }
}

/* Every cell of the kernel, the patch and their products has the colour of its value. */
static void test_cells(void) {
    g_autoptr(FaltungProducts) products = products_new(4, 3, 2);
    const FaltungTheme *theme = faltung_theme(TRUE);
    double width, height;
    faltung_loupe_size(products, "relu", fmax(products->sum, 0), &width, &height);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)ceil(width), (int)ceil(height));
    cairo_t *cr = cairo_create(surface);
    faltung_loupe_draw(cr, theme, products, "relu", fmax(products->sum, 0));
    cairo_surface_flush(surface);
    int channel;
    g_assert_cmpint(faltung_products_by_size(products, 1, &channel), ==, 1);
    float values[3][6];
    for (int i = 0; i < 6; i++) {
        values[0][i] = products->weights[channel * 6 + i];
        values[1][i] = products->inputs[channel * 6 + i];
        values[2][i] = values[0][i] * values[1][i];
    }
    FaltungColormap map = faltung_colormap_diverging(theme);
    for (int k = 0; k < 3; k++) {
        FaltungRange range = faltung_range_of(map, values[k], 6);
        for (int i = 0; i < 6; i++) {
            int x = k * (152 + 22) + i % 2 * 36 + 1, y = 18 + i / 2 * 20 + 1;
            const guchar *row =
                cairo_image_surface_get_data(surface) + y * cairo_image_surface_get_stride(surface);
            g_assert_cmphex(((const guint32 *)(const void *)row)[x], ==,
                            faltung_colormap_pixel(map, range, values[k][i]));
        }
    }
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/loupe/order", test_order);
    g_test_add_func("/loupe/equation", test_equation);
    g_test_add_func("/loupe/cells", test_cells);
    return g_test_run();
}

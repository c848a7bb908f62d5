/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/loupe.h"

#include "draw/colormap.h"
#include "draw/equation.h"
#include "draw/text.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define CELL_WIDTH 36 /* with its number */
#define CELL_HEIGHT 20
#define SMALL_CELL 11 /* without: a window of more columns than MOST_COLUMNS */
#define MOST_COLUMNS 7
#define SIGN_WIDTH 22 /* between the matrices */
#define CAPTION 18
#define CAPTION_WIDTH 152
#define ROW 18
#define MOST_ROWS 6
#define BAR_WIDTH 110
#define EQUATION_SIZE 15
#define EQUATION_GAP 10

static gboolean is_window(const FaltungProducts *products) {
    return products->rows * products->columns > 1;
}

/* --- the equation --- */

/* " + 0.5", " - 0.5" */
static void append_signed(GString *tex, double value) {
    g_string_append_printf(tex, " %c %.5g", value < 0 ? '-' : '+', fabs(value));
}

char *faltung_loupe_equation(const FaltungProducts *products, const char *activation,
                             double value) {
    GString *tex = g_string_new("y = ");
    g_autofree char *function =
        activation ? g_strdup_printf("\\operatorname{%s}", activation) : NULL;
    if (function) {
        g_strdelimit(function, "_", '-');
        g_string_append_printf(tex, "%s\\bigl(", function);
    }
    g_string_append_printf(tex, "{\\underbrace{%.5g}_{\\sum w x}}", products->sum - products->bias);
    append_signed(tex, products->bias);
    if (function)
        g_string_append_printf(tex, "\\bigr) = %s(%.5g)", function, products->sum);
    g_string_append_printf(tex, " = %.5g", value);
    return g_string_free(tex, FALSE);
}

static FaltungEquation *equation_new(const FaltungProducts *products, const char *activation,
                                     double value) {
    g_autofree char *tex = faltung_loupe_equation(products, activation, value);
    return faltung_equation_new(tex, EQUATION_SIZE, NULL);
}

/* --- a convolution --- */

static double cell_width(const FaltungProducts *products) {
    return products->columns <= MOST_COLUMNS ? CELL_WIDTH : SMALL_CELL;
}

static double cell_height(const FaltungProducts *products) {
    return products->columns <= MOST_COLUMNS ? CELL_HEIGHT : SMALL_CELL;
}

/* From one matrix to the next: there is room for its caption. */
static double pitch(const FaltungProducts *products) {
    return MAX(products->columns * cell_width(products), CAPTION_WIDTH) + SIGN_WIDTH;
}

static FaltungColor color_of(guint32 pixel) {
    return (FaltungColor){(pixel >> 16 & 255) / 255.0, (pixel >> 8 & 255) / 255.0,
                          (pixel & 255) / 255.0, 1};
}

static void draw_matrix(cairo_t *cr, const FaltungTheme *theme, const FaltungProducts *products,
                        const float *values, double x, double y) {
    int n = products->rows * products->columns;
    FaltungColormap map = faltung_colormap_diverging(theme);
    FaltungRange range = faltung_range_of(map, values, n);
    double width = cell_width(products), height = cell_height(products);
    for (int i = 0; i < n; i++) {
        double left = x + i % products->columns * width, top = y + i / products->columns * height;
        FaltungColor color = color_of(faltung_colormap_pixel(map, range, values[i]));
        faltung_set_color(cr, color);
        cairo_rectangle(cr, left, top, width - 1, height - 1);
        cairo_fill(cr);
        if (width == CELL_WIDTH) {
            g_autofree char *text = faltung_format_short(values[i]);
            faltung_text_draw(cr, theme, text, FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR,
                              faltung_color_on(color), left + width / 2, top + height / 2, 0.5, 0.5,
                              0);
        }
    }
}

static void draw_window(cairo_t *cr, const FaltungTheme *theme, const FaltungProducts *products) {
    int channel = 0, n = products->rows * products->columns;
    faltung_products_by_size(products, 1, &channel);
    const float *kernel = products->weights + (size_t)channel * n;
    const float *patch = products->inputs + (size_t)channel * n;
    g_autofree float *product = g_new(float, n);
    for (int i = 0; i < n; i++)
        product[i] = kernel[i] * patch[i];
    g_autofree char *of =
        g_strdup_printf(_("kernel, channel %d of %d"), channel, products->channels);
    g_autofree char *sum =
        g_strdup_printf(_("products, together %.5g"), faltung_products_channel(products, channel));
    const char *captions[] = {of, _("patch"), sum};
    const float *values[] = {kernel, patch, product};
    static const char *const signs[] = {"", "×", "="};
    double width = products->columns * cell_width(products);
    for (int i = 0; i < 3; i++) {
        double x = i * pitch(products);
        faltung_text_draw(cr, theme, captions[i], FALTUNG_TEXT_SMALL, theme->dim, x, 0, 0, 0,
                          pitch(products) - SIGN_WIDTH / 2.0);
        draw_matrix(cr, theme, products, values[i], x, CAPTION);
        faltung_text_draw(cr, theme, signs[i], FALTUNG_TEXT_NORMAL, theme->foreground,
                          x - (pitch(products) - width) / 2 - 0.5,
                          CAPTION + products->rows * cell_height(products) / 2, 0.5, 0.5, 0);
    }
}

/* --- a dense layer --- */

static void draw_rows(cairo_t *cr, const FaltungTheme *theme, const FaltungProducts *products) {
    static const double columns[] = {34, 104, 118, 178, 192, 252};
    int channels[MOST_ROWS];
    int n = faltung_products_by_size(products, MOST_ROWS, channels);
    double rest = products->sum - products->bias, zero = columns[5] + 12 + BAR_WIDTH / 2.0;
    double largest = n > 0 ? fabs(faltung_products_channel(products, channels[0])) : 0;
    FaltungTextFlags flags = FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR;
    for (int k = 0; k < n; k++) {
        int c = channels[k];
        double product = faltung_products_channel(products, c), y = (k + 0.5) * ROW;
        g_autofree char *index = g_strdup_printf("[%d]", c);
        g_autofree char *weight = g_strdup_printf("%.4f", products->weights[c]);
        g_autofree char *input = g_strdup_printf("%.4f", products->inputs[c]);
        g_autofree char *result = g_strdup_printf("%.4f", product);
        const char *texts[] = {index, weight, "×", input, "=", result};
        for (int i = 0; i < 6; i++)
            faltung_text_draw(cr, theme, texts[i], flags, i == 0 ? theme->dim : theme->foreground,
                              columns[i], y, 1, 0.5, 0);
        double length = largest > 0 ? product / largest * BAR_WIDTH / 2 : 0;
        faltung_set_color(cr, faltung_theme_series(theme, product < 0 ? 1 : 0));
        cairo_rectangle(cr, MIN(zero, zero + length), y - 5, fabs(length), 10);
        cairo_fill(cr);
        rest -= product;
    }
    if (products->channels > n) {
        g_autofree char *others =
            g_strdup_printf(_("%d smaller ones, together %.5g"), products->channels - n, rest);
        faltung_text_draw(cr, theme, others, flags, theme->dim, 0, (n + 0.5) * ROW, 0, 0.5, 0);
    }
}

/* --- both --- */

static void upper_size(const FaltungProducts *products, double *width, double *height) {
    if (is_window(products)) {
        *width = 3 * pitch(products) - SIGN_WIDTH;
        *height = CAPTION + products->rows * cell_height(products);
    } else {
        *width = 264 + BAR_WIDTH;
        *height = ROW * (MIN(products->channels, MOST_ROWS) + (products->channels > MOST_ROWS));
    }
}

void faltung_loupe_size(const FaltungProducts *products, const char *activation, double value,
                        double *width, double *height) {
    upper_size(products, width, height);
    g_autoptr(FaltungEquation) equation = equation_new(products, activation, value);
    if (equation) {
        *width = MAX(*width, faltung_equation_width(equation));
        *height +=
            EQUATION_GAP + faltung_equation_ascent(equation) + faltung_equation_descent(equation);
    }
}

void faltung_loupe_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungProducts *products,
                        const char *activation, double value) {
    double width, height;
    upper_size(products, &width, &height);
    if (is_window(products))
        draw_window(cr, theme, products);
    else
        draw_rows(cr, theme, products);
    g_autoptr(FaltungEquation) equation = equation_new(products, activation, value);
    if (equation) /* else there is no font for it */
        faltung_equation_draw(equation, cr, 0,
                              height + EQUATION_GAP + faltung_equation_ascent(equation),
                              theme->foreground);
}

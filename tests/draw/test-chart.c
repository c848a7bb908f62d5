/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/chart.h"

#include <math.h>
#include <string.h>

static void check_ticks(double low, double high, int max, const char *expected) {
    g_autoptr(GArray) ticks = faltung_ticks(low, high, max, NULL);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < ticks->len; i++)
        g_string_append_printf(text, "%s%.17g", i > 0 ? " " : "", g_array_index(ticks, double, i));
    if (strcmp(text->str, expected) != 0)
        g_error("ticks of %g to %g, %d: %s, expected %s", low, high, max, text->str, expected);
    g_string_free(text, TRUE);
}

/* As numpy.arange (..) * step gives them, but rounded to the nearest double of the decimal. */
static void test_ticks(void) {
    check_ticks(0, 1, 5,
                "0 0.20000000000000001 0.40000000000000002 0.59999999999999998 "
                "0.80000000000000004 1");
    check_ticks(0, 10, 5, "0 2 4 6 8 10");
    check_ticks(-1, 1, 4, "-1 -0.5 0 0.5 1");
    check_ticks(0.03, 0.29, 3, "0.10000000000000001 0.20000000000000001");
    check_ticks(1234, 1239, 5, "1234 1235 1236 1237 1238 1239");
    check_ticks(0, 46800, 5, "0 10000 20000 30000 40000");
    check_ticks(-3e-7, 3e-7, 3, "-1.9999999999999999e-07 0 1.9999999999999999e-07");
    check_ticks(5, 5, 5, "");
    check_ticks(NAN, 1, 5, "");
    check_ticks(0, INFINITY, 5, "");
    check_ticks(2, 1, 5, "");
}

/* Whatever the range: some ticks, inside, evenly spread, not too many. */
static void test_tick_ranges(void) {
    guint32 state = 1;
    for (int i = 0; i < 20000; i++) {
        state = state * 1664525u + 1013904223u;
        double low = ((double)(state >> 8) / (1 << 23) - 1) * pow(10, (int)(state % 13) - 6);
        double high = low + pow(10, (int)(state % 11) - 5) * (1 + state % 97);
        int max = 3 + state % 8;
        double step;
        g_autoptr(GArray) ticks = faltung_ticks(low, high, max, &step);
        g_assert_cmpint(ticks->len, >=, 1);
        g_assert_cmpint(ticks->len, <=, 2 * max);
        for (guint k = 0; k < ticks->len; k++) {
            double tick = g_array_index(ticks, double, k);
            g_assert_cmpfloat(tick, >=, low - 1e-6 * (high - low));
            g_assert_cmpfloat(tick, <=, high + 1e-6 * (high - low));
            if (k > 0)
                g_assert_cmpfloat_with_epsilon(tick - g_array_index(ticks, double, k - 1), step,
                                               1e-6 * step + 1e-9 * fabs(tick));
        }
    }
}

static void check_log_ticks(double low, double high, int max, const double *expected, guint n) {
    g_autoptr(GArray) ticks = faltung_log_ticks(low, high, max);
    g_assert_cmpint(ticks->len, ==, n);
    for (guint i = 0; i < n; i++)
        g_assert_cmpfloat_with_epsilon(g_array_index(ticks, double, i), expected[i],
                                       1e-9 * expected[i]);
}
#define LOG_TICKS(low, high, max, ...)                                                             \
    check_log_ticks(low, high, max, (const double[]){__VA_ARGS__},                                 \
                    sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

static void test_log_ticks(void) {
    LOG_TICKS(0.001, 1, 5, 0.001, 0.01, 0.1, 1);
    LOG_TICKS(0.03, 3, 8, 0.05, 0.1, 0.2, 0.5, 1, 2);
    LOG_TICKS(1e-8, 1, 4, 1e-6, 1e-3, 1);
    LOG_TICKS(6e-6, 0.4, 2, 1e-4, 1e-2);
    LOG_TICKS(2, 4, 4, 2, 2.5 - 0.5 + 0.5, 3, 3.5, 4);
    g_autoptr(GArray) none = faltung_log_ticks(0, 1, 5);
    g_assert_cmpint(none->len, ==, 0);
}

static void test_labels(void) {
    static const struct {
        double low, high;
        gboolean logarithmic;
        int max;
        const char *expected;
    } axes[] = {
        {0, 1, FALSE, 5, "0 0.2 0.4 0.6 0.8 1.0"},
        {-1, 1, FALSE, 4, "−1.0 −0.5 0 0.5 1.0"},
        {0, 46800, FALSE, 5, "0 10k 20k 30k 40k"},
        {0, 2e6, FALSE, 4, "0 0.5M 1.0M 1.5M 2.0M"},
        {0, 5000, FALSE, 5, "0 1000 2000 3000 4000 5000"},
        {0, 5e-6, FALSE, 5, "0 10⁻⁶ 2·10⁻⁶ 3·10⁻⁶ 4·10⁻⁶ 5·10⁻⁶"},
        {0.001, 100, TRUE, 8, "0.001 0.01 0.1 1 10 100"},
        {1e-6, 1e-3, TRUE, 8, "10⁻⁶ 10⁻⁵ 10⁻⁴ 10⁻³"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(axes); i++) {
        FaltungAxis axis = {axes[i].low, axes[i].high, 0, 100, axes[i].logarithmic, FALSE};
        g_autoptr(GArray) ticks = faltung_axis_ticks(&axis, axes[i].max);
        g_autoptr(GPtrArray) labels = g_ptr_array_new_with_free_func(g_free);
        for (guint k = 0; k < ticks->len; k++)
            g_ptr_array_add(labels, faltung_axis_label(&axis, ticks, k));
        g_ptr_array_add(labels, NULL);
        g_autofree char *text = g_strjoinv(" ", (char **)labels->pdata);
        g_assert_cmpstr(text, ==, axes[i].expected);
    }
    FaltungAxis axis = {1, 5, 0, 100, FALSE, TRUE}; /* no half epochs */
    g_autoptr(GArray) ticks = faltung_axis_ticks(&axis, 12);
    g_assert_cmpint(ticks->len, ==, 5);
}

static void test_axis(void) {
    FaltungAxis linear = {-2, 2, 300, 100, FALSE, FALSE};
    g_assert_cmpfloat(faltung_axis_position(&linear, -2), ==, 300);
    g_assert_cmpfloat(faltung_axis_position(&linear, 1), ==, 150);
    g_assert_cmpfloat(faltung_axis_value(&linear, 150), ==, 1);
    FaltungAxis logarithmic = {0.01, 100, 0, 400, TRUE, FALSE};
    g_assert_cmpfloat_with_epsilon(faltung_axis_position(&logarithmic, 1), 200, 1e-9);
    g_assert_cmpfloat_with_epsilon(faltung_axis_value(&logarithmic, 300), 10, 1e-9);
    g_assert_true(isnan(faltung_axis_position(&logarithmic, 0)));
}

static void test_smooth(void) {
    double y[] = {4, 4, NAN, 8, INFINITY, 0}, smooth[6];
    faltung_smooth(y, 6, 0.5, smooth);
    g_assert_cmpfloat(smooth[0], ==, 4); /* the bias is corrected */
    g_assert_cmpfloat(smooth[1], ==, 4);
    g_assert_true(isnan(smooth[2]));
    /* (1 * 4 + 2 * 4 + 4 * 8) / 7 */
    g_assert_cmpfloat_with_epsilon(smooth[3], 44.0 / 7, 1e-12);
    g_assert_true(isnan(smooth[4]));
    g_assert_cmpfloat_with_epsilon(smooth[5], 44.0 / 15, 1e-12);
    faltung_smooth(y, 2, 0, smooth);
    g_assert_cmpfloat(smooth[1], ==, 4);
}

typedef struct {
    cairo_surface_t *surface;
    cairo_t *cr;
} Canvas;

static Canvas canvas_new(int width, int height) {
    Canvas canvas = {.surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height)};
    canvas.cr = cairo_create(canvas.surface);
    return canvas;
}

static void canvas_clear(Canvas *canvas) {
    g_assert_cmpint(cairo_status(canvas->cr), ==, CAIRO_STATUS_SUCCESS);
    cairo_destroy(canvas->cr);
    cairo_surface_destroy(canvas->surface);
}

/* Whether a line of the light theme's first series is in the rectangle; smoothed edges count. */
static gboolean has_ink(Canvas *canvas, double x, double y, double width, double height) {
    cairo_surface_flush(canvas->surface);
    const guint32 *pixels =
        (const guint32 *)(const void *)cairo_image_surface_get_data(canvas->surface);
    int stride = cairo_image_surface_get_width(canvas->surface);
    for (int row = MAX((int)y, 0); row < y + height; row++) {
        for (int column = MAX((int)x, 0); column < x + width; column++) {
            guint32 pixel = pixels[row * stride + column];
            int red = pixel >> 16 & 255, blue = pixel & 255;
            if (blue - red > 40)
                return TRUE;
        }
    }
    return FALSE;
}

static void test_hover(void) {
    g_autoptr(FaltungChart) chart = faltung_chart_new();
    double x[] = {0, 1, 2, 3, 4}, y[] = {0, 1, NAN, 3, 4}, z[] = {4, 3, 2, 1, 0};
    faltung_chart_add_series(chart, "up", x, y, 5);
    faltung_chart_add_series(chart, "down", x, z, 5);
    FaltungChartPoint points[4];
    g_assert_cmpint(faltung_chart_hover(chart, 10, 10, points, 4, NULL), ==, 0); /* not drawn */
    Canvas canvas = canvas_new(400, 300);
    faltung_chart_draw(chart, canvas.cr, faltung_theme(FALSE), 400, 300);
    FaltungRect plot = faltung_chart_plot(chart);
    g_assert_cmpfloat(plot.width, >, 300);
    g_assert_cmpfloat(plot.height, >, 200);
    int nearest;
    double at = plot.x + 0.52 * plot.width; /* x = 2.08 */
    int n = faltung_chart_hover(chart, at, plot.y + plot.height / 2, points, 4, &nearest);
    g_assert_cmpint(n, ==, 2);
    g_assert_cmpfloat(points[0].x, ==, 3); /* the gap is passed over */
    g_assert_cmpfloat(points[0].y, ==, 3);
    g_assert_cmpfloat(points[1].x, ==, 2);
    g_assert_cmpint(nearest, ==, 1);
    g_assert_cmpstr(points[1].name, ==, "down");
    FaltungPoint back = faltung_chart_to_data(chart, points[1].at.x, points[1].at.y);
    g_assert_cmpfloat_with_epsilon(back.x, 2, 1e-9);
    g_assert_cmpfloat_with_epsilon(back.y, 2, 1e-9);
    faltung_chart_set_visible(chart, 1, FALSE);
    g_assert_cmpint(faltung_chart_hover(chart, at, plot.y + 9, points, 4, &nearest), ==, 1);
    g_assert_cmpint(faltung_chart_hover(chart, 1, 1, points, 4, &nearest), ==, 0);
    faltung_chart_draw_hover(chart, canvas.cr, faltung_theme(FALSE), at, plot.y + 9);
    canvas_clear(&canvas);
}

/* What was hidden stays so when a chart is filled anew; what is seen can be had as numbers. */
static void test_table(void) {
    g_autoptr(FaltungChart) chart = faltung_chart_new();
    double x[] = {0, 1, 2, 3}, y[] = {4, NAN, 2, 1};
    for (int turn = 0; turn < 2; turn++) {
        faltung_chart_clear(chart);
        faltung_chart_set_labels(chart, "the \"loss\"", NULL, NULL);
        faltung_chart_add_series(chart, "seen", x, y, 4);
        int other = faltung_chart_add_series(chart, "hidden", x, y, 4);
        g_assert_true(faltung_chart_is_visible(chart, other) == (turn == 0));
        faltung_chart_set_visible(chart, other, FALSE);
    }
    faltung_chart_set_x_range(chart, 1, 2.5);
    faltung_chart_set_smoothing(chart, 0.5);
    g_autoptr(GString) text = g_string_new(NULL);
    faltung_chart_append_csv(chart, text);
    double smooth = (0.5 * 0.5 * 4 + 0.5 * 2) / 0.75;
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *expected =
        g_strdup_printf("\"the \"\"loss\"\"\",\"seen\",1,,\n\"the \"\"loss\"\"\",\"seen\",2,2,%s\n",
                        g_ascii_dtostr(number, sizeof number, smooth));
    g_assert_cmpstr(text->str, ==, expected);
}

static void test_ranges(void) {
    g_autoptr(FaltungChart) chart = faltung_chart_new();
    double y[] = {2, 1, 0.5, 0.25, 50};
    faltung_chart_add_series(chart, NULL, NULL, y, 5);
    Canvas canvas = canvas_new(400, 300);
    double x0, x1, y0, y1;
    g_assert_false(faltung_chart_get_ranges(chart, &x0, &x1, &y0, &y1));
    faltung_chart_set_x_range(chart, 0, 3); /* the y range follows what is seen */
    faltung_chart_draw(chart, canvas.cr, faltung_theme(TRUE), 400, 300);
    g_assert_true(faltung_chart_get_ranges(chart, &x0, &x1, &y0, &y1));
    g_assert_cmpfloat(x0, ==, 0);
    g_assert_cmpfloat(x1, ==, 3);
    g_assert_cmpfloat(y0, >=, 0);
    g_assert_cmpfloat(y0, <=, 0.25);
    g_assert_cmpfloat(y1, >=, 2);
    g_assert_cmpfloat(y1, <, 3);
    faltung_chart_set_x_range(chart, 0, 0);
    faltung_chart_draw(chart, canvas.cr, faltung_theme(TRUE), 400, 300);
    faltung_chart_get_ranges(chart, &x0, &x1, &y0, &y1);
    g_assert_cmpfloat(x1, ==, 4);
    g_assert_cmpfloat(y1, >=, 50);
    canvas_clear(&canvas);
}

/* Thinning points out per pixel must not lose an extreme. */
static void test_spike(void) {
    int n = 200000;
    g_autofree double *y = g_new0(double, n);
    y[123456] = 1;
    for (int log = 0; log < 2; log++) {
        g_autoptr(FaltungChart) chart = faltung_chart_new();
        faltung_chart_add_series(chart, NULL, NULL, y, n);
        faltung_chart_set_log(chart, FALSE, log); /* the zeros are gaps then: a lone point */
        Canvas canvas = canvas_new(500, 300);
        const FaltungTheme *theme = faltung_theme(FALSE);
        faltung_set_color(canvas.cr, theme->background);
        cairo_paint(canvas.cr);
        faltung_chart_draw(chart, canvas.cr, theme, 500, 300);
        FaltungRect plot = faltung_chart_plot(chart);
        double at = plot.x + plot.width * 123456 / (n - 1);
        double x0, x1, low, high;
        faltung_chart_get_ranges(chart, &x0, &x1, &low, &high);
        double top = log ? log10(high / 1) / log10(high / low) : (high - 1) / (high - low);
        g_assert_true(has_ink(&canvas, at - 2, plot.y + top * plot.height - 2, 4, 5));
        g_assert_false(has_ink(&canvas, at + 6, plot.y, plot.width / 4, plot.height - 4));
        canvas_clear(&canvas);
    }
}

/* Nothing that a run can contain makes it fail. */
static void test_odd_data(void) {
    static const double sets[][4] = {{NAN, NAN, NAN, NAN},        {1, 1, 1, 1},
                                     {INFINITY, 1, -INFINITY, 2}, {0, 0, 0, 0},
                                     {1e300, -1e300, 1e-300, 0},  {-1, -2, -3, -4}};
    Canvas canvas = canvas_new(200, 120);
    for (guint i = 0; i < G_N_ELEMENTS(sets); i++) {
        for (int mode = 0; mode < 8; mode++) {
            for (int n = 0; n <= 4; n++) {
                g_autoptr(FaltungChart) chart = faltung_chart_new();
                faltung_chart_set_labels(chart, "t", "x", "y");
                int series = faltung_chart_add_series(chart, "a", NULL, sets[i], n);
                if (mode & 1)
                    faltung_chart_set_band(chart, series, sets[i], sets[i]);
                faltung_chart_set_log(chart, mode & 2, mode & 2);
                faltung_chart_set_smoothing(chart, mode & 4 ? 0.9 : 0);
                faltung_chart_draw(chart, canvas.cr, faltung_theme(FALSE), 200, 120);
                faltung_chart_draw(chart, canvas.cr, faltung_theme(FALSE), 20, 12);
                faltung_chart_draw_hover(chart, canvas.cr, faltung_theme(FALSE), 100, 60);
                g_assert_cmpint(cairo_status(canvas.cr), ==, CAIRO_STATUS_SUCCESS);
            }
        }
    }
    canvas_clear(&canvas);
}

static void test_legend(void) {
    g_autoptr(FaltungChart) chart = faltung_chart_new();
    double y[] = {1, 2};
    for (int i = 0; i < 60; i++) {
        g_autofree char *name = g_strdup_printf("run number %d", i);
        faltung_chart_add_series(chart, name, NULL, y, 2);
    }
    Canvas canvas = canvas_new(400, 300);
    faltung_chart_draw(chart, canvas.cr, faltung_theme(FALSE), 400, 300);
    g_assert_cmpfloat(faltung_chart_plot(chart).height, >, 120); /* it leaves room */
    g_assert_cmpint(faltung_chart_legend_hit(chart, 14, 16), ==, 0);
    g_assert_cmpint(faltung_chart_legend_hit(chart, 399, 299), ==, -1);
    canvas_clear(&canvas);

    /* in one line that is too short: the first is cut, and how many are left out is beside it */
    canvas = canvas_new(150, 90);
    faltung_chart_draw(chart, canvas.cr, faltung_theme(FALSE), 150, 90);
    g_assert_cmpint(faltung_chart_legend_hit(chart, 14, 16), ==, 0);
    g_assert_cmpint(faltung_chart_legend_hit(chart, 130, 16), ==, -1);
    canvas_clear(&canvas);
}

static void test_append(void) {
    g_autoptr(FaltungChart) chart = faltung_chart_new();
    int series = faltung_chart_add_series(chart, "live", NULL, NULL, 0);
    Canvas canvas = canvas_new(400, 300);
    for (int i = 0; i < 5; i++) {
        faltung_chart_append(chart, series, i, i * i);
        faltung_chart_draw(chart, canvas.cr, faltung_theme(FALSE), 400, 300);
    }
    double x0, x1, y0, y1;
    faltung_chart_get_ranges(chart, &x0, &x1, &y0, &y1);
    g_assert_cmpfloat(x1, ==, 4);
    g_assert_cmpfloat(y1, >=, 16);
    canvas_clear(&canvas);
}

static void test_confusion(void) {
    guint64 counts[9] = {5, 0, 1, 0, 7, 0, 2, 0, 9};
    Canvas canvas = canvas_new(300, 300);
    FaltungRect rect = {0, 0, 300, 300};
    faltung_confusion_draw(canvas.cr, faltung_theme(FALSE), NULL, counts, 3, rect);
    int hits[9] = {0}, truth, prediction;
    for (int y = 0; y < 300; y += 5) {
        for (int x = 0; x < 300; x += 5) {
            if (faltung_confusion_hit(canvas.cr, faltung_theme(FALSE), NULL, 3, rect, x, y, &truth,
                                      &prediction))
                hits[truth * 3 + prediction]++;
        }
    }
    for (int i = 0; i < 9; i++)
        g_assert_cmpint(hits[i], >, 100);
    canvas_clear(&canvas);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/chart/ticks", test_ticks);
    g_test_add_func("/chart/tick-ranges", test_tick_ranges);
    g_test_add_func("/chart/log-ticks", test_log_ticks);
    g_test_add_func("/chart/labels", test_labels);
    g_test_add_func("/chart/axis", test_axis);
    g_test_add_func("/chart/smooth", test_smooth);
    g_test_add_func("/chart/hover", test_hover);
    g_test_add_func("/chart/table", test_table);
    g_test_add_func("/chart/ranges", test_ranges);
    g_test_add_func("/chart/spike", test_spike);
    g_test_add_func("/chart/odd-data", test_odd_data);
    g_test_add_func("/chart/legend", test_legend);
    g_test_add_func("/chart/append", test_append);
    g_test_add_func("/chart/confusion", test_confusion);
    return g_test_run();
}

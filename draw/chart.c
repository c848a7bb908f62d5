/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/chart-private.h"

#include <math.h>

static void series_free(gpointer data) {
    Series *series = data;
    g_free(series->name);
    g_array_unref(series->x);
    g_array_unref(series->y);
    g_clear_pointer(&series->smooth, g_array_unref);
    g_clear_pointer(&series->low, g_array_unref);
    g_clear_pointer(&series->high, g_array_unref);
    g_free(series);
}

FaltungChart *faltung_chart_new(void) {
    FaltungChart *chart = g_new0(FaltungChart, 1);
    chart->series = g_ptr_array_new_with_free_func(series_free);
    chart->hidden = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    chart->mark_x = NAN;
    return chart;
}

void faltung_chart_free(FaltungChart *chart) {
    if (!chart)
        return;
    g_ptr_array_unref(chart->series);
    g_hash_table_unref(chart->hidden);
    g_free(chart->title);
    g_free(chart->x_label);
    g_free(chart->y_label);
    g_free(chart);
}

static void replace(char **text, const char *by) {
    char *copy = g_strdup(by);
    g_free(*text);
    *text = copy;
}

void faltung_chart_set_labels(FaltungChart *chart, const char *title, const char *x_label,
                              const char *y_label) {
    replace(&chart->title, title);
    replace(&chart->x_label, x_label);
    replace(&chart->y_label, y_label);
}

void faltung_chart_set_log(FaltungChart *chart, gboolean log_x, gboolean log_y) {
    chart->log_x = log_x;
    chart->log_y = log_y;
}

void faltung_chart_set_smoothing(FaltungChart *chart, double weight) {
    weight = CLAMP(weight, 0, 0.9999);
    if (weight == chart->smoothing)
        return;
    chart->smoothing = weight;
    for (guint i = 0; i < chart->series->len; i++)
        g_clear_pointer(&chart_series(chart, i)->smooth, g_array_unref);
}

void faltung_chart_set_smoothed(FaltungChart *chart, int series, gboolean smoothed) {
    chart_series(chart, series)->plain = !smoothed;
}

void faltung_chart_set_legend(FaltungChart *chart, gboolean shown) {
    chart->no_legend = !shown;
}

void faltung_chart_set_x_range(FaltungChart *chart, double low, double high) {
    chart->x_low = low;
    chart->x_high = high;
}

void faltung_chart_set_y_range(FaltungChart *chart, double low, double high) {
    chart->y_low = low;
    chart->y_high = high;
}

gboolean faltung_chart_get_ranges(FaltungChart *chart, double *x_low, double *x_high, double *y_low,
                                  double *y_high) {
    *x_low = chart->x_axis.low;
    *x_high = chart->x_axis.high;
    *y_low = chart->y_axis.low;
    *y_high = chart->y_axis.high;
    return chart->drawn;
}

static void series_set(Series *series, const double *x, const double *y, size_t n) {
    g_array_set_size(series->x, 0);
    g_array_set_size(series->y, 0);
    g_clear_pointer(&series->smooth, g_array_unref);
    g_clear_pointer(&series->low, g_array_unref);
    g_clear_pointer(&series->high, g_array_unref);
    if (n == 0)
        return;
    g_array_append_vals(series->y, y, n);
    if (x) {
        g_array_append_vals(series->x, x, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        double value = i;
        g_array_append_val(series->x, value);
    }
}

int faltung_chart_add_series(FaltungChart *chart, const char *name, const double *x,
                             const double *y, size_t n) {
    Series *series = g_new0(Series, 1);
    series->name = g_strdup(name);
    series->x = g_array_new(FALSE, FALSE, sizeof(double));
    series->y = g_array_new(FALSE, FALSE, sizeof(double));
    series->color_index = chart->series->len;
    series->hidden = name && g_hash_table_contains(chart->hidden, name);
    series_set(series, x, y, n);
    g_ptr_array_add(chart->series, series);
    return chart->series->len - 1;
}

void faltung_chart_set_series(FaltungChart *chart, int index, const double *x, const double *y,
                              size_t n) {
    series_set(chart_series(chart, index), x, y, n);
}

void faltung_chart_append(FaltungChart *chart, int index, double x, double y) {
    Series *series = chart_series(chart, index);
    g_array_append_val(series->x, x);
    g_array_append_val(series->y, y);
    g_clear_pointer(&series->smooth, g_array_unref);
    g_clear_pointer(&series->low, g_array_unref);
    g_clear_pointer(&series->high, g_array_unref);
}

void faltung_chart_set_band(FaltungChart *chart, int index, const double *low, const double *high) {
    Series *series = chart_series(chart, index);
    g_clear_pointer(&series->low, g_array_unref);
    g_clear_pointer(&series->high, g_array_unref);
    series->low = g_array_new(FALSE, FALSE, sizeof(double));
    series->high = g_array_new(FALSE, FALSE, sizeof(double));
    if (series->y->len > 0) {
        g_array_append_vals(series->low, low, series->y->len);
        g_array_append_vals(series->high, high, series->y->len);
    }
}

void faltung_chart_set_look(FaltungChart *chart, int index, int color_index,
                            FaltungLineStyle style) {
    chart_series(chart, index)->color_index = color_index;
    chart_series(chart, index)->style = style;
}

void faltung_chart_set_visible(FaltungChart *chart, int index, gboolean visible) {
    Series *series = chart_series(chart, index);
    series->hidden = !visible;
    if (series->name && visible)
        g_hash_table_remove(chart->hidden, series->name);
    else if (series->name)
        g_hash_table_add(chart->hidden, g_strdup(series->name));
}

gboolean faltung_chart_is_visible(const FaltungChart *chart, int index) {
    return !chart_series(chart, index)->hidden;
}

int faltung_chart_n_series(const FaltungChart *chart) {
    return chart->series->len;
}

void faltung_chart_clear(FaltungChart *chart) {
    g_ptr_array_set_size(chart->series, 0);
}

void faltung_chart_mark_x(FaltungChart *chart, double x) {
    chart->mark_x = x;
}

void faltung_smooth(const double *y, size_t n, double weight, double *smooth) {
    double average = 0, correction = 1;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(y[i])) {
            smooth[i] = NAN;
            continue;
        }
        average = weight * average + (1 - weight) * y[i];
        correction *= weight;
        smooth[i] = average / (1 - correction);
    }
}

const GArray *faltung_chart_shown(FaltungChart *chart, Series *series) {
    if (chart->smoothing == 0 || series->plain)
        return series->y;
    if (!series->smooth) {
        series->smooth = g_array_sized_new(FALSE, FALSE, sizeof(double), series->y->len);
        g_array_set_size(series->smooth, series->y->len);
        faltung_smooth((const double *)(void *)series->y->data, series->y->len, chart->smoothing,
                       (double *)(void *)series->smooth->data);
    }
    return series->smooth;
}

guint faltung_series_lower_bound(const Series *series, double x) {
    guint first = 0, end = series->x->len;
    while (first < end) {
        guint middle = first + (end - first) / 2;
        if (value_at(series->x, middle) < x)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

typedef struct {
    double low, high;
    gboolean integers;
} Extent;

static void extend(Extent *extent, double value, gboolean positive_only) {
    if (!isfinite(value) || (positive_only && value <= 0))
        return;
    extent->low = MIN(extent->low, value);
    extent->high = MAX(extent->high, value);
    if (value != floor(value))
        extent->integers = FALSE;
}

static const Extent nothing = {INFINITY, -INFINITY, TRUE};

/* Makes an extent of no length one that can be an axis. */
static void widen(Extent *extent, gboolean logarithmic) {
    if (extent->low > extent->high)
        *extent = (Extent){logarithmic ? 0.1 : 0, 1, FALSE};
    if (extent->low < extent->high)
        return;
    if (logarithmic) {
        extent->low /= 2;
        extent->high *= 2;
    } else {
        double by = extent->low != 0 ? fabs(extent->low) / 2 : 1;
        if (extent->integers)
            by = 1;
        extent->low -= by;
        extent->high += by;
    }
}

static void find_x_range(FaltungChart *chart) {
    Extent extent = nothing;
    for (guint i = 0; i < chart->series->len; i++) {
        Series *series = chart_series(chart, i);
        for (guint j = 0; !series->hidden && j < series->x->len; j++)
            extend(&extent, value_at(series->x, j), chart->log_x);
    }
    gboolean integers = extent.integers;
    if (chart->x_low < chart->x_high && (!chart->log_x || chart->x_low > 0))
        extent = (Extent){chart->x_low, chart->x_high, integers};
    widen(&extent, chart->log_x);
    chart->x_axis.low = extent.low;
    chart->x_axis.high = extent.high;
    chart->x_axis.integers = integers;
}

static void find_y_range(FaltungChart *chart) {
    Extent extent = nothing;
    for (guint i = 0; i < chart->series->len; i++) {
        Series *series = chart_series(chart, i);
        if (series->hidden)
            continue;
        guint first = faltung_series_lower_bound(series, chart->x_axis.low);
        /* the line runs on to the points just outside, but they do not count */
        for (guint j = first; j < series->y->len && value_at(series->x, j) <= chart->x_axis.high;
             j++) {
            extend(&extent, value_at(series->y, j), chart->log_y);
            if (series->low) {
                extend(&extent, value_at(series->low, j), chart->log_y);
                extend(&extent, value_at(series->high, j), chart->log_y);
            }
        }
    }
    gboolean asked = chart->y_low < chart->y_high && (!chart->log_y || chart->y_low > 0);
    if (asked)
        extent = (Extent){chart->y_low, chart->y_high, FALSE};
    widen(&extent, chart->log_y);
    if (!asked && chart->log_y) {
        double by = pow(extent.high / extent.low, 0.05);
        extent.low /= by;
        extent.high *= by;
    } else if (!asked) {
        double by = 0.05 * (extent.high - extent.low);
        /* no negative numbers where there are none */
        extent.low = extent.low >= 0 ? MAX(extent.low - by, 0) : extent.low - by;
        extent.high += by;
    }
    chart->y_axis.low = extent.low;
    chart->y_axis.high = extent.high;
}

void faltung_chart_find_ranges(FaltungChart *chart) {
    chart->x_axis.logarithmic = chart->log_x;
    chart->y_axis.logarithmic = chart->log_y;
    find_x_range(chart);
    find_y_range(chart);
}

/* As CSV wants it: in quotes, which are doubled inside. */
static void append_text(GString *text, const char *word) {
    g_auto(GStrv) parts = g_strsplit(word ? word : "", "\"", -1);
    g_autofree char *quoted = g_strjoinv("\"\"", parts);
    g_string_append_printf(text, "\"%s\"", quoted);
}

static void append_number(GString *text, double value) {
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(text, ",%s",
                           isfinite(value) ? g_ascii_dtostr(number, sizeof number, value) : "");
}

void faltung_chart_append_csv(FaltungChart *chart, GString *text) {
    faltung_chart_find_ranges(chart);
    for (guint i = 0; i < chart->series->len; i++) {
        Series *series = chart_series(chart, i);
        const GArray *shown = faltung_chart_shown(chart, series);
        for (guint j = faltung_series_lower_bound(series, chart->x_axis.low);
             !series->hidden && j < series->x->len && value_at(series->x, j) <= chart->x_axis.high;
             j++) {
            append_text(text, chart->title);
            g_string_append_c(text, ',');
            append_text(text, series->name);
            append_number(text, value_at(series->x, j));
            append_number(text, value_at(series->y, j));
            append_number(text, value_at(shown, j));
            g_string_append_c(text, '\n');
        }
    }
}

static gboolean contains(FaltungRect rect, double x, double y) {
    return x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height;
}

/* The point nearest to @x that is no gap; -1: none. */
static int nearest_point(const Series *series, const GArray *y, double x) {
    int right = faltung_series_lower_bound(series, x), left = right - 1;
    while (right < (int)y->len && !isfinite(value_at(y, right)))
        right++;
    while (left >= 0 && !isfinite(value_at(y, left)))
        left--;
    if (right >= (int)y->len)
        return left;
    if (left < 0)
        return right;
    return x - value_at(series->x, left) <= value_at(series->x, right) - x ? left : right;
}

int faltung_chart_hover(FaltungChart *chart, double x, double y, FaltungChartPoint *points, int max,
                        int *nearest) {
    if (nearest)
        *nearest = -1;
    if (!chart->drawn || !contains(chart->plot, x, y))
        return 0;
    double at = faltung_axis_value(&chart->x_axis, x), best = INFINITY;
    int n = 0;
    for (guint i = 0; i < chart->series->len && n < max; i++) {
        Series *series = chart_series(chart, i);
        const GArray *shown = faltung_chart_shown(chart, series);
        int j = series->hidden ? -1 : nearest_point(series, shown, at);
        if (j < 0)
            continue;
        FaltungChartPoint point = {.series = i,
                                   .name = series->name,
                                   .x = value_at(series->x, j),
                                   .y = value_at(shown, j),
                                   .raw_y = value_at(series->y, j)};
        point.at.x = faltung_axis_position(&chart->x_axis, point.x);
        point.at.y = faltung_axis_position(&chart->y_axis, point.y);
        if (!isfinite(point.at.x) || !isfinite(point.at.y) || point.at.x < chart->plot.x - 1 ||
            point.at.x > chart->plot.x + chart->plot.width + 1)
            continue;
        double distance = hypot(point.at.x - x, point.at.y - y);
        if (distance < best) {
            best = distance;
            if (nearest)
                *nearest = n;
        }
        points[n++] = point;
    }
    return n;
}

int faltung_chart_legend_hit(FaltungChart *chart, double x, double y) {
    for (guint i = 0; i < chart->series->len; i++) {
        if (contains(chart_series(chart, i)->legend, x, y))
            return i;
    }
    return -1;
}

FaltungRect faltung_chart_plot(FaltungChart *chart) {
    return chart->plot;
}

FaltungPoint faltung_chart_to_data(FaltungChart *chart, double x, double y) {
    return (FaltungPoint){faltung_axis_value(&chart->x_axis, x),
                          faltung_axis_value(&chart->y_axis, y)};
}

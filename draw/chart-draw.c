/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/chart-private.h"
#include "draw/shapes.h"
#include "draw/text.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define TICK_TEXT (FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR)
#define LINE_WIDTH 1.75

/* The middle of a device pixel, so that a one-pixel line is sharp at any scale. */
static double crisp(cairo_t *cr, double position, gboolean vertical) {
    double x = vertical ? position : 0, y = vertical ? 0 : position;
    cairo_user_to_device(cr, &x, &y);
    x = floor(x) + 0.5;
    y = floor(y) + 0.5;
    cairo_device_to_user(cr, &x, &y);
    return vertical ? x : y;
}

static double hairline(cairo_t *cr) {
    double dx = 1, dy = 0;
    cairo_user_to_device_distance(cr, &dx, &dy);
    double scale = hypot(dx, dy);
    return scale > 0 ? MAX(round(scale), 1) / scale : 1;
}

static void vertical_line(cairo_t *cr, double x, double top, double bottom) {
    x = crisp(cr, x, TRUE);
    cairo_move_to(cr, x, top);
    cairo_line_to(cr, x, bottom);
    cairo_stroke(cr);
}

static void horizontal_line(cairo_t *cr, double y, double left, double right) {
    y = crisp(cr, y, FALSE);
    cairo_move_to(cr, left, y);
    cairo_line_to(cr, right, y);
    cairo_stroke(cr);
}

static void set_style(cairo_t *cr, FaltungLineStyle style) {
    static const double dashed[] = {6, 4}, dotted[] = {0, 3.5};
    if (style == FALTUNG_LINE_DASHED)
        cairo_set_dash(cr, dashed, 2, 0);
    else if (style == FALTUNG_LINE_DOTTED)
        cairo_set_dash(cr, dotted, 2, 0);
    else
        cairo_set_dash(cr, NULL, 0, 0);
}

#define SWATCH 16
#define SWATCH_SPACE 6
#define ENTRY_SPACE 14

static double entry_width(cairo_t *cr, const FaltungTheme *theme, const Series *series) {
    double width;
    faltung_text_size(cr, theme, series->name, FALTUNG_TEXT_NORMAL, &width, NULL);
    return SWATCH + SWATCH_SPACE + width;
}

static void draw_entry(cairo_t *cr, const FaltungTheme *theme, const Series *series) {
    FaltungRect rect = series->legend;
    double shown = series->hidden ? 0.35 : 1, middle = rect.y + rect.height / 2;
    faltung_set_color(cr,
                      faltung_color_alpha(faltung_theme_series(theme, series->color_index), shown));
    set_style(cr, series->style);
    cairo_set_line_width(cr, 2.5);
    cairo_move_to(cr, rect.x + 1, middle);
    cairo_line_to(cr, rect.x + SWATCH - 1, middle);
    cairo_stroke(cr);
    set_style(cr, FALTUNG_LINE_SOLID);
    faltung_text_draw(cr, theme, series->name, FALTUNG_TEXT_NORMAL,
                      faltung_color_alpha(theme->foreground, shown), rect.x + SWATCH + SWATCH_SPACE,
                      rect.y, 0, 0, MAX(rect.width - SWATCH - SWATCH_SPACE, 1));
}

/* Whether all entries from @first on have room in one line; the only one is cut to it. */
static gboolean rest_fits(FaltungChart *chart, cairo_t *cr, const FaltungTheme *theme, guint first,
                          double room, gboolean whole_line) {
    double width = -ENTRY_SPACE;
    int n = 0;
    for (guint i = first; i < chart->series->len; i++) {
        if (chart_series(chart, i)->name) {
            width += entry_width(cr, theme, chart_series(chart, i)) + ENTRY_SPACE;
            n++;
        }
    }
    return width <= room || (n == 1 && whole_line);
}

/* Entries from left to right, in as many lines as are needed and have room, one at least; how many
   are left out stands at the end. Returns: the height. */
static double draw_legend(FaltungChart *chart, cairo_t *cr, const FaltungTheme *theme, double left,
                          double right, double top, double max_height) {
    double line_height, x = left, y = top;
    faltung_text_size(cr, theme, "X", FALTUNG_TEXT_NORMAL, NULL, &line_height);
    gboolean any = FALSE;
    for (guint i = 0; i < chart->series->len; i++)
        chart_series(chart, i)->legend = (FaltungRect){0, 0, 0, 0};
    for (guint i = 0; i < chart->series->len && !chart->no_legend; i++) {
        Series *series = chart_series(chart, i);
        if (!series->name)
            continue;
        double width = entry_width(cr, theme, series), end = right;
        gboolean goes_on = y + 2 * (line_height + 2) - top <= max_height;
        if (x > left && x + width > right && goes_on) {
            x = left;
            y += line_height + 2;
            goes_on = y + 2 * (line_height + 2) - top <= max_height;
        }
        if (!goes_on && !rest_fits(chart, cr, theme, i, right - x, x == left)) {
            g_autofree char *rest = g_strdup_printf(_("… %d more"), (int)(chart->series->len - i));
            double rest_width;
            faltung_text_size(cr, theme, rest, FALTUNG_TEXT_SMALL, &rest_width, NULL);
            end = right - rest_width - ENTRY_SPACE;
            if (x > left && x + width > end) {
                faltung_text_draw(cr, theme, rest, FALTUNG_TEXT_SMALL, theme->dim, right,
                                  y + line_height / 2, 1, 0.5, 0);
                break;
            }
        }
        width = MIN(width, end - x);
        series->legend = (FaltungRect){x, y, MAX(width, SWATCH), line_height};
        draw_entry(cr, theme, series);
        any = TRUE;
        x += width + ENTRY_SPACE;
    }
    return any ? y + line_height - top : 0;
}

static void draw_axes(FaltungChart *chart, cairo_t *cr, const FaltungTheme *theme, GArray *x_ticks,
                      GArray *y_ticks) {
    FaltungRect plot = chart->plot;
    double bottom = plot.y + plot.height, right = plot.x + plot.width;
    cairo_set_line_width(cr, hairline(cr));
    faltung_set_color(cr, theme->grid);
    for (guint i = 0; i < y_ticks->len; i++)
        horizontal_line(cr, faltung_axis_position(&chart->y_axis, value_at(y_ticks, i)), plot.x,
                        right);
    for (guint i = 0; i < x_ticks->len; i++)
        vertical_line(cr, faltung_axis_position(&chart->x_axis, value_at(x_ticks, i)), plot.y,
                      bottom);
    faltung_set_color(cr, faltung_color_alpha(theme->foreground, 0.35));
    horizontal_line(cr, bottom, plot.x, right);
    double height, free_below = INFINITY, occupied = -INFINITY; /* no number over another */
    faltung_text_size(cr, theme, "0", TICK_TEXT, NULL, &height);
    for (guint i = 0; i < y_ticks->len; i++) {
        g_autofree char *label = faltung_axis_label(&chart->y_axis, y_ticks, i);
        double y = faltung_axis_position(&chart->y_axis, value_at(y_ticks, i));
        if (y + height / 2 > free_below + 0.25 * height) /* digits are lower than their line */
            continue;
        free_below = y - height / 2;
        faltung_text_draw(cr, theme, label, TICK_TEXT, theme->dim, plot.x - 7, y, 1, 0.5, 0);
    }
    for (guint i = 0; i < x_ticks->len; i++) {
        g_autofree char *label = faltung_axis_label(&chart->x_axis, x_ticks, i);
        double x = faltung_axis_position(&chart->x_axis, value_at(x_ticks, i)), width;
        faltung_text_size(cr, theme, label, TICK_TEXT, &width, NULL);
        if (x - width / 2 < occupied)
            continue;
        occupied = x + width / 2 + 8;
        faltung_text_draw(cr, theme, label, TICK_TEXT, theme->dim, x, bottom + 4, 0.5, 0, 0);
    }
}

/* A line through thousands of points a pixel looks like the line through the first, lowest,
   highest and last of each pixel column. */
typedef struct {
    cairo_t *cr;
    gboolean open; /* the line goes on from a point before */
    gboolean in_pieces;
    int n_piece; /* points in the path */
    double column;
    int n;
    FaltungPoint first, low, high, last;
    double resolution; /* device pixels a unit */
} Line;

/* cairo's time for a stroke grows with the square of what crosses itself, and a noisy line does
   so everywhere; so solid lines, which have no dashes to keep in step, are stroked in pieces. */
#define PIECE 12

static void line_point(Line *line, FaltungPoint point) {
    if (line->open)
        cairo_line_to(line->cr, point.x, point.y);
    else
        cairo_move_to(line->cr, point.x, point.y);
    line->open = TRUE;
    if (line->in_pieces && ++line->n_piece >= PIECE) {
        cairo_stroke(line->cr);
        cairo_move_to(line->cr, point.x, point.y);
        line->n_piece = 0;
    }
}

static void line_flush(Line *line) {
    if (line->n == 0)
        return;
    line_point(line, line->first);
    if (line->n > 2) {
        gboolean low_first = line->low.x <= line->high.x;
        line_point(line, low_first ? line->low : line->high);
        line_point(line, low_first ? line->high : line->low);
    }
    if (line->n > 1)
        line_point(line, line->last);
    line->n = 0;
}

static void line_add(Line *line, double x, double y) {
    FaltungPoint point = {x, CLAMP(y, -1e6, 1e6)}; /* cairo's coordinates end at 2^23 */
    double column = floor(x * line->resolution);
    if (line->n > 0 && column != line->column)
        line_flush(line);
    if (line->n == 0) {
        line->column = column;
        line->first = line->low = line->high = point;
    }
    if (point.y > line->low.y)
        line->low = point;
    if (point.y < line->high.y)
        line->high = point;
    line->last = point;
    line->n++;
}

/* Strokes the visible part of a series; single points between gaps become dots. */
static void trace(FaltungChart *chart, cairo_t *cr, const Series *series, const GArray *values) {
    double dx = 1, dy = 0;
    cairo_user_to_device_distance(cr, &dx, &dy);
    Line line = {.cr = cr,
                 .resolution = MAX(hypot(dx, dy), 1e-3),
                 .in_pieces = cairo_get_dash_count(cr) == 0};
    guint first = faltung_series_lower_bound(series, chart->x_axis.low);
    guint run = 0; /* points since the last gap */
    /* where corners are closer than can be seen, care for them is wasted time */
    guint end = faltung_series_lower_bound(series, chart->x_axis.high);
    gboolean dense = end - first > chart->plot.width / 3;
    cairo_set_antialias(cr, dense ? CAIRO_ANTIALIAS_FAST : CAIRO_ANTIALIAS_DEFAULT);
    cairo_set_line_join(cr, dense ? CAIRO_LINE_JOIN_BEVEL : CAIRO_LINE_JOIN_ROUND);
    for (guint i = first > 0 ? first - 1 : 0; i < values->len; i++) {
        double x = faltung_axis_position(&chart->x_axis, value_at(series->x, i));
        double y = faltung_axis_position(&chart->y_axis, value_at(values, i));
        if (isfinite(x) && isfinite(y)) {
            line_add(&line, CLAMP(x, -1e6, 1e6), y);
            run++;
        } else {
            gboolean lonely = run == 1;
            FaltungPoint alone = line.last;
            line_flush(&line);
            if (lonely)
                cairo_line_to(cr, alone.x + 1e-3, alone.y);
            line.open = FALSE;
            run = 0;
        }
        if (value_at(series->x, i) > chart->x_axis.high)
            break;
    }
    line_flush(&line);
    cairo_stroke(cr);
}

static void draw_band(FaltungChart *chart, cairo_t *cr, const FaltungTheme *theme,
                      const Series *series) {
    guint n = series->low->len;
    FaltungColor color = faltung_theme_series(theme, series->color_index);
    faltung_set_color(cr, faltung_color_alpha(color, theme->dark ? 0.25 : 0.2));
    for (guint start = 0; start < n; start++) { /* one polygon between gaps */
        guint end = start;
        while (end < n && isfinite(value_at(series->low, end)) &&
               isfinite(value_at(series->high, end)))
            end++;
        for (guint pass = 0; pass < 2 * (end - start); pass++) {
            gboolean back = pass >= end - start;
            guint i = back ? end - 1 - (pass - (end - start)) : start + pass;
            double value = value_at(back ? series->low : series->high, i);
            if (chart->log_y)
                value = MAX(value, chart->y_axis.low / 10);
            double y = faltung_axis_position(&chart->y_axis, value);
            cairo_line_to(cr, faltung_axis_position(&chart->x_axis, value_at(series->x, i)),
                          CLAMP(y, -1e6, 1e6));
        }
        cairo_close_path(cr);
        start = end;
    }
    cairo_fill(cr);
}

static void draw_dots(FaltungChart *chart, cairo_t *cr, const Series *series,
                      const GArray *values) {
    /* where they stand far apart, points are shown as such */
    guint first = faltung_series_lower_bound(series, chart->x_axis.low), end = first;
    while (end < values->len && value_at(series->x, end) <= chart->x_axis.high)
        end++;
    if (end - first > chart->plot.width / 14)
        return;
    for (guint i = first; i < end; i++) {
        double x = faltung_axis_position(&chart->x_axis, value_at(series->x, i));
        double y = faltung_axis_position(&chart->y_axis, value_at(values, i));
        if (!isfinite(x) || !(y >= chart->plot.y && y <= chart->plot.y + chart->plot.height))
            continue;
        cairo_new_sub_path(cr);
        cairo_arc(cr, x, y, 2.75, 0, 2 * G_PI);
    }
    cairo_fill(cr);
}

/* What lies behind the lines: the bands and, faint, what was smoothed. */
static void draw_behind(FaltungChart *chart, cairo_t *cr, const FaltungTheme *theme,
                        Series *series) {
    FaltungColor color = faltung_theme_series(theme, series->color_index);
    if (series->low)
        draw_band(chart, cr, theme, series);
    if (faltung_chart_shown(chart, series) == series->y)
        return;
    faltung_set_color(cr, faltung_color_mix(theme->background, color, theme->dark ? 0.35 : 0.3));
    cairo_set_line_width(cr, 1);
    trace(chart, cr, series, series->y);
}

static void draw_line(FaltungChart *chart, cairo_t *cr, const FaltungTheme *theme, Series *series) {
    const GArray *shown = faltung_chart_shown(chart, series);
    faltung_set_color(cr, faltung_theme_series(theme, series->color_index));
    /* a dense, noisy line is an area; thin, it shows more */
    gboolean dense = shown == series->y && shown->len > 4 * chart->plot.width;
    cairo_set_line_width(cr, dense ? 1 : LINE_WIDTH);
    set_style(cr, series->style);
    trace(chart, cr, series, shown);
    set_style(cr, FALTUNG_LINE_SOLID);
}

static void draw_all_series(FaltungChart *chart, cairo_t *cr, const FaltungTheme *theme) {
    cairo_save(cr);
    cairo_rectangle(cr, chart->plot.x, chart->plot.y - 1, chart->plot.width,
                    chart->plot.height + 2);
    cairo_clip(cr);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    for (int pass = 0; pass < 2; pass++) {
        for (guint i = 0; i < chart->series->len; i++) {
            Series *series = chart_series(chart, i);
            if (!series->hidden)
                (pass == 0 ? draw_behind : draw_line)(chart, cr, theme, series);
        }
    }
    cairo_restore(cr);
    for (guint i = 0; i < chart->series->len; i++) {
        Series *series = chart_series(chart, i);
        if (series->hidden)
            continue;
        faltung_set_color(cr, faltung_theme_series(theme, series->color_index));
        draw_dots(chart, cr, series, faltung_chart_shown(chart, series));
    }
}

static void draw_rotated(cairo_t *cr, const FaltungTheme *theme, const char *text, double x,
                         double y, double room) {
    cairo_save(cr);
    cairo_translate(cr, x, y);
    cairo_rotate(cr, -G_PI / 2);
    faltung_text_draw(cr, theme, text, FALTUNG_TEXT_NORMAL, theme->dim, 0, 0, 0.5, 0, room);
    cairo_restore(cr);
}

void faltung_chart_draw(FaltungChart *chart, cairo_t *cr, const FaltungTheme *theme, double width,
                        double height) {
    double text_height, tick_height, margin = 10;
    cairo_save(cr);
    faltung_text_size(cr, theme, "X", FALTUNG_TEXT_NORMAL, NULL, &text_height);
    faltung_text_size(cr, theme, "0", TICK_TEXT, NULL, &tick_height);
    faltung_chart_find_ranges(chart);

    double top = margin;
    if (chart->title) {
        faltung_text_draw(cr, theme, chart->title, FALTUNG_TEXT_BOLD, theme->foreground, margin,
                          top, 0, 0, width - 2 * margin);
        top += text_height + 4;
    }
    double legend = draw_legend(chart, cr, theme, margin, width - margin, top, height / 3);
    top += legend > 0 ? legend + 6 : 2;
    double bottom = height - margin - tick_height - 4 - (chart->x_label ? text_height + 2 : 0);
    chart->y_axis.start = bottom;
    chart->y_axis.end = MIN(top + tick_height / 2, bottom - 10);

    g_autoptr(GArray) y_ticks =
        faltung_axis_ticks(&chart->y_axis, MAX((int)((bottom - top) / 36), 2));
    double labels = 0;
    for (guint i = 0; i < y_ticks->len; i++) {
        g_autofree char *label = faltung_axis_label(&chart->y_axis, y_ticks, i);
        double label_width;
        faltung_text_size(cr, theme, label, TICK_TEXT, &label_width, NULL);
        labels = MAX(labels, label_width);
    }
    double left = ceil(margin + (chart->y_label ? text_height + 4 : 0) + labels + 7);
    chart->x_axis.start = left;
    chart->x_axis.end = MAX(width - margin - 6, left + 10);
    g_autoptr(GArray) x_ticks = faltung_axis_ticks(
        &chart->x_axis, MAX((int)((chart->x_axis.end - chart->x_axis.start) / 72), 2));
    chart->plot = (FaltungRect){left, chart->y_axis.end, chart->x_axis.end - left,
                                bottom - chart->y_axis.end};
    chart->drawn = TRUE;

    draw_axes(chart, cr, theme, x_ticks, y_ticks);
    if (chart->x_label)
        faltung_text_draw(cr, theme, chart->x_label, FALTUNG_TEXT_NORMAL, theme->dim,
                          left + chart->plot.width / 2, height - margin + 2, 0.5, 1,
                          chart->plot.width);
    if (chart->y_label)
        draw_rotated(cr, theme, chart->y_label, margin - 3, chart->plot.y + chart->plot.height / 2,
                     chart->plot.height);
    draw_all_series(chart, cr, theme);
    double mark = faltung_axis_position(&chart->x_axis, chart->mark_x);
    if (mark >= left && mark <= left + chart->plot.width) {
        faltung_set_color(cr, theme->accent);
        cairo_set_line_width(cr, 2 * hairline(cr));
        vertical_line(cr, mark, chart->plot.y, bottom);
    }
    cairo_restore(cr);
}

/* The lines of the box: the x value, then a line a series. */
static GPtrArray *hover_lines(FaltungChart *chart, const FaltungChartPoint *points, int n,
                              int nearest) {
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *x = faltung_format_number(points[MAX(nearest, 0)].x, 6);
    g_ptr_array_add(lines, g_strdup_printf("%s %s", chart->x_label ? chart->x_label : "x", x));
    for (int i = 0; i < n; i++) {
        g_autofree char *y = faltung_format_number(points[i].y, 5);
        g_autofree char *at = faltung_format_number(points[i].x, 6);
        GString *line = g_string_new(y);
        if (points[i].name)
            g_string_append_printf(line, "  %s", points[i].name);
        if (points[i].x != points[MAX(nearest, 0)].x) /* another x than the heading's */
            g_string_append_printf(line, "  (%s)", at);
        g_ptr_array_add(lines, g_string_free(line, FALSE));
    }
    return lines;
}

void faltung_chart_draw_hover(FaltungChart *chart, cairo_t *cr, const FaltungTheme *theme, double x,
                              double y) {
    FaltungChartPoint points[16];
    int nearest, n = faltung_chart_hover(chart, x, y, points, G_N_ELEMENTS(points), &nearest);
    if (n == 0)
        return;
    cairo_save(cr);
    cairo_set_line_width(cr, hairline(cr));
    faltung_set_color(cr, faltung_color_alpha(theme->foreground, 0.4));
    vertical_line(cr, points[MAX(nearest, 0)].at.x, chart->plot.y,
                  chart->plot.y + chart->plot.height);
    for (int i = 0; i < n; i++) {
        FaltungRect plot = chart->plot;
        if (points[i].at.y < plot.y - 1 || points[i].at.y > plot.y + plot.height + 1)
            continue;
        int color = chart_series(chart, points[i].series)->color_index;
        cairo_arc(cr, points[i].at.x, points[i].at.y, i == nearest ? 5.5 : 4.5, 0, 2 * G_PI);
        faltung_set_color(cr, theme->background);
        cairo_fill(cr);
        cairo_arc(cr, points[i].at.x, points[i].at.y, i == nearest ? 4 : 3, 0, 2 * G_PI);
        faltung_set_color(cr, faltung_theme_series(theme, color));
        cairo_fill(cr);
    }
    g_autoptr(GPtrArray) lines = hover_lines(chart, points, n, nearest);
    double width = 0, line_height = 0, pad = 8, swatch = 14;
    for (guint i = 0; i < lines->len; i++) {
        double line_width;
        faltung_text_size(cr, theme, lines->pdata[i], TICK_TEXT, &line_width, &line_height);
        width = MAX(width, line_width + (i > 0 ? swatch : 0));
    }
    FaltungRect box = {points[MAX(nearest, 0)].at.x + 12, y - 12, width + 2 * pad,
                       lines->len * (line_height + 2) + 2 * pad - 2};
    if (box.x + box.width > chart->plot.x + chart->plot.width)
        box.x = points[MAX(nearest, 0)].at.x - 12 - box.width;
    box.y = CLAMP(box.y, chart->plot.y,
                  MAX(chart->plot.y + chart->plot.height - box.height, chart->plot.y));
    faltung_rounded_rectangle(cr, box, 6);
    faltung_set_color(cr, faltung_color_alpha(theme->card, 0.95));
    cairo_fill_preserve(cr);
    faltung_set_color(cr, theme->border);
    cairo_stroke(cr);
    for (guint i = 0; i < lines->len; i++) {
        double line_y = box.y + pad + i * (line_height + 2);
        if (i > 0) {
            int color = chart_series(chart, points[i - 1].series)->color_index;
            cairo_arc(cr, box.x + pad + 4, line_y + line_height / 2, 3.5, 0, 2 * G_PI);
            faltung_set_color(cr, faltung_theme_series(theme, color));
            cairo_fill(cr);
        }
        faltung_text_draw(cr, theme, lines->pdata[i],
                          TICK_TEXT | ((int)i == nearest + 1 ? FALTUNG_TEXT_BOLD : 0),
                          i > 0 ? theme->foreground : theme->dim,
                          box.x + pad + (i > 0 ? swatch : 0), line_y, 0, 0, width + 4);
    }
    cairo_restore(cr);
}

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/axis.h"
#include "draw/theme.h"

/*
 * Line charts. A chart owns its data; drawing it depends on nothing but the chart, the theme and
 * the size, so the window, PNG and SVG show the same. It remembers the geometry of the last
 * faltung_chart_draw() for the queries with pixel positions.
 */

typedef struct FaltungChart FaltungChart;

typedef enum {
    FALTUNG_LINE_SOLID,
    FALTUNG_LINE_DASHED,
    FALTUNG_LINE_DOTTED,
} FaltungLineStyle;

FaltungChart *faltung_chart_new(void);
void faltung_chart_free(FaltungChart *chart);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungChart, faltung_chart_free)

/** faltung_chart_set_labels: each (nullable): nothing there. */
void faltung_chart_set_labels(FaltungChart *chart, const char *title, const char *x_label,
                              const char *y_label);

/** faltung_chart_set_log: logarithmic axes; values that are not positive are gaps then. */
void faltung_chart_set_log(FaltungChart *chart, gboolean log_x, gboolean log_y);

/**
 * faltung_chart_set_smoothing:
 * @weight: 0 (none) to below 1: exponential moving average with bias correction, as in
 *   TensorBoard; the raw curve stays, faint, behind it
 */
void faltung_chart_set_smoothing(FaltungChart *chart, double weight);
/** faltung_chart_set_smoothed: whether that holds for a series (default); figures that come once an
 *  epoch need none. */
void faltung_chart_set_smoothed(FaltungChart *chart, int series, gboolean smoothed);

/** faltung_chart_set_legend: shown (default) or not; only shown where a series has a name. */
void faltung_chart_set_legend(FaltungChart *chart, gboolean shown);

/** faltung_chart_set_x_range, faltung_chart_set_y_range: what is seen; @low == @high: from the
 *  data (y: of the part that is seen). */
void faltung_chart_set_x_range(FaltungChart *chart, double low, double high);
void faltung_chart_set_y_range(FaltungChart *chart, double low, double high);
/** faltung_chart_get_ranges: what the last drawing showed. Returns: whether there was one. */
gboolean faltung_chart_get_ranges(FaltungChart *chart, double *x_low, double *x_high, double *y_low,
                                  double *y_high);

/**
 * faltung_chart_add_series:
 * @name: (nullable): for the legend
 * @x: (nullable): @n values, not falling; %NULL: 0, 1, 2, ...
 * @y: @n values; NaN is a gap
 *
 * Returns: the index of the series; its colour is the theme's of that index.
 */
int faltung_chart_add_series(FaltungChart *chart, const char *name, const double *x,
                             const double *y, size_t n);

/** faltung_chart_set_series: replaces the data; the band goes. */
void faltung_chart_set_series(FaltungChart *chart, int series, const double *x, const double *y,
                              size_t n);
/** faltung_chart_append: one more point at the end of a series. */
void faltung_chart_append(FaltungChart *chart, int series, double x, double y);
/** faltung_chart_set_band: a band from @low to @high (as many values as the series has): mean
 *  and interval over seeds. */
void faltung_chart_set_band(FaltungChart *chart, int series, const double *low, const double *high);
/** faltung_chart_set_look: @color_index: into the theme's series colours. */
void faltung_chart_set_look(FaltungChart *chart, int series, int color_index,
                            FaltungLineStyle style);
/** faltung_chart_set_visible: holds for a later series of the same name, too, after
 *  faltung_chart_clear(). */
void faltung_chart_set_visible(FaltungChart *chart, int series, gboolean visible);
gboolean faltung_chart_is_visible(const FaltungChart *chart, int series);
int faltung_chart_n_series(const FaltungChart *chart);
void faltung_chart_clear(FaltungChart *chart);

/** faltung_chart_mark_x: a vertical line at @x (the time slider); NaN: none. */
void faltung_chart_mark_x(FaltungChart *chart, double x);

/** faltung_chart_draw: the chart in (0, 0, @width, @height), without a background. */
void faltung_chart_draw(FaltungChart *chart, cairo_t *cr, const FaltungTheme *theme, double width,
                        double height);

/** faltung_chart_append_csv: what of the chart is seen, a line a point: the chart's title, the
 *  series' name, x, y, and y as it is drawn, smoothed where that is on. */
void faltung_chart_append_csv(FaltungChart *chart, GString *text);

/* One series at a position. */
typedef struct {
    int series;
    const char *name; /* (transfer none) (nullable) */
    double x, y;      /* as in the data; y is the smoothed value where smoothing is on */
    double raw_y;
    FaltungPoint at; /* in the drawing */
} FaltungChartPoint;

/**
 * faltung_chart_hover:
 * @x, @y: in the drawing
 * @points: (out caller-allocated): room for @max points
 * @nearest: (out) (optional): the index in @points of the one nearest to the pointer
 *
 * For every visible series its point nearest to @x. Returns: their number; 0 outside the plot.
 */
int faltung_chart_hover(FaltungChart *chart, double x, double y, FaltungChartPoint *points, int max,
                        int *nearest);

/** faltung_chart_draw_hover: the line, the dots and a box with the values at (@x, @y). */
void faltung_chart_draw_hover(FaltungChart *chart, cairo_t *cr, const FaltungTheme *theme, double x,
                              double y);

/** faltung_chart_legend_hit: Returns: the series whose legend entry is at (@x, @y), or -1. */
int faltung_chart_legend_hit(FaltungChart *chart, double x, double y);

/** faltung_chart_plot: Returns: the rectangle of the plot in the last drawing. */
FaltungRect faltung_chart_plot(FaltungChart *chart);
/** faltung_chart_to_data: a position in the last drawing as data values. */
FaltungPoint faltung_chart_to_data(FaltungChart *chart, double x, double y);

/** faltung_smooth: the exponential moving average of @y with bias correction; NaN stays a gap and
 *  leaves the average as it is. */
void faltung_smooth(const double *y, size_t n, double weight, double *smooth);

/**
 * faltung_bars_draw: horizontal bars with their labels and numbers, in @rect.
 * @labels: @n names
 */
void faltung_bars_draw(cairo_t *cr, const FaltungTheme *theme, const char *const *labels,
                       const double *values, int n, FaltungRect rect);

/**
 * faltung_confusion_draw:
 * @names: (nullable): of the classes
 * @counts: @n x @n, row: truth, column: prediction
 *
 * The confusion matrix, coloured by the share of its row, in @rect.
 */
void faltung_confusion_draw(cairo_t *cr, const FaltungTheme *theme, const char *const *names,
                            const guint64 *counts, int n, FaltungRect rect);

/** faltung_confusion_hit: Returns: whether (@x, @y) is in a cell; which one. */
gboolean faltung_confusion_hit(cairo_t *cr, const FaltungTheme *theme, const char *const *names,
                               int n, FaltungRect rect, double x, double y, int *truth,
                               int *prediction);

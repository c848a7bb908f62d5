/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/chart.h"

typedef struct {
    char *name;
    GArray *x, *y;      /* double */
    GArray *smooth;     /* double; made when it is needed */
    GArray *low, *high; /* double; NULL: no band */
    int color_index;
    FaltungLineStyle style;
    gboolean hidden;
    gboolean plain;     /* never smoothed */
    FaltungRect legend; /* of its entry in the last drawing; width 0: none */
} Series;

struct FaltungChart {
    char *title, *x_label, *y_label;
    gboolean log_x, log_y;
    double smoothing;
    gboolean no_legend;
    double x_low, x_high, y_low, y_high; /* asked for; low == high: from the data */
    double mark_x;
    GPtrArray *series;  /* Series */
    GHashTable *hidden; /* the names of those that are not shown, even where there are none now */

    /* of the last drawing */
    gboolean drawn;
    FaltungAxis x_axis, y_axis;
    FaltungRect plot;
};

static inline Series *chart_series(const FaltungChart *chart, int index) {
    return g_ptr_array_index(chart->series, index);
}

static inline double value_at(const GArray *array, guint index) {
    return g_array_index(array, double, index);
}

/* What the line shows: the values, smoothed where that is on. */
const GArray *faltung_chart_shown(FaltungChart *chart, Series *series);

/* Sets the axes' ranges from what was asked for and the data. */
void faltung_chart_find_ranges(FaltungChart *chart);

/* The index of the first point with x >= @x. */
guint faltung_series_lower_bound(const Series *series, double x);

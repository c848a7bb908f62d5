/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/theme.h"

/* Axes: values to positions, round ticks, their labels. Shared by charts and histograms. */

typedef struct {
    double low, high;  /* data values at start and end; low < high */
    double start, end; /* positions */
    gboolean logarithmic;
    gboolean integers; /* no ticks between whole numbers */
} FaltungAxis;

double faltung_axis_position(const FaltungAxis *axis, double value);
double faltung_axis_value(const FaltungAxis *axis, double position);

/** faltung_axis_ticks: Returns: (transfer full) (element-type double): about @max of them. */
GArray *faltung_axis_ticks(const FaltungAxis *axis, int max);

/** faltung_axis_label: Returns: (transfer full): the label of a tick, with as many digits as
 *  its neighbours in @ticks need. */
char *faltung_axis_label(const FaltungAxis *axis, const GArray *ticks, int index);

/**
 * faltung_ticks:
 * @max: about as many
 * @step: (out) (optional): the distance between two, for the number of digits
 *
 * Returns: (transfer full) (element-type double): round numbers (1, 2, 5 times a power of ten)
 *   within @low to @high.
 */
GArray *faltung_ticks(double low, double high, int max, double *step);

/** faltung_log_ticks: Returns: (transfer full) (element-type double): powers of ten within @low
 *  to @high (both positive), thinned out to about @max; 1, 2, 5 times them where few. */
GArray *faltung_log_ticks(double low, double high, int max);

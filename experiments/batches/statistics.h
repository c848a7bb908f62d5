/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* What repeated runs say about a figure. */
typedef struct {
    int n; /* of the values that are finite */
    double mean;
    double deviation;  /* standard deviation of the sample, n - 1; NaN below 2 values */
    double half_width; /* of the 95 % confidence interval of the mean, Student's t; NaN below 2 */
    double minimum, maximum;
} FaltungSummary;

/** faltung_summarize: NaN and infinite values are left out; without any the figures are NaN. */
FaltungSummary faltung_summarize(const double *values, int n);

/** faltung_student_t_cdf: Returns: the probability of a value of at most @t under Student's
 *  distribution with @degrees of freedom. */
double faltung_student_t_cdf(double t, double degrees);

/** faltung_student_t_quantile: Returns: the value with faltung_student_t_cdf() = @p, 0 < p < 1. */
double faltung_student_t_quantile(double p, double degrees);

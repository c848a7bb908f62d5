/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/batches/statistics.h"

#include <math.h>

FaltungSummary faltung_summarize(const double *values, int n) {
    FaltungSummary summary = {0, NAN, NAN, NAN, NAN, NAN};
    double sum = 0;
    for (int i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            continue;
        sum += values[i];
        summary.minimum = summary.n ? MIN(summary.minimum, values[i]) : values[i];
        summary.maximum = summary.n ? MAX(summary.maximum, values[i]) : values[i];
        summary.n++;
    }
    if (summary.n == 0)
        return summary;
    summary.mean = sum / summary.n;
    if (summary.n < 2)
        return summary;
    double squares = 0;
    for (int i = 0; i < n; i++) {
        if (isfinite(values[i]))
            squares += (values[i] - summary.mean) * (values[i] - summary.mean);
    }
    summary.deviation = sqrt(squares / (summary.n - 1));
    summary.half_width =
        faltung_student_t_quantile(0.975, summary.n - 1) * summary.deviation / sqrt(summary.n);
    return summary;
}

/* The continued fraction of the incomplete beta function, by Lentz's method; converges fast for
   x < (a + 1) / (a + b + 2). */
static double beta_fraction(double x, double a, double b) {
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double result = d;
    for (int m = 1; m < 10000; m++) {
        double terms[2] = {
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        };
        double factor = 1;
        for (int i = 0; i < 2; i++) {
            d = 1 + terms[i] * d;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = 1 + terms[i] / c;
            c = fabs(c) < tiny ? tiny : c;
            factor = c * d;
            result *= factor;
        }
        if (fabs(factor - 1) < 1e-16)
            break;
    }
    return result;
}

/* The regularized incomplete beta function I_x(a, b); @y is 1 - x, which the caller may know
   without cancellation. */
static double incomplete_beta(double x, double y, double a, double b) {
    if (x <= 0 || y <= 0)
        return x <= 0 ? 0 : 1;
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(y));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(x, a, b) / a;
    return 1 - front * beta_fraction(y, b, a) / b;
}

double faltung_student_t_cdf(double t, double degrees) {
    double sum = degrees + t * t;
    double tail = 0.5 * incomplete_beta(degrees / sum, t * t / sum, degrees / 2, 0.5);
    return t > 0 ? 1 - tail : tail;
}

double faltung_student_t_quantile(double p, double degrees) {
    g_return_val_if_fail(p > 0 && p < 1 && degrees > 0, NAN);
    if (p < 0.5)
        return -faltung_student_t_quantile(1 - p, degrees);
    double low = 0, high = 1;
    while (faltung_student_t_cdf(high, degrees) < p && high < 1e300)
        high *= 2;
    /* bisection to the last bit: some 60 steps, which is nothing */
    for (;;) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            return middle;
        if (faltung_student_t_cdf(middle, degrees) < p)
            low = middle;
        else
            high = middle;
    }
}

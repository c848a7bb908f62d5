/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/axis.h"

#include "draw/text.h"

#include <math.h>

double faltung_axis_position(const FaltungAxis *axis, double value) {
    double t;
    if (axis->logarithmic)
        t = value > 0 ? log(value / axis->low) / log(axis->high / axis->low) : NAN;
    else
        t = (value - axis->low) / (axis->high - axis->low);
    return axis->start + t * (axis->end - axis->start);
}

double faltung_axis_value(const FaltungAxis *axis, double position) {
    double t = (position - axis->start) / (axis->end - axis->start);
    if (axis->logarithmic)
        return axis->low * pow(axis->high / axis->low, t);
    return axis->low + t * (axis->high - axis->low);
}

/* @mantissa times 10^@exponent, correctly rounded: 3 * 0.1 would not be 0.3. */
static double decimal(double mantissa, int exponent) {
    return exponent < 0 ? mantissa / pow(10, -exponent) : mantissa * pow(10, exponent);
}

static GArray *ticks(double low, double high, int max, double smallest, double *step) {
    GArray *values = g_array_new(FALSE, FALSE, sizeof(double));
    max = MAX(max, 2);
    if (step)
        *step = 0;
    if (!(low < high) || !isfinite(high - low))
        return values;
    static const int factors[] = {1, 2, 5, 10};
    double rough = MAX((high - low) / max, smallest);
    int exponent = (int)floor(log10(rough));
    int factor = 0;
    /* the nearest of 1, 2, 5, 10, by the geometric means between them */
    double mantissa = rough / decimal(1, exponent);
    while (factor < 3 && mantissa > sqrt(factors[factor] * factors[factor + 1]))
        factor++;
    while (decimal(factors[factor], exponent) < smallest * (1 - 1e-9))
        factor++;
    double distance = decimal(factors[factor], exponent);
    double slack = 1e-9 * (high - low) / distance; /* so that a tick at an end is not lost */
    double first = ceil(low / distance - slack), last = floor(high / distance + slack);
    for (double i = first; i <= last; i++) {
        double value = decimal(i * factors[factor], exponent) + 0.0; /* no -0 */
        g_array_append_val(values, value);
    }
    if (step)
        *step = distance;
    return values;
}

GArray *faltung_ticks(double low, double high, int max, double *step) {
    return ticks(low, high, max, 0, step);
}

GArray *faltung_log_ticks(double low, double high, int max) {
    GArray *values = g_array_new(FALSE, FALSE, sizeof(double));
    if (!(low > 0 && low < high) || !isfinite(high))
        return values;
    double slack = 1e-9;
    int first = (int)floor(log10(low) + slack), last = (int)floor(log10(high) + slack);
    int whole = (int)ceil(log10(low) - slack); /* the first power of ten within */
    int decades = last - whole + 1;
    static const int all[] = {1, 2, 5};
    int n_factors = decades >= 3 || max < 3 ? 1 : 3;
    int every = MAX(1, (decades + max - 1) / MAX(max, 1));
    while (every > 1 && floor(last / (double)every) * every < whole + every)
        every--; /* two at least */
    for (int exponent = first; exponent <= last; exponent++) {
        if (exponent % every != 0)
            continue;
        for (int i = 0; i < n_factors; i++) {
            double value = decimal(all[i], exponent);
            if (value >= low * (1 - slack) && value <= high * (1 + slack))
                g_array_append_val(values, value);
        }
    }
    if (values->len < 2 && decades < 2) { /* a part of one decade */
        g_array_unref(values);
        return faltung_ticks(low, high, max, NULL);
    }
    return values;
}

GArray *faltung_axis_ticks(const FaltungAxis *axis, int max) {
    if (axis->logarithmic)
        return faltung_log_ticks(axis->low, axis->high, max);
    return ticks(axis->low, axis->high, max, axis->integers ? 1 : 0, NULL);
}

static char *power_of_ten(double value) {
    static const char *const superscripts[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    int exponent = (int)floor(log10(fabs(value)) + 1e-9);
    double mantissa = decimal(value, -exponent);
    GString *text = g_string_new(NULL);
    g_autofree char *digits = faltung_format_number(mantissa, 3);
    if (g_strcmp0(digits, "1") != 0)
        g_string_append_printf(text, "%s·", digits);
    g_string_append(text, exponent < 0 ? "10⁻" : "10");
    g_autofree char *number = g_strdup_printf("%d", ABS(exponent));
    for (const char *c = number; *c; c++)
        g_string_append(text, superscripts[*c - '0']);
    return g_string_free(text, FALSE);
}

/* The digits after the point that @step needs. */
static int decimals(double step) {
    int n = 0;
    while (n < 15 && fabs(step - round(step)) > 1e-6 * step) {
        step *= 10;
        n++;
    }
    return n;
}

char *faltung_axis_label(const FaltungAxis *axis, const GArray *values, int index) {
    double value = g_array_index(values, double, index);
    double largest = MAX(fabs(g_array_index(values, double, 0)),
                         fabs(g_array_index(values, double, values->len - 1)));
    if (value == 0)
        return g_strdup("0");
    if (axis->logarithmic) {
        double smallest = g_array_index(values, double, 0);
        if (smallest < 0.9e-3 || largest > 1.1e4) /* all of one kind */
            return power_of_ten(value);
        return faltung_format_number(value, 6);
    }
    if (largest >= 1e9 || largest < 1e-4)
        return power_of_ten(value);
    double step = values->len > 1
                      ? g_array_index(values, double, 1) - g_array_index(values, double, 0)
                      : fabs(value);
    const char *unit = "";
    if (largest >= 1e6)
        unit = "M", value /= 1e6, step /= 1e6;
    else if (largest >= 1e4)
        unit = "k", value /= 1e3, step /= 1e3;
    return g_strdup_printf("%s%.*f%s", value < 0 ? "−" : "", decimals(step), fabs(value), unit);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/batches/statistics.h"

#include <glib.h>
#include <math.h>

/* Expected values: scipy.stats.t 1.10 (ppf, cdf) and numpy's mean and std (ddof=1). */

static void assert_close(double value, double expected, double tolerance) {
    if (fabs(value - expected) > tolerance * fabs(expected))
        g_error("%.17g where %.17g is expected", value, expected);
}

static void test_quantile(void) {
    static const struct {
        double p, degrees, expected;
    } cases[] = {
        {0.975, 1, 12.706204736432095},  {0.975, 2, 4.302652729911275},
        {0.975, 4, 2.7764451051977987},  {0.975, 9, 2.2621571627409915},
        {0.975, 30, 2.0422724563012373}, {0.975, 1000, 1.9623390808264074},
        {0.5, 3, 7.203760432571475e-17}, {0.025, 4, -2.7764451051977996},
        {0.999, 2, 22.32712476997542},   {0.6, 7, 0.2631668613520166},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        double q = faltung_student_t_quantile(cases[i].p, cases[i].degrees);
        if (cases[i].p == 0.5)
            g_assert_cmpfloat(fabs(q), <, 1e-12);
        else
            assert_close(q, cases[i].expected, 1e-10);
        g_assert_cmpfloat(fabs(faltung_student_t_cdf(q, cases[i].degrees) - cases[i].p), <, 1e-13);
    }
}

static void test_cdf(void) {
    static const struct {
        double t, degrees, expected;
    } cases[] = {
        {-40, 3, 1.719034039457927e-05}, {-2, 1, 0.1475836176504332},
        {0.1, 5, 0.5378849294226699},    {1e-08, 10, 0.5000000038910838},
        {2.5, 200, 0.9933884136791495},  {-6, 50, 1.0944697425399989e-07},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_close(faltung_student_t_cdf(cases[i].t, cases[i].degrees), cases[i].expected, 1e-11);
}

static void test_summary(void) {
    static const double values[] = {0.9267, 0.9301, NAN, 0.9244, 0.9288, 0.9312, INFINITY};
    FaltungSummary summary = faltung_summarize(values, G_N_ELEMENTS(values));
    g_assert_cmpint(summary.n, ==, 5);
    assert_close(summary.mean, 0.92824, 1e-14);
    assert_close(summary.deviation, 0.002722682500770167, 1e-11);
    assert_close(summary.half_width, 0.003380656839745715, 1e-10);
    g_assert_cmpfloat(summary.minimum, ==, 0.9244);
    g_assert_cmpfloat(summary.maximum, ==, 0.9312);
}

/* Values far from zero and near each other: a sum of squares would lose everything. */
static void test_cancellation(void) {
    static const double values[] = {1e9 + 1, 1e9 + 2, 1e9 + 3};
    FaltungSummary summary = faltung_summarize(values, 3);
    g_assert_cmpfloat(summary.mean, ==, 1e9 + 2);
    g_assert_cmpfloat(summary.deviation, ==, 1);
}

static void test_few(void) {
    static const double values[] = {NAN, 4};
    FaltungSummary one = faltung_summarize(values, 2);
    g_assert_cmpint(one.n, ==, 1);
    g_assert_cmpfloat(one.mean, ==, 4);
    g_assert_true(isnan(one.deviation));
    g_assert_true(isnan(one.half_width));
    FaltungSummary none = faltung_summarize(values, 1);
    g_assert_cmpint(none.n, ==, 0);
    g_assert_true(isnan(none.mean));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/statistics/quantile", test_quantile);
    g_test_add_func("/statistics/cdf", test_cdf);
    g_test_add_func("/statistics/summary", test_summary);
    g_test_add_func("/statistics/cancellation", test_cancellation);
    g_test_add_func("/statistics/few", test_few);
    return g_test_run();
}

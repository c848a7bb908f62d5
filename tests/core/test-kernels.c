/* SPDX-License-Identifier: Apache-2.0 */
#include "core/kernels/kernels.h"

#include <glib.h>
#include <math.h>
#include <string.h>

/* Every instruction set that this machine has. */
#define FOR_EACH_KERNELS(kernels)                                                                  \
    for (const FaltungKernels *const *list = faltung_kernels_list(), *kernels = *list; *list;      \
         kernels = *++list)

static double exact_activation(FaltungEpilogue f, double x) {
    switch (f) {
    case FALTUNG_EPILOGUE_NONE:
        return x;
    case FALTUNG_EPILOGUE_RELU:
        return MAX(x, 0);
    case FALTUNG_EPILOGUE_LEAKY_RELU:
        return x > 0 ? x : 0.25 * x;
    case FALTUNG_EPILOGUE_SIGMOID:
        return 1 / (1 + exp(-x));
    case FALTUNG_EPILOGUE_TANH:
        return tanh(x);
    case FALTUNG_EPILOGUE_ELU:
        return x > 0 ? x : 0.25 * expm1(x);
    case FALTUNG_EPILOGUE_SELU:
        return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x));
    case FALTUNG_EPILOGUE_SOFTPLUS:
        return MAX(x, 0) + log1p(exp(-fabs(x)));
    case FALTUNG_EPILOGUE_HARD_TANH:
        return CLAMP(x, -1, 1);
    case FALTUNG_EPILOGUE_HARD_SIGMOID:
        return CLAMP((x + 3) / 6, 0, 1);
    case FALTUNG_EPILOGUE_HARD_SWISH:
        return x * CLAMP((x + 3) / 6, 0, 1);
    case FALTUNG_EPILOGUE_SILU:
        return x / (1 + exp(-x));
    case FALTUNG_EPILOGUE_GELU:
        return x * 0.5 * erfc(-x / sqrt(2));
    case FALTUNG_N_EPILOGUES:
        break;
    }
    g_assert_not_reached();
}

/* Units in the last place of a float. */
static double ulps(float value, double exact) {
    const double least = 128 * FLT_MIN; /* exp ends at FLT_MIN, and x may be a factor */
    if (fabs(exact) < least)
        return value == 0 || fabs(value - exact) < least ? 0 : INFINITY;
    int exponent;
    frexp(exact, &exponent);
    return fabs(value - exact) / ldexp(1, exponent - FLT_MANT_DIG);
}

enum { N = 1000 };

/* In ulp; that of gelu is relative to 1 + x^2, since it squares x in the exponent. */
static const double bounds[FALTUNG_N_EPILOGUES] = {
    [FALTUNG_EPILOGUE_NONE] = 0,         [FALTUNG_EPILOGUE_RELU] = 0,
    [FALTUNG_EPILOGUE_LEAKY_RELU] = 0.5, [FALTUNG_EPILOGUE_SIGMOID] = 2.5,
    [FALTUNG_EPILOGUE_TANH] = 2.5,       [FALTUNG_EPILOGUE_ELU] = 4,
    [FALTUNG_EPILOGUE_SELU] = 4,         [FALTUNG_EPILOGUE_SOFTPLUS] = 4,
    [FALTUNG_EPILOGUE_HARD_TANH] = 0,    [FALTUNG_EPILOGUE_HARD_SIGMOID] = 2.5,
    [FALTUNG_EPILOGUE_HARD_SWISH] = 2.5, [FALTUNG_EPILOGUE_SILU] = 4,
    [FALTUNG_EPILOGUE_GELU] = 6,
};

static void test_activations_accuracy(void) {
    float x[N + FALTUNG_SLACK], y[N + FALTUNG_SLACK];
    FOR_EACH_KERNELS(kernels) {
        for (FaltungEpilogue f = FALTUNG_EPILOGUE_NONE; f < FALTUNG_N_EPILOGUES; f++) {
            double worst = 0;
            for (double from = -120; from < 120; from += 0.05) {
                for (int i = 0; i < N; i++)
                    x[i] = from + i * 5e-5;
                kernels->activate(f, 0.25f, N, x, y);
                for (int i = 0; i < N; i++) {
                    double off = ulps(y[i], exact_activation(f, x[i]));
                    off /= f == FALTUNG_EPILOGUE_GELU ? 1 + x[i] * x[i] : 1;
                    worst = MAX(worst, off);
                }
            }
            g_test_message("%s: function %d within %.2f ulp", kernels->name, f, worst);
            g_assert_cmpfloat(worst, <=, bounds[f]);
        }
    }
}

static void test_exponential_accuracy(void) {
    float x[N + FALTUNG_SLACK], y[N + FALTUNG_SLACK];
    FOR_EACH_KERNELS(kernels) {
        double worst = 0;
        for (double from = -87.3; from < 88.6; from += 0.02) {
            for (int i = 0; i < N; i++)
                x[i] = from + i * 2e-5;
            kernels->exponential(N, x, y);
            for (int i = 0; i < N; i++)
                worst = MAX(worst, ulps(y[i], exp(x[i])));
        }
        g_test_message("%s: exp within %.2f ulp", kernels->name, worst);
        g_assert_cmpfloat(worst, <=, 1.1);
    }
}

static void test_special_values(void) {
    float x[8 + FALTUNG_SLACK] = {NAN, INFINITY, -INFINITY, 89, -104, 0}, y[8 + FALTUNG_SLACK];
    FOR_EACH_KERNELS(kernels) {
        kernels->exponential(6, x, y);
        g_assert_true(isnan(y[0]) && isinf(y[1]) && y[2] == 0 && isinf(y[3]) && y[4] == 0);
        g_assert_cmpfloat(y[5], ==, 1);
        for (FaltungEpilogue f = FALTUNG_EPILOGUE_NONE; f < FALTUNG_N_EPILOGUES; f++) {
            kernels->activate(f, 0.25f, 6, x, y);
            g_assert_true(isnan(y[0]));
            for (int i = 1; i < 6; i++) {
                double exact = exact_activation(f, x[i]); /* not a number: -infinity times 0 */
                g_assert_true(isnan(exact) ? y[i] == 0 : y[i] == exact || ulps(y[i], exact) < 1);
            }
        }
    }
}

/* All sizes about the edges of the tiles and panels, of sums over @reduce times @depth products;
   integers, so the sums are exact. */
static void check_gemm(const FaltungKernels *kernels, int depth, int reduce) {
    enum { ROWS = 27, PANEL = 64, MOST_SUMMED = 27 };
    static float a[MOST_SUMMED * ROWS + FALTUNG_SLACK];
    static float b[MOST_SUMMED * PANEL + FALTUNG_SLACK];
    float bias[PANEL + FALTUNG_SLACK];
    static float c[ROWS * PANEL + FALTUNG_SLACK];
    g_assert_cmpint(depth * reduce, <=, MOST_SUMMED);
    for (guint i = 0; i < G_N_ELEMENTS(a); i++)
        a[i] = (int)(i * 7 % 11) - 5;
    for (guint i = 0; i < G_N_ELEMENTS(b); i++)
        b[i] = (int)(i * 5 % 13) - 6;
    for (int i = 0; i < PANEL; i++)
        bias[i] = i % 5;
    for (int rows = 1; rows <= ROWS; rows++) {
        for (int columns = 1; columns <= 4 * kernels->lanes; columns++) {
            for (int i = 0; i < ROWS * PANEL; i++)
                c[i] = 1000 + i;
            FaltungGemm gemm = {
                .rows = rows,
                .columns = columns,
                .depth = depth,
                .reduce = reduce,
                .a = a,
                .a_row = depth,
                .a_depth = 1,
                .a_reduce = ROWS * depth,
                .b = b,
                .b_depth = PANEL,
                .b_reduce = depth * PANEL,
                .c = c,
                .c_row = PANEL,
                .accumulate = rows % 2,
                .bias = columns % 2 ? bias : NULL,
            };
            kernels->gemm(&gemm);
            for (int m = 0; m < ROWS; m++) {
                for (int n = 0; n < PANEL; n++) {
                    double sum = 1000 + m * PANEL + n;
                    if (m < rows && n < columns) {
                        sum = (gemm.accumulate ? sum : 0) + (gemm.bias ? bias[n] : 0);
                        for (int r = 0; r < reduce; r++)
                            for (int k = 0; k < depth; k++)
                                sum += a[r * ROWS * depth + m * depth + k] *
                                       b[(r * depth + k) * PANEL + n];
                    }
                    g_assert_cmpfloat(c[m * PANEL + n], ==, sum);
                }
            }
        }
    }
}

static void test_gemm(void) {
    FOR_EACH_KERNELS(kernels) {
        check_gemm(kernels, 9, 3);
        check_gemm(kernels, 16, 1); /* all of B in registers */
    }
}

static void test_transpose(void) {
    enum { ROWS = 37, COLUMNS = 29 };
    float a[ROWS * COLUMNS], b[COLUMNS * ROWS];
    for (int i = 0; i < ROWS * COLUMNS; i++)
        a[i] = i;
    FOR_EACH_KERNELS(kernels) {
        memset(b, 0, sizeof b);
        kernels->transpose(ROWS, COLUMNS, a, COLUMNS, b, ROWS);
        for (int i = 0; i < ROWS; i++)
            for (int j = 0; j < COLUMNS; j++)
                g_assert_cmpfloat(b[j * ROWS + i], ==, a[i * COLUMNS + j]);
    }
}

static void test_largest_of_rows(void) {
    enum { ROWS = 9, COLUMNS = 150 };
    float x[ROWS * COLUMNS + FALTUNG_SLACK], y[COLUMNS + 1];
    FOR_EACH_KERNELS(kernels)
    for (int rows = 1; rows <= ROWS; rows++)
        for (int columns = 1; columns <= COLUMNS; columns++) {
            for (int i = 0; i < rows * columns + FALTUNG_SLACK; i++)
                x[i] = i < rows * columns ? i * 7919 % 1009 - 2000 : 9;
            int sick = columns / 2, place = sick + columns * (rows / 2);
            x[place] = NAN;
            y[columns] = 7.0f;
            kernels->largest_of_rows(rows, columns, x, y);
            for (int c = 0; c < columns; c++) {
                float largest = x[c];
                for (int row = 1; row < rows; row++)
                    largest = fmaxf(largest, x[row * columns + c]);
                if (c == sick)
                    g_assert_true(isnan(y[c]));
                else
                    g_assert_cmpfloat(y[c], ==, largest);
            }
            g_assert_cmpfloat(y[columns], ==, 7.0f);
        }
}

static void test_choice(void) {
    g_assert_nonnull(faltung_kernels_list()[0]);
    g_assert_null(faltung_kernels_find("no such machine"));
    FOR_EACH_KERNELS(kernels) {
        g_assert_true(faltung_kernels_find(kernels->name) == kernels);
        for (int columns = 1; columns < 300; columns++) {
            int panel = faltung_kernels_panel(kernels, columns);
            g_assert_cmpint(panel % kernels->lanes, ==, 0);
            g_assert_cmpint(panel / kernels->lanes, <=, 4);
        }
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kernels/activations-accuracy", test_activations_accuracy);
    g_test_add_func("/kernels/exponential-accuracy", test_exponential_accuracy);
    g_test_add_func("/kernels/special-values", test_special_values);
    g_test_add_func("/kernels/gemm", test_gemm);
    g_test_add_func("/kernels/transpose", test_transpose);
    g_test_add_func("/kernels/largest-of-rows", test_largest_of_rows);
    g_test_add_func("/kernels/choice", test_choice);
    return g_test_run();
}

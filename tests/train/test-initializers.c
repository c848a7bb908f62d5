/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/initializer.h"
#include "tests/train/walk.h"

/* A convolution's weights, 48 filters of 32 x 5 x 5. */
static FaltungParameter weight(void) {
    return (FaltungParameter){
        .name = "weight",
        .shape = FALTUNG_SHAPE(48, 32, 5, 5),
        .fan_in = 32 * 25,
        .fan_out = 48 * 25,
    };
}

static float *fill(const FaltungKind *kind, const void *options, const FaltungParameter *parameter,
                   guint64 seed) {
    FaltungRandom random = {.seed = seed, .purpose = FALTUNG_RANDOM_INITIALIZE};
    size_t n = faltung_shape_size(&parameter->shape);
    float *values = g_new(float, n + 1);
    values[n] = 77.0f; /* a sentinel */
    ((const FaltungInitializer *)kind)->fill(options, parameter, &random, values);
    g_assert_cmpfloat(values[n], ==, 77.0f);
    for (size_t i = 0; i < n; i++)
        g_assert_true(isfinite(values[i]));
    return values;
}

/* What each is by its definition; kurtosis tells a normal (3) from a uniform distribution (1.8). */
static const struct {
    const char *name;
    double mean, deviation, kurtosis;
    gboolean fixed; /* whatever the seed */
} expected[] = {
    {"glorot_uniform", 0, 0.03162277660, 1.8}, /* sqrt(2 / 2000) */
    {"glorot_normal", 0, 0.03162277660, 3},
    {"he_uniform", 0, 0.05, 1.8}, /* sqrt(2 / 800) */
    {"he_normal", 0, 0.05, 3},
    {"lecun_uniform", 0, 0.03535533906, 1.8}, /* sqrt(1 / 800) */
    {"lecun_normal", 0, 0.03535533906, 3},
    {"torch_uniform", 0, 0.02041241452, 1.8}, /* sqrt(1 / 2400) */
    {"normal", 0, 1, 3},
    {"uniform", 0, 0.02886751346, 1.8},  /* 0.1 / sqrt(12) */
    {"orthogonal", 0, 0.03535533906, 0}, /* rows of length 1 over 800 columns */
    {"zeros", 0, 0, 0, TRUE},
    {"ones", 1, 0, 0, TRUE},
    {"constant", 0.25, 0, 0, TRUE},
    {"book_glorot", 0, 0.025, 3},                    /* 2 / (48 + 32) */
    {"sinusoidal", 0.39776986, 0.58461880, 0, TRUE}, /* by its formula, in Python */
};

static void test_distributions(void) {
    check_table(faltung_initializers());
    int i = 0;
    for (const FaltungKind *const *kind = faltung_initializers()->kinds; *kind; kind++, i++) {
        g_assert_nonnull(((const FaltungInitializer *)*kind)->equation);
        g_assert_cmpint(i, <, G_N_ELEMENTS(expected));
        g_assert_cmpstr((*kind)->name, ==, expected[i].name);
        FaltungParameter parameter = weight();
        size_t n = faltung_shape_size(&parameter.shape);
        g_autofree void *options = faltung_options_new(*kind);
        g_autofree float *values = fill(*kind, options, &parameter, 3);
        g_autofree float *again = fill(*kind, options, &parameter, 3);
        g_autofree float *other = fill(*kind, options, &parameter, 4);
        g_assert_cmpmem(values, n * sizeof(float), again, n * sizeof(float));
        double sum = 0, squares = 0, fourths = 0;
        size_t same = 0;
        for (size_t k = 0; k < n; k++)
            sum += values[k];
        for (size_t k = 0; k < n; k++) {
            double d = values[k] - sum / n;
            squares += d * d;
            fourths += d * d * d * d;
            same += values[k] == other[k];
        }
        double deviation = sqrt(squares / n);
        g_test_message("%s: mean %g, deviation %g", (*kind)->name, sum / n, deviation);
        /* five standard errors over 38,400 values */
        assert_close(sum / n, expected[i].mean, 1.0, 5 * expected[i].deviation / sqrt(n) + 1e-12);
        assert_close(deviation, expected[i].deviation, 0.02, 1e-12);
        if (expected[i].kurtosis > 0)
            assert_close(fourths / n / pow(deviation, 4), expected[i].kurtosis, 0.05, 0);
        if (expected[i].fixed)
            g_assert_cmpuint(same, ==, n);
        else
            g_assert_cmpuint(same, <, n / 100); /* the seed counts */
    }
    g_assert_cmpint(i, ==, G_N_ELEMENTS(expected));
}

static void check_shapes(const FaltungKind *kind, const void *options) {
    const FaltungParameter parameters[] = {
        {.shape = FALTUNG_SHAPE(1), .fan_in = 1, .fan_out = 1},
        {.shape = FALTUNG_SHAPE(10), .fan_in = 20, .fan_out = 10},
        {.shape = FALTUNG_SHAPE(3, 7), .fan_in = 7, .fan_out = 3},
        {.shape = FALTUNG_SHAPE(7, 3), .fan_in = 3, .fan_out = 7},
        {.shape = FALTUNG_SHAPE(4, 1, 3, 3), .fan_in = 9, .fan_out = 36},
        {.shape = FALTUNG_SHAPE(4, 2), .fan_in = 0, .fan_out = 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(parameters); i++)
        g_free(fill(kind, options, &parameters[i], 1));
}

static void test_shapes(void) {
    for (const FaltungKind *const *kind = faltung_initializers()->kinds; *kind; kind++)
        walk_options(*kind, check_shapes);
}

/* Rows, or columns where there are fewer, are orthonormal, times the gain. */
static void check_orthogonal(int rows, int columns) {
    const FaltungKind *kind = faltung_table_find(faltung_initializers(), "orthogonal", NULL);
    FaltungParameter parameter = {.shape = FALTUNG_SHAPE(rows, columns)};
    g_autofree void *options = faltung_options_new(kind);
    set_option(kind, options, "gain", "2");
    g_autofree float *w = fill(kind, options, &parameter, 8);
    int n = MIN(rows, columns), length = MAX(rows, columns);
    int along = rows <= columns ? 1 : columns, across = rows <= columns ? columns : 1;
    for (int a = 0; a < n; a++) {
        for (int b = 0; b <= a; b++) {
            double product = 0;
            for (int i = 0; i < length; i++)
                product += (double)w[a * across + i * along] * w[b * across + i * along];
            assert_close(product, a == b ? 4.0 : 0.0, 1e-5, 1.0);
        }
    }
}

static void test_orthogonal(void) {
    check_orthogonal(5, 5);
    check_orthogonal(20, 35);
    check_orthogonal(35, 20);
    check_orthogonal(1, 9);
}

static void test_given_values(void) {
    FaltungParameter parameter = weight();
    size_t n = faltung_shape_size(&parameter.shape);
    const FaltungKind *uniform = faltung_table_find(faltung_initializers(), "uniform", NULL);
    g_autofree void *options = faltung_options_new(uniform);
    set_option(uniform, options, "low", "2");
    set_option(uniform, options, "high", "2.5");
    g_autofree float *values = fill(uniform, options, &parameter, 8);
    float low = values[0], high = values[0];
    for (size_t i = 0; i < n; i++) {
        low = MIN(low, values[i]);
        high = MAX(high, values[i]);
    }
    g_assert_true(low >= 2.0f && low < 2.001f && high > 2.499f && high <= 2.5f);

    const FaltungKind *normal = faltung_table_find(faltung_initializers(), "normal", NULL);
    g_autofree void *moved = faltung_options_new(normal);
    set_option(normal, moved, "mean", "-3");
    set_option(normal, moved, "std", "0.01");
    g_autofree float *near = fill(normal, moved, &parameter, 8);
    for (size_t i = 0; i < n; i++)
        g_assert_true(fabsf(near[i] + 3.0f) < 0.06f);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/train/initializers/distributions", test_distributions);
    g_test_add_func("/train/initializers/shapes", test_shapes);
    g_test_add_func("/train/initializers/orthogonal", test_orthogonal);
    g_test_add_func("/train/initializers/given-values", test_given_values);
    return g_test_run();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/dataset.h"
#include "tests/train/walk.h"

#include <string.h>

static char **names(const char *text) {
    return g_strsplit(text, " ", -1);
}

/* Six images of 2 x 2 x 3 bytes, in 3 classes; channel 1 never varies. */
static FaltungDataset *new_images(void) {
    guint8 *values = g_new(guint8, 6 * 12);
    for (int i = 0; i < 6 * 12; i++)
        values[i] = i % 12 < 6 ? (i * 37) % 256 : 9;
    gint32 *classes = g_new(gint32, 6);
    for (int i = 0; i < 6; i++)
        classes[i] = (i + 1) % 3;
    return faltung_dataset_new_bytes("images", 6, FALTUNG_SHAPE(2, 2, 3), values, classes,
                                     names("red green blue"));
}

static void test_images(void) {
    g_autoptr(FaltungDataset) dataset = new_images();
    g_assert_cmpstr(faltung_dataset_name(dataset), ==, "images");
    g_assert_cmpuint(faltung_dataset_size(dataset), ==, 6);
    g_assert_cmpint(faltung_dataset_target_type(dataset), ==, FALTUNG_TARGET_CLASS);
    g_assert_cmpint(faltung_dataset_n_targets(dataset), ==, 3);
    g_assert_cmpstr(faltung_dataset_class_names(dataset)[2], ==, "blue");
    g_assert_cmpint(faltung_dataset_class(dataset, 1), ==, 2);
    g_assert_null(faltung_dataset_feature_names(dataset));

    const guint32 order[] = {4, 0, 4};
    float inputs[36], targets[9], raw[12];
    gint32 classes[3];
    faltung_dataset_gather(dataset, order, 3, inputs, targets, classes);
    for (int i = 0; i < 3; i++) {
        faltung_dataset_raw(dataset, order[i], raw);
        g_assert_cmpmem(raw, sizeof raw, inputs + 12 * i, sizeof raw);
        g_assert_cmpint(classes[i], ==, (order[i] + 1) % 3);
        for (int k = 0; k < 3; k++)
            g_assert_cmpfloat(targets[3 * i + k], ==, k == classes[i] ? 1.0f : 0.0f);
    }
    g_assert_cmpfloat(inputs[1], ==, (49 * 37) % 256);
    faltung_dataset_gather(dataset, order, 3, inputs, NULL, NULL); /* targets are optional */

    faltung_dataset_normalize(dataset, FALTUNG_NORMALIZE_UNIT);
    faltung_dataset_gather(dataset, order, 1, inputs, NULL, NULL);
    faltung_dataset_raw(dataset, 4, raw);
    for (int i = 0; i < 12; i++)
        assert_close(inputs[i], raw[i] / 255, 1e-6, 1e-6);
    faltung_dataset_normalize(dataset, FALTUNG_NORMALIZE_SYMMETRIC);
    faltung_dataset_gather(dataset, order, 1, inputs, NULL, NULL);
    for (int i = 0; i < 12; i++)
        assert_close(inputs[i], raw[i] / 127.5 - 1, 1e-6, 1e-2);
}

/* Mean 0 and variance 1, each channel by itself; one that never varies becomes 0. */
static void test_standard_channels(void) {
    g_autoptr(FaltungDataset) dataset = new_images();
    faltung_dataset_normalize(dataset, FALTUNG_NORMALIZE_STANDARD);
    const guint32 all[] = {0, 1, 2, 3, 4, 5};
    float inputs[72];
    faltung_dataset_gather(dataset, all, 6, inputs, NULL, NULL);
    double sum = 0, squares = 0;
    for (int i = 0; i < 72; i++) {
        if (i % 12 < 6) {
            sum += inputs[i];
            squares += (double)inputs[i] * inputs[i];
        } else {
            g_assert_cmpfloat(inputs[i], ==, 0.0f);
        }
    }
    assert_close(sum / 36, 0.0, 1e-6, 1.0);
    assert_close(squares / 36, 1.0, 1e-6, 1.0);
    int n;
    const float *mean, *scale;
    faltung_dataset_get_scaling(dataset, &n, &mean, &scale);
    g_assert_cmpint(n, ==, 2);
    g_assert_cmpfloat(mean[1], ==, 9.0f);
}

enum { ROWS = 1000, FEATURES = 5 };

/* A table: ordinary, far from 0, constant, tiny, and one single outlier. */
static FaltungDataset *new_table(void) {
    float *values = g_new(float, ROWS *FEATURES), *targets = g_new(float, ROWS * 2);
    fill_random(1, ROWS * FEATURES, values);
    for (int i = 0; i < ROWS; i++) {
        float *row = values + FEATURES * i;
        row[1] = 30000.0f + row[1];
        row[2] = 0.1f;
        row[3] *= 1e-12f;
        row[4] = i == 17;
        targets[2 * i] = i;
        targets[2 * i + 1] = -i;
    }
    return faltung_dataset_new_floats("table", ROWS, FALTUNG_SHAPE(FEATURES), values, NULL, NULL,
                                      targets, 2);
}

static void test_standard_features(void) {
    g_autoptr(FaltungDataset) dataset = new_table();
    g_assert_cmpint(faltung_dataset_target_type(dataset), ==, FALTUNG_TARGET_VALUES);
    g_assert_cmpint(faltung_dataset_n_targets(dataset), ==, 2);
    g_assert_cmpint(faltung_dataset_class(dataset, 0), ==, -1);
    faltung_dataset_normalize(dataset, FALTUNG_NORMALIZE_STANDARD);
    double sum[FEATURES] = {0}, squares[FEATURES] = {0};
    for (guint32 i = 0; i < ROWS; i++) {
        float row[FEATURES], targets[2];
        faltung_dataset_gather(dataset, &i, 1, row, targets, NULL);
        g_assert_cmpfloat(targets[0], ==, i);
        g_assert_cmpfloat(targets[1], ==, -(float)i);
        for (int f = 0; f < FEATURES; f++) {
            g_assert_true(isfinite(row[f]));
            sum[f] += row[f];
            squares[f] += (double)row[f] * row[f];
        }
    }
    for (int f = 0; f < FEATURES; f++) {
        double variance = f == 2 ? 0.0 : 1.0;
        assert_close(sum[f] / ROWS, 0.0, f == 1 ? 2e-3 : 1e-5, 1.0); /* 30000's last float digit */
        assert_close(squares[f] / ROWS, variance, 1e-5, 1.0);
    }
}

static void test_unit_features(void) {
    g_autoptr(FaltungDataset) dataset = new_table();
    const struct {
        FaltungNormalize how;
        float low, high;
    } cases[] = {{FALTUNG_NORMALIZE_UNIT, 0, 1}, {FALTUNG_NORMALIZE_SYMMETRIC, -1, 1}};
    for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
        faltung_dataset_normalize(dataset, cases[c].how);
        float low[FEATURES] = {9, 9, 9, 9, 9}, high[FEATURES] = {-9, -9, -9, -9, -9};
        for (guint32 i = 0; i < ROWS; i++) {
            float row[FEATURES];
            faltung_dataset_gather(dataset, &i, 1, row, NULL, NULL);
            for (int f = 0; f < FEATURES; f++) {
                low[f] = MIN(low[f], row[f]);
                high[f] = MAX(high[f], row[f]);
            }
        }
        for (int f = 0; f < FEATURES; f++) {
            assert_close(low[f], f == 2 ? 0.0f : cases[c].low, 1e-3, 1.0);
            assert_close(high[f], f == 2 ? 0.0f : cases[c].high, 1e-3, 1.0);
        }
    }
}

/* Views of views: the right samples, their own order, the constants of their parent, and alive
   when the parent is not. */
static void test_subsets(void) {
    FaltungDataset *dataset = new_table();
    faltung_dataset_normalize(dataset, FALTUNG_NORMALIZE_STANDARD);
    guint32 *even = g_new(guint32, ROWS / 2);
    for (guint32 i = 0; i < ROWS / 2; i++)
        even[i] = 2 * i;
    FaltungDataset *half = faltung_dataset_subset(dataset, even, ROWS / 2);
    const guint32 three[] = {100, 3, 3};
    g_autoptr(FaltungDataset) few = faltung_dataset_subset(half, g_memdup2(three, sizeof three), 3);
    const guint32 parents[] = {200, 6, 6}, all[] = {0, 1, 2};
    float expected[3 * FEATURES], expected_targets[6], inputs[3 * FEATURES], targets[6];
    faltung_dataset_gather(dataset, parents, 3, expected, expected_targets, NULL);
    g_autofree char *sum = faltung_dataset_checksum(dataset);
    g_autofree char *half_sum = faltung_dataset_checksum(half);
    g_assert_cmpuint(strlen(sum), ==, 64);
    g_assert_cmpstr(sum, !=, half_sum);
    faltung_dataset_unref(dataset);
    faltung_dataset_unref(half);

    g_assert_cmpuint(faltung_dataset_size(few), ==, 3);
    faltung_dataset_gather(few, all, 3, inputs, targets, NULL);
    g_assert_cmpmem(inputs, sizeof inputs, expected, sizeof expected);
    g_assert_cmpmem(targets, sizeof targets, expected_targets, sizeof expected_targets);
}

/* The same samples under the same constants, whether bytes or floats. */
static void test_bytes_as_floats(void) {
    g_autoptr(FaltungDataset) bytes = new_images();
    float *values = g_new(float, 72);
    for (guint32 i = 0; i < 6; i++)
        faltung_dataset_raw(bytes, i, values + 12 * i);
    g_autoptr(FaltungDataset) floats = faltung_dataset_new_floats(
        "images", 6, FALTUNG_SHAPE(2, 2, 3), values, NULL, NULL, NULL, 0);
    g_assert_cmpint(faltung_dataset_target_type(floats), ==, FALTUNG_TARGET_NONE);
    g_assert_cmpint(faltung_dataset_n_targets(floats), ==, 0);
    faltung_dataset_normalize(bytes, FALTUNG_NORMALIZE_STANDARD);
    faltung_dataset_normalize(floats, FALTUNG_NORMALIZE_STANDARD);
    const guint32 order[] = {5, 2};
    float a[24], b[24], untouched = 5.0f;
    faltung_dataset_gather(bytes, order, 2, a, NULL, NULL);
    faltung_dataset_gather(floats, order, 2, b, &untouched, NULL);
    g_assert_cmpmem(a, sizeof a, b, sizeof b);
    g_assert_cmpfloat(untouched, ==, 5.0f);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/train/dataset/images", test_images);
    g_test_add_func("/train/dataset/standard-channels", test_standard_channels);
    g_test_add_func("/train/dataset/standard-features", test_standard_features);
    g_test_add_func("/train/dataset/unit-features", test_unit_features);
    g_test_add_func("/train/dataset/subsets", test_subsets);
    g_test_add_func("/train/dataset/bytes-as-floats", test_bytes_as_floats);
    return g_test_run();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/store/hdf.h"
#include "tests/store/scratch.h"

#include <math.h>
#include <string.h>

static const FaltungHdfShape number = {.rank = 0};
static const FaltungHdfGrowth growth = {.chunk = 4};

static void test_texts(void) {
    g_autofree char *folder = scratch_new();
    g_autofree char *path = g_build_filename(folder, "t.h5", NULL);
    FALTUNG_HDF_SECTION;
    GError *error = NULL;
    {
        g_auto(FaltungHdf) file = faltung_hdf_create(path, &error);
        g_assert_no_error(error);
        faltung_hdf_write_text(file, "/config/written", "a: 1\nü: ∑\n", &error);
        g_assert_no_error(error);
        faltung_hdf_write_text(file, "/status", "running", &error);
        faltung_hdf_write_text(file, "/status", "", &error);
        faltung_hdf_set_text(file, "/status", "reason", "", &error);
        faltung_hdf_set_text(file, "/status", "reason", "the disk was full", &error);
        faltung_hdf_set_integer(file, "/", "seed", -7, &error);
        const char *const names[] = {"shirt", "", "ankle boot", NULL};
        faltung_hdf_write_texts(file, "/data/class_names", names, &error);
        g_assert_no_error(error);
    }
    g_auto(FaltungHdf) file = faltung_hdf_open(path, FALSE, &error);
    g_assert_no_error(error);
    g_autofree char *written = faltung_hdf_read_text(file, "/config/written", &error);
    g_assert_cmpstr(written, ==, "a: 1\nü: ∑\n");
    g_autofree char *status = faltung_hdf_read_text(file, "/status", &error);
    g_assert_cmpstr(status, ==, "");
    g_autofree char *reason = faltung_hdf_attribute(file, "/status", "reason");
    g_assert_cmpstr(reason, ==, "the disk was full");
    g_autofree char *seed = faltung_hdf_attribute(file, "/", "seed");
    g_assert_cmpstr(seed, ==, "-7");
    g_assert_null(faltung_hdf_attribute(file, "/", "none"));
    g_auto(GStrv) names = faltung_hdf_read_texts(file, "/data/class_names", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_strv_length(names), ==, 3);
    g_assert_cmpstr(names[0], ==, "shirt");
    g_assert_cmpstr(names[1], ==, "");
    g_assert_cmpstr(names[2], ==, "ankle boot");
    g_auto(GStrv) children = faltung_hdf_children(file, "/");
    g_autofree char *joined = g_strjoinv(" ", children);
    g_assert_cmpstr(joined, ==, "config data status");
    g_assert_null(faltung_hdf_read_text(file, "/no/such/text", &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_DATA);
    g_assert_nonnull(strstr(error->message, "/no/such/text"));
    g_clear_error(&error);
    scratch_free(g_steal_pointer(&folder));
}

static void test_rows(void) {
    g_autofree char *folder = scratch_new();
    g_autofree char *path = g_build_filename(folder, "t.h5", NULL);
    FALTUNG_HDF_SECTION;
    GError *error = NULL;
    g_auto(FaltungHdf) file = faltung_hdf_create(path, &error);
    double column[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    faltung_hdf_write_rows(file, "/m/loss", H5T_NATIVE_DOUBLE, &number, growth, 0, 3, column,
                           &error);
    faltung_hdf_write_rows(file, "/m/loss", H5T_NATIVE_DOUBLE, &number, growth, 3, 7, column + 3,
                           &error);
    /* a column that starts late has NaN before */
    faltung_hdf_write_rows(file, "/m/late", H5T_NATIVE_DOUBLE, &number, growth, 8, 2, column,
                           &error);
    g_assert_no_error(error);
    FaltungHdfShape shape;
    g_autofree double *loss = faltung_hdf_read(file, "/m/loss", H5T_NATIVE_DOUBLE, &shape, &error);
    g_assert_cmpint(shape.rank, ==, 1);
    g_assert_cmpint(shape.dims[0], ==, 10);
    g_assert_cmpmem(loss, 80, column, 80);
    g_autofree double *late = faltung_hdf_read(file, "/m/late", H5T_NATIVE_DOUBLE, &shape, &error);
    g_assert_cmpint(shape.dims[0], ==, 10);
    g_assert_true(isnan(late[0]) && isnan(late[7]) && late[8] == 0 && late[9] == 1);

    /* T x 2 x 3, written row by row, read at two depths */
    FaltungHdfShape row = {.rank = 2, .dims = {2, 3}};
    for (int t = 0; t < 5; t++) {
        float values[6];
        for (int i = 0; i < 6; i++)
            values[i] = 10 * t + i;
        faltung_hdf_write_rows(file, "/w", H5T_NATIVE_FLOAT, &row,
                               (FaltungHdfGrowth){.chunk = 1, .compress = t % 2}, t, 1, values,
                               &error);
    }
    g_assert_no_error(error);
    g_autofree float *third =
        faltung_hdf_read_at(file, "/w", H5T_NATIVE_FLOAT, 1, (hsize_t[]){3}, &shape, &error);
    g_assert_no_error(error);
    g_assert_true(shape.rank == 2 && shape.dims[0] == 2 && shape.dims[1] == 3);
    g_assert_true(third[0] == 30 && third[5] == 35);
    g_autofree float *part =
        faltung_hdf_read_at(file, "/w", H5T_NATIVE_FLOAT, 2, (hsize_t[]){4, 1}, &shape, &error);
    g_assert_true(shape.rank == 1 && shape.dims[0] == 3 && part[0] == 43 && part[2] == 45);
    g_assert_null(
        faltung_hdf_read_at(file, "/w", H5T_NATIVE_FLOAT, 1, (hsize_t[]){5}, &shape, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_DATA);
    g_clear_error(&error);

    faltung_hdf_truncate(file, "/w", 2, &error);
    faltung_hdf_truncate(file, "/m/loss", 20, &error);
    g_assert_no_error(error);
    faltung_hdf_shape(file, "/w", &shape, &error);
    g_assert_cmpint(shape.dims[0], ==, 2);
    faltung_hdf_shape(file, "/m/loss", &shape, &error);
    g_assert_cmpint(shape.dims[0], ==, 10);

    /* rows of another shape are refused, and what is no number is no number */
    FaltungHdfShape other = {.rank = 2, .dims = {2, 4}};
    g_assert_false(
        faltung_hdf_write_rows(file, "/w", H5T_NATIVE_FLOAT, &other, growth, 0, 1, column, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_WORK);
    g_clear_error(&error);
    faltung_hdf_write_text(file, "/text", "12", &error);
    g_assert_null(faltung_hdf_read(file, "/text", H5T_NATIVE_DOUBLE, &shape, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_DATA);
    g_clear_error(&error);
    scratch_free(g_steal_pointer(&folder));
}

static void test_array_again(void) {
    g_autofree char *folder = scratch_new();
    g_autofree char *path = g_build_filename(folder, "t.h5", NULL);
    FALTUNG_HDF_SECTION;
    GError *error = NULL;
    g_auto(FaltungHdf) file = faltung_hdf_create(path, &error);
    float values[6] = {1, 2, 3, 4, 5, 6};
    FaltungHdfShape shape = {.rank = 2, .dims = {2, 3}}, turned = {.rank = 2, .dims = {3, 2}}, got;
    faltung_hdf_write(file, "/model/weights/a/weight", H5T_NATIVE_FLOAT, &shape, values, &error);
    values[0] = 9;
    faltung_hdf_write(file, "/model/weights/a/weight", H5T_NATIVE_FLOAT, &shape, values, &error);
    g_assert_no_error(error);
    g_autofree float *back =
        faltung_hdf_read(file, "/model/weights/a/weight", H5T_NATIVE_FLOAT, &got, &error);
    g_assert_cmpmem(back, sizeof values, values, sizeof values);
    faltung_hdf_write(file, "/model/weights/a/weight", H5T_NATIVE_FLOAT, &turned, values, &error);
    g_assert_no_error(error);
    faltung_hdf_shape(file, "/model/weights/a/weight", &got, &error);
    g_assert_true(got.dims[0] == 3 && got.dims[1] == 2);
    scratch_free(g_steal_pointer(&folder));
}

static void test_errors(void) {
    g_autofree char *folder = scratch_new();
    FALTUNG_HDF_SECTION;
    GError *error = NULL;
    g_autofree char *missing = g_build_filename(folder, "none.h5", NULL);
    g_assert_cmpint(faltung_hdf_open(missing, FALSE, &error), <, 0);
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_DATA);
    g_assert_nonnull(strstr(error->message, "No such file"));
    g_clear_error(&error);
    g_assert_cmpint(faltung_hdf_create("/nowhere/at/all.h5", &error), <, 0);
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_WORK);
    g_clear_error(&error);
    scratch_free(g_steal_pointer(&folder));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/hdf/texts", test_texts);
    g_test_add_func("/store/hdf/rows", test_rows);
    g_test_add_func("/store/hdf/array-again", test_array_again);
    g_test_add_func("/store/hdf/errors", test_errors);
    return g_test_run();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "data/idx.h"
#include "tests/data/data-test.h"

#include <string.h>

static GError *fail(const void *bytes, gsize size) {
    GError *error = NULL;
    g_assert_null(faltung_idx_parse("f", bytes, size, &error));
    return error;
}

static void test_header(void) {
    data_test_expect(fail("", 0), "f: offset 0: the file has 0 bytes", NULL);
    data_test_expect(fail("\0\0\10", 3), "f: offset 0: the file has 3 bytes", NULL);
    data_test_expect(fail("PNG?....", 8), "f: offset 0: magic number 50 4e 47 3f",
                     "another kind of file", NULL);
    data_test_expect(fail("\0\0\7\1\0\0\0\1x", 9), "f: offset 2: type 07 is unknown", NULL);
    data_test_expect(fail("\0\0\10\0\0\0\0\1x", 9), "f: offset 3: 0 dimensions", NULL);
    data_test_expect(fail("\0\0\10\5\0\0\0\1x", 9), "f: offset 3: 5 dimensions", NULL);
    data_test_expect(fail("\0\0\10\3\0\0\0\1x", 9), "f: offset 4: the file ends within its header",
                     NULL);
    data_test_expect(fail("\0\0\10\2\0\0\0\1\0\0\0\0", 12), "f: offset 8: dimension 2 is 0", NULL);
    data_test_expect(fail("\0\0\10\1\377\377\377\377", 8), "f: offset 4: dimension 1 is 4294967295",
                     NULL);
    data_test_expect(fail("\0\0\10\4\177\177\177\177\177\177\177\177\177\177\177\177\1\1\1\1", 20),
                     "f: offset 4: the dimensions are too large together", NULL);
    g_autoptr(GByteArray) file = data_test_idx(256, 3, 2, 2, 0);
    data_test_expect(fail(file->data, file->len - 1), "f: offset 16: the header says 3 x 2 x 2",
                     "11 bytes follow", "cut off", NULL);
    g_byte_array_append(file, (const guint8 *)"x", 1);
    data_test_expect(fail(file->data, file->len), "13 bytes follow", "longer than its header says",
                     NULL);
    GError *error = NULL;
    g_assert_null(faltung_idx_read("/nonexistent/f", &error));
    data_test_expect(error, "/nonexistent/f: cannot be read: ", NULL);
}

/* Every type, with values at the ends of its range. */
static void test_types(void) {
    static const struct {
        const char *bytes;
        gsize size;
        float expected[2];
    } files[] = {
        {"\0\0\10\1\0\0\0\2\0\377", 10, {0, 255}},
        {"\0\0\11\1\0\0\0\2\177\200", 10, {127, -128}},
        {"\0\0\13\1\0\0\0\2\177\377\200\0", 12, {32767, -32768}},
        {"\0\0\14\1\0\0\0\2\0\0\1\2\200\0\0\0", 16, {258, -2147483648.0f}},
        {"\0\0\15\1\0\0\0\2\77\200\0\0\300\111\17\333", 16, {1, -3.14159274f}},
        {"\0\0\16\1\0\0\0\2\77\360\0\0\0\0\0\0\300\4\0\0\0\0\0\0", 24, {1, -2.5f}},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(FaltungIdx) idx = faltung_idx_parse("f", files[i].bytes, files[i].size, &error);
        g_assert_no_error(error);
        g_assert_cmpint(idx->rank, ==, 1);
        g_assert_cmpuint(idx->n, ==, 2);
        g_assert_true((idx->bytes != NULL) == (i == 0));
        for (int k = 0; k < 2; k++)
            g_assert_cmpfloat(idx->bytes ? idx->bytes[k] : idx->floats[k], ==,
                              files[i].expected[k]);
    }
    data_test_expect(fail("\0\0\15\1\0\0\0\2\77\200\0\0\177\300\0\0", 16),
                     "f: offset 12: the value is not a finite float", NULL);
    data_test_expect(fail("\0\0\16\1\0\0\0\1\177\340\0\0\0\0\0\0", 16), "f: offset 8: ", NULL);
}

static void put(const char *folder, const char *name, GByteArray *file) {
    g_autofree char *path G_GNUC_UNUSED =
        g_str_has_suffix(name, ".gz") ? data_test_write_gz(folder, name, file->data, file->len)
                                      : data_test_write(folder, name, file->data, file->len);
    g_byte_array_unref(file);
}

static gboolean load(const char *folder, const char *const *names, FaltungDataset **training,
                     FaltungDataset **test, GError **error) {
    return faltung_idx_load_folder("images", folder, names, training, test, error);
}

static GError *fail_folder(const char *folder, const char *const *names) {
    g_autoptr(FaltungDataset) training = NULL, test = NULL;
    GError *error = NULL;
    g_assert_false(load(folder, names, &training, &test, &error));
    g_assert_null(training);
    g_assert_null(test);
    return error;
}

static void test_folder(void) {
    g_autofree char *folder = data_test_folder();
    put(folder, "train-images-idx3-ubyte.gz", data_test_idx(251, 6, 4, 3, 0));
    put(folder, "train-labels.idx1-ubyte", data_test_idx(3, 6, 0));
    {
        g_autoptr(FaltungDataset) training = NULL, test = NULL;
        g_autoptr(GError) error = NULL;
        g_assert_true(load(folder, NULL, &training, &test, &error));
        g_assert_no_error(error);
        g_assert_null(test);
        g_assert_cmpuint(faltung_dataset_size(training), ==, 6);
        g_assert_true(
            faltung_shape_equal(faltung_dataset_shape(training), &FALTUNG_SHAPE(1, 4, 3)));
        float values[12];
        faltung_dataset_raw(training, 5, values);
        g_assert_cmpfloat(values[0], ==, 60);
        g_assert_cmpfloat(values[11], ==, 71);
        g_assert_cmpint(faltung_dataset_class(training, 5), ==, 2);
        g_assert_cmpint(faltung_dataset_n_targets(training), ==, 3);
        g_assert_cmpstr(faltung_dataset_class_names(training)[2], ==, "2");
    }
    data_test_expect(fail_folder(folder, (const char *[]){"a", "b", NULL}),
                     "train-labels.idx1-ubyte: offset 10: label 2 of sample 2; expected 0 to 1",
                     NULL);
    /* a label of the test part makes one more class of both */
    put(folder, "t10k-images-idx3-ubyte", data_test_idx(251, 4, 4, 3, 0));
    data_test_expect(fail_folder(folder, NULL), "no file t10k-labels-idx1-ubyte", NULL);
    put(folder, "t10k-labels-idx1-ubyte.gz", data_test_idx(4, 4, 0));
    {
        g_autoptr(FaltungDataset) training = NULL, test = NULL;
        g_autoptr(GError) error = NULL;
        g_assert_true(load(folder, NULL, &training, &test, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(faltung_dataset_size(test), ==, 4);
        g_assert_cmpint(faltung_dataset_n_targets(training), ==, 4);
        g_assert_cmpint(faltung_dataset_n_targets(test), ==, 4);
    }
    put(folder, "t10k-images-idx3-ubyte", data_test_idx(251, 4, 3, 4, 0));
    data_test_expect(fail_folder(folder, NULL), "t10k-images-idx3-ubyte: offset 4: ", "1 x 3 x 4",
                     "1 x 4 x 3", NULL);
    put(folder, "t10k-labels-idx1-ubyte", data_test_idx(4, 5, 0));
    data_test_expect(fail_folder(folder, NULL),
                     "t10k-labels-idx1-ubyte: offset 4: 5 labels for "
                     "the 4 images of ",
                     NULL);
    put(folder, "t10k-labels-idx1-ubyte", data_test_idx(4, 4, 3, 4, 0));
    put(folder, "t10k-images-idx3-ubyte", data_test_idx(4, 4, 4, 3, 0));
    data_test_expect(fail_folder(folder, NULL), "labels-idx1-ubyte: offset 2: 3 dimensions",
                     "is this the file of the images?", NULL);
    put(folder, "t10k-images-idx3-ubyte", data_test_idx(4, 4, 0));
    put(folder, "t10k-labels-idx1-ubyte", data_test_idx(4, 4, 0));
    data_test_expect(fail_folder(folder, NULL), "t10k-images-idx3-ubyte: offset 3: 1 dimension",
                     NULL);
    data_test_remove(folder);
    data_test_expect(fail_folder(folder, NULL), "no file train-images-idx3-ubyte", NULL);
}

static void test_images(void) {
    g_autofree char *folder = data_test_folder();
    static const struct {
        int dims[4];
        FaltungShape shape;
    } ranks[] = {{{5, 2}, {1, {2}}}, {{5, 2, 3}, {3, {1, 2, 3}}}, {{5, 3, 2, 4}, {3, {3, 2, 4}}}};
    for (gsize i = 0; i < G_N_ELEMENTS(ranks); i++) {
        const int *d = ranks[i].dims;
        put(folder, "images", data_test_idx(256, d[0], d[1], d[2], d[3], 0));
        g_autofree char *path = g_build_filename(folder, "images", NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(FaltungDataset) dataset = faltung_idx_load_images("images", path, &error);
        g_assert_no_error(error);
        g_assert_true(faltung_shape_equal(faltung_dataset_shape(dataset), &ranks[i].shape));
        g_assert_cmpint(faltung_dataset_target_type(dataset), ==, FALTUNG_TARGET_NONE);
    }
    data_test_remove(folder);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/idx/header", test_header);
    g_test_add_func("/idx/types", test_types);
    g_test_add_func("/idx/folder", test_folder);
    g_test_add_func("/idx/images", test_images);
    return g_test_run();
}

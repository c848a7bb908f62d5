/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Good files, damaged at random: a reader must answer with samples that hold together or with an
 * error that names the file. What it must not do (overrun, overflow, leak) the sanitizers see:
 * `./dev asan data`. The same seed damages the same way.
 */

#include "data/csv.h"
#include "data/idx.h"
#include "tests/data/data-test.h"

#include <math.h>
#include <string.h>
#include <zlib.h>

#define ROUNDS 4000

/* Pieces that a table's reader takes for more than a letter. */
static const char *const pieces[] = {"\"",
                                     "\"\"",
                                     ",",
                                     ";",
                                     "\t",
                                     "\n",
                                     "\r\n",
                                     "\r",
                                     "\xef\xbb\xbf",
                                     "NA",
                                     "1e999",
                                     "-",
                                     ".",
                                     "1e",
                                     "-0",
                                     " ",
                                     "\xff",
                                     "ä",
                                     "?",
                                     "0x1",
                                     "1,5",
                                     "nan",
                                     "9999999999999999999999",
                                     "1e-999",
                                     "a,b,c\n",
                                     "\"\n\"",
                                     ",,,,,,,,,,,,"};

static void damage(GByteArray *file, GRand *random) {
    for (int n = g_rand_int_range(random, 1, 6); n > 0; n--) {
        guint at = file->len ? g_rand_int_range(random, 0, file->len) : 0;
        guint length = g_rand_int_range(random, 0, 20);
        length = MIN(length, file->len - at);
        switch (g_rand_int_range(random, 0, 6)) {
        case 0: /* another byte */
            if (file->len)
                file->data[at] = g_rand_int(random);
            break;
        case 1: /* another bit */
            if (file->len)
                file->data[at] ^= 1 << g_rand_int_range(random, 0, 8);
            break;
        case 2: /* without a piece */
            if (length)
                g_byte_array_remove_range(file, at, length);
            break;
        case 3: /* cut off */
            g_byte_array_set_size(file, at);
            break;
        default: { /* a piece more: of the list, or of the file itself */
            g_autofree char *own = g_strndup((char *)file->data + at, length);
            const char *piece = g_rand_boolean(random)
                                    ? own
                                    : pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(pieces))];
            g_autoptr(GByteArray) tail = g_byte_array_new();
            g_byte_array_append(tail, file->data + at, file->len - at);
            g_byte_array_set_size(file, at);
            g_byte_array_append(file, (const guint8 *)piece, strlen(piece));
            g_byte_array_append(file, tail->data, tail->len);
        }
        }
    }
}

static GByteArray *compress_gz(const GByteArray *file) {
    GByteArray *out = g_byte_array_new();
    z_stream stream = {.next_in = file->data, .avail_in = file->len};
    g_assert_cmpint(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), ==,
                    Z_OK);
    g_byte_array_set_size(out, deflateBound(&stream, file->len));
    stream.next_out = out->data;
    stream.avail_out = out->len;
    g_assert_cmpint(deflate(&stream, Z_FINISH), ==, Z_STREAM_END);
    g_byte_array_set_size(out, stream.total_out);
    deflateEnd(&stream);
    return out;
}

/* Reads every value, so that one that is not there is noticed. */
static void use(FaltungDataset *dataset) {
    guint32 n = faltung_dataset_size(dataset);
    size_t size = faltung_shape_size(faltung_dataset_shape(dataset));
    int width = faltung_dataset_n_targets(dataset);
    g_assert_cmpuint(n, >, 0);
    g_assert_cmpuint(size, >, 0);
    g_autofree float *sample = g_new(float, size), *targets = g_new0(float, MAX(width, 1));
    for (guint32 i = 0; i < n; i++) {
        faltung_dataset_gather(dataset, &i, 1, sample, targets, NULL);
        for (size_t k = 0; k < size; k++)
            g_assert_true(isfinite(sample[k]));
        g_assert_true(isfinite(targets[0]));
        if (faltung_dataset_target_type(dataset) == FALTUNG_TARGET_CLASS)
            g_assert_cmpint(faltung_dataset_class(dataset, i), <, width);
    }
}

/* Either samples or an error, never both and never neither. */
static gboolean check_answer(FaltungDataset *dataset, GError *error) {
    g_assert_true((dataset != NULL) == (error == NULL));
    if (dataset) {
        use(dataset);
        faltung_dataset_unref(dataset);
        return TRUE;
    }
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    data_test_expect(error, "fuzz", NULL);
    return FALSE;
}

static void test_csv(void) {
    static const char *const files[] = {
        "crim,zn,rm,medv\n0.00632,18,6.575,24\n0.02731,0,6.421,21.6\n0.02729,0,7.185,34.7\n",
        "\"a\";\"b, c\";\"y\"\r\n1;2e3;\"red\"\r\n-4;.5;\"blue\"\r\n7;8;\"red\"\r\n9;1;\"red\"\r\n",
        "1\t2\t0\n3\t4\t1\n5\t6\t1\n7\t8\t0\n",
        "\xef\xbb\xbfx,\"say \"\"y\"\"\"\n\"1\",\"two\nlines\"\n3,b\n\n4,b\n5,\"two\nlines\"\n"};
    g_autoptr(GRand) random = g_rand_new_with_seed(20190402);
    int read = 0;
    for (int i = 0; i < ROUNDS; i++) {
        const char *text = files[i % G_N_ELEMENTS(files)];
        g_autoptr(GByteArray) file = g_byte_array_new();
        g_byte_array_append(file, (const guint8 *)text, strlen(text));
        damage(file, random);
        if (i % 7 == 0) {
            g_autoptr(GByteArray) packed = compress_gz(file);
            if (i % 2)
                damage(packed, random);
            g_byte_array_set_size(file, 0);
            g_byte_array_append(file, packed->data, packed->len);
        }
        FaltungCsvOptions options = {
            .name = "fuzz",
            .target = i % 5 == 0 ? "medv" : NULL,
            .header = g_rand_int_range(random, 0, 3),
            .task = g_rand_int_range(random, 0, 3),
        };
        GError *error = NULL;
        FaltungDataset *dataset =
            faltung_csv_parse("fuzz", file->data, file->len, &options, &error);
        read += check_answer(dataset, error);
    }
    /* else the damage is too much, or too little, to test anything */
    g_test_message("%d of %d could be read", read, ROUNDS);
    g_assert_cmpint(read, >, ROUNDS / 50);
    g_assert_cmpint(read, <, ROUNDS / 2);
}

static void put(const char *folder, const char *name, const GByteArray *file) {
    g_free(data_test_write(folder, name, file->data, file->len));
}

static void test_idx(void) {
    g_autofree char *folder = g_dir_make_tmp("faltung-fuzz-XXXXXX", NULL);
    g_autoptr(GRand) random = g_rand_new_with_seed(20190402);
    static const guint8 types[] = {8, 8, 8, 9, 11, 12, 13, 14};
    int read = 0;
    for (int i = 0; i < ROUNDS / 4; i++) {
        g_autoptr(GByteArray) images = data_test_idx(250, 6, 3, 2, 0);
        g_autoptr(GByteArray) labels = data_test_idx(3, 6, 0);
        if (i % 3 == 0)
            images->data[2] = types[g_rand_int_range(random, 0, G_N_ELEMENTS(types))];
        damage(i % 2 ? images : labels, random);
        put(folder, "train-images-idx3-ubyte", images);
        put(folder, "train-labels-idx1-ubyte", labels);
        GError *error = NULL;
        FaltungDataset *training = NULL, *test = NULL;
        faltung_idx_load_folder("fuzz", folder, NULL, &training, &test, &error);
        g_assert_null(test);
        read += check_answer(training, error);

        /* the header alone, of every type and rank */
        error = NULL;
        g_autoptr(FaltungIdx) idx = faltung_idx_parse("fuzz", images->data, images->len, &error);
        g_assert_true((idx != NULL) == (error == NULL));
        if (error)
            data_test_expect(error, "fuzz: ", NULL);
    }
    g_test_message("%d of %d could be read", read, ROUNDS / 4);
    g_assert_cmpint(read, >, ROUNDS / 200);
    g_assert_cmpint(read, <, ROUNDS / 8);
    data_test_remove(folder);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fuzz/csv", test_csv);
    g_test_add_func("/fuzz/idx", test_idx);
    return g_test_run();
}

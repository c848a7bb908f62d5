/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/data/data-test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <zlib.h>

void data_test_expect(GError *error, ...) {
    g_assert_nonnull(error);
    g_assert_true(error->domain == FALTUNG_ERROR);
    va_list args;
    va_start(args, error);
    for (const char *part; (part = va_arg(args, const char *));) {
        if (!strstr(error->message, part))
            g_error("\"%s\" is not in the message \"%s\"", part, error->message);
    }
    va_end(args);
    g_error_free(error);
}

char *data_test_folder(void) {
    g_autoptr(GError) error = NULL;
    char *folder = g_dir_make_tmp("faltung-data-XXXXXX", &error);
    g_assert_no_error(error);
    return folder;
}

void data_test_remove(const char *folder) {
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(dir);
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
            data_test_remove(path);
        else
            g_assert_cmpint(g_unlink(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

char *data_test_write(const char *folder, const char *name, const void *bytes, gsize size) {
    char *path = g_build_filename(folder, name, NULL);
    g_unlink(path); /* a file system may wait for the disk where one is written over */
    FILE *file = g_fopen(path, "wb");
    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite(bytes, 1, size, file), ==, size);
    g_assert_cmpint(fclose(file), ==, 0);
    return path;
}

char *data_test_write_gz(const char *folder, const char *name, const void *bytes, gsize size) {
    char *path = g_build_filename(folder, name, NULL);
    gzFile file = gzopen(path, "wb");
    g_assert_nonnull(file);
    g_assert_cmpint(gzwrite(file, bytes, size), ==, size);
    g_assert_cmpint(gzclose(file), ==, Z_OK);
    return path;
}

GByteArray *data_test_idx(int modulus, ...) {
    guint32 dims[8], rank = 0, n = 1;
    va_list args;
    va_start(args, modulus);
    while ((dims[rank] = va_arg(args, int)) != 0)
        rank++;
    va_end(args);
    GByteArray *file = g_byte_array_new();
    g_byte_array_append(file, (const guint8[]){0, 0, 8, rank}, 4);
    for (guint32 i = 0; i < rank; i++) {
        guint32 big = GUINT32_TO_BE(dims[i]);
        g_byte_array_append(file, (const guint8 *)&big, 4);
        n *= dims[i];
    }
    for (guint32 i = 0; i < n; i++)
        g_byte_array_append(file, (const guint8[]){i % modulus}, 1);
    return file;
}

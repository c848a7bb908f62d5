/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/output.h"

#include "core/base/error.h"
#include "draw/text.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

static char *folder;

static int files_in_folder(void) {
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    int n = 0;
    while (g_dir_read_name(dir))
        n++;
    return n;
}

static void draw_square(cairo_t *cr, double width, double height, gpointer data) {
    cairo_set_source_rgb(cr, 1, 0, 0);
    cairo_rectangle(cr, 0, 0, width / 2, height);
    cairo_fill(cr);
}

/* Much that does not compress. */
static void draw_noise(cairo_t *cr, double width, double height, gpointer data) {
    guint32 state = 1;
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            state = state * 1664525u + 1013904223u;
            cairo_set_source_rgb(cr, (state >> 24) / 255.0, (state >> 16 & 255) / 255.0, 0);
            cairo_rectangle(cr, x, y, 1, 1);
            cairo_fill(cr);
        }
    }
}

static void test_png(void) {
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(folder, "a.png", NULL);
    FaltungColor white = {1, 1, 1, 1};
    g_assert_true(faltung_output_write(path, 20, 10, 2, &white, draw_square, NULL, &error));
    g_assert_no_error(error);
    cairo_surface_t *surface = cairo_image_surface_create_from_png(path);
    g_assert_cmpint(cairo_image_surface_get_width(surface), ==, 40);
    g_assert_cmpint(cairo_image_surface_get_height(surface), ==, 20);
    const guint32 *pixels = (const guint32 *)(const void *)cairo_image_surface_get_data(surface);
    g_assert_cmphex(pixels[0] & 0xffffff, ==, 0xff0000);
    g_assert_cmphex(pixels[39] & 0xffffff, ==, 0xffffff);
    cairo_surface_destroy(surface);
    g_assert_cmpint(files_in_folder(), ==, 1); /* nothing else is left */
    g_assert_true(faltung_output_write(path, 5, 5, 1, NULL, draw_square, NULL, &error));
    surface = cairo_image_surface_create_from_png(path);
    g_assert_cmpint(cairo_image_surface_get_width(surface), ==, 5); /* replaced */
    cairo_surface_destroy(surface);
    g_unlink(path);
}

static void test_svg(void) {
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(folder, "a.svg", NULL), *text = NULL;
    g_assert_true(faltung_output_write(path, 20, 10, 2, NULL, draw_square, NULL, &error));
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "<svg"));
    g_assert_nonnull(strstr(text, "</svg>"));
    g_assert_nonnull(strstr(text, "viewBox=\"0 0 20 10\""));
    g_unlink(path);
}

static void test_mistakes(void) {
    g_autoptr(GError) error = NULL;
    g_assert_false(faltung_output_write("/tmp/a.bmp", 5, 5, 1, NULL, draw_square, NULL, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_assert_nonnull(strstr(error->message, ".png, .svg or .pdf"));
    g_clear_error(&error);
    static const char *const names[] = {"missing/a.png", "missing/a.svg", "missing/a.pdf"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        g_assert_false(faltung_output_write(path, 5, 5, 1, NULL, draw_square, NULL, &error));
        g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_WORK);
        g_assert_nonnull(strstr(error->message, path));
        g_clear_error(&error);
    }
    /* larger than a picture can be */
    g_autofree char *huge = g_build_filename(folder, "huge.png", NULL);
    g_assert_false(faltung_output_write(huge, 1e5, 1e5, 1, NULL, draw_square, NULL, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_WORK);
    g_assert_cmpint(files_in_folder(), ==, 0);
}

/* The disk is full in the middle: the file that was there stays. */
static void test_no_room(void) {
    static const char *const names[] = {"b.png", "b.svg", "b.pdf"};
    struct rlimit limit, small = {4096, RLIM_INFINITY};
    getrlimit(RLIMIT_FSIZE, &limit);
    small.rlim_max = limit.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path = g_build_filename(folder, names[i], NULL), *before = NULL,
                        *after = NULL;
        g_assert_true(faltung_output_write(path, 9, 9, 1, NULL, draw_square, NULL, &error));
        g_assert_true(g_file_get_contents(path, &before, NULL, NULL));
        setrlimit(RLIMIT_FSIZE, &small);
        gboolean written = faltung_output_write(path, 90, 90, 1, NULL, draw_noise, NULL, &error);
        setrlimit(RLIMIT_FSIZE, &limit);
        g_assert_false(written);
        g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_WORK);
        g_assert_true(g_file_get_contents(path, &after, NULL, NULL));
        g_assert_cmpstr(before, ==, after);
        g_assert_cmpint(files_in_folder(), ==, 1);
        g_unlink(path);
    }
}

static void test_numbers(void) {
    static const struct {
        double value;
        int digits;
        const char *text;
    } numbers[] = {
        {0.05, 3, "0.05"},        {-1.5, 3, "−1.5"},     {1.2e-7, 3, "1.2e−7"},
        {1e20, 3, "1e20"},        {0, 3, "0"},           {-0.0, 3, "0"},
        {NAN, 3, "NaN"},          {INFINITY, 3, "∞"},    {-INFINITY, 3, "−∞"},
        {1234567, 3, "1.23e6"},   {1000, 6, "1000"},     {1e100, 2, "1e100"},
        {0.1234567, 4, "0.1235"}, {-3e-10, 1, "−3e−10"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_autofree char *text = faltung_format_number(numbers[i].value, numbers[i].digits);
        g_assert_cmpstr(text, ==, numbers[i].text);
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("faltung-output-XXXXXX", NULL);
    g_test_add_func("/output/png", test_png);
    g_test_add_func("/output/svg", test_svg);
    g_test_add_func("/output/mistakes", test_mistakes);
    g_test_add_func("/output/no-room", test_no_room);
    g_test_add_func("/text/numbers", test_numbers);
    int status = g_test_run();
    g_rmdir(folder);
    g_free(folder);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "data/catalogue.h"
#include "data/ink.h"

#include <math.h>

enum { SIDE = 280, N = 28 };

static void fill(float *ink, int left, int top, int right, int bottom) {
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            ink[y * SIDE + x] = 1;
}

/* A bar twice as high as wide becomes 10 x 20 pixels in the middle, wherever it was drawn. */
static void test_bar(void) {
    static const int places[][2] = {{0, 0}, {100, 60}, {180, 80}};
    for (guint k = 0; k < G_N_ELEMENTS(places); k++) {
        g_autofree float *ink = g_new0(float, SIDE *SIDE);
        float sample[N * N];
        fill(ink, places[k][0], places[k][1], places[k][0] + 100, places[k][1] + 200);
        g_assert_true(faltung_ink_place(ink, SIDE, SIDE, 20, N, N, sample));
        for (int y = 0; y < N; y++)
            for (int x = 0; x < N; x++)
                g_assert_cmpfloat_with_epsilon(sample[y * N + x],
                                               x >= 9 && x < 19 && y >= 4 && y < 24, 1e-6);
    }
}

/* A heavy foot below a thin line: the centre of mass is in the middle, not that of the box; grey
   levels are the part of each pixel that is covered. */
static void test_mass(void) {
    g_autofree float *ink = g_new0(float, SIDE *SIDE);
    float sample[N * N];
    fill(ink, 95, 20, 98, 200); /* a third of the 9 columns of a pixel */
    fill(ink, 80, 191, 116, 200);
    g_assert_true(faltung_ink_place(ink, SIDE, SIDE, 20, N, N, sample));
    double mass = 0, x_mass = 0, y_mass = 0;
    int top = N, bottom = 0;
    for (int y = 0; y < N; y++) {
        for (int x = 0; x < N; x++) {
            double value = sample[y * N + x];
            mass += value;
            x_mass += value * (x + 0.5);
            y_mass += value * (y + 0.5);
            top = value > 0 ? MIN(top, y) : top;
            bottom = value > 0 ? y : bottom;
        }
    }
    g_assert_cmpfloat_with_epsilon(x_mass / mass, N / 2.0, 0.5);
    g_assert_cmpfloat_with_epsilon(y_mass / mass, N / 2.0, 0.5);
    g_assert_cmpint(bottom - top + 1, ==, 20);
    g_assert_cmpint(top, <, 4); /* where the box alone would begin */
    g_assert_cmpfloat_with_epsilon(mass, (3 * 180 + 36 * 9 - 3 * 9) / 81.0, 1e-4);
    int line = 0;
    while (sample[top * N + line] == 0)
        line++;
    g_assert_cmpfloat_with_epsilon(sample[top * N + line], 1 / 3.0, 1e-6);
}

static void test_nothing(void) {
    g_autofree float *ink = g_new0(float, SIDE *SIDE);
    float sample[N * N] = {1};
    g_assert_false(faltung_ink_place(ink, SIDE, SIDE, 20, N, N, sample));
    g_assert_cmpfloat(sample[0], ==, 0);
    ink[SIDE * 7 + 3] = 1; /* a dot */
    g_assert_true(faltung_ink_place(ink, SIDE, SIDE, 20, N, N, sample));
}

/* The box of samples whose boxes are known. */
static void test_box(void) {
    guint8 *values = g_new0(guint8, 2 * N * N);
    for (int i = 0; i < 20; i++)
        values[(4 + i) * N + 9] = 200;
    values[N * N + 5 * N + 3] = 255;
    g_autoptr(FaltungDataset) dataset =
        faltung_dataset_new_bytes("boxes", 2, FALTUNG_SHAPE(1, N, N), values, NULL, NULL);
    g_assert_cmpint(faltung_ink_box(dataset), ==, 20);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ink/bar", test_bar);
    g_test_add_func("/ink/mass", test_mass);
    g_test_add_func("/ink/nothing", test_nothing);
    g_test_add_func("/ink/box", test_box);
    return g_test_run();
}

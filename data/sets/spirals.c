/* SPDX-License-Identifier: Apache-2.0 */
#include "data/sets/sets.h"

#include <math.h>

/*
 * Two spirals (Lang and Witbrock, "Learning to Tell Two Spirals Apart", 1988): 97 points each,
 * which go three times round the origin, the second spiral opposite to the first. The points
 * half-way between them are the test.
 */

enum { POINTS = 97 };
static const char *const names[] = {"first", "second", NULL};

/* Points @first, @first + 1 ... of both spirals, in turn. */
static FaltungDataset *points(double first, int n) {
    float *values = g_new(float, n * 2 * 2);
    gint32 *classes = g_new(gint32, n * 2);
    for (int i = 0; i < 2 * n; i++) {
        double at = first + i / 2, sign = i % 2 ? -1 : 1;
        double angle = at * G_PI / 16, radius = 6.5 * (104 - at) / 104;
        values[2 * i] = sign * radius * sin(angle);
        values[2 * i + 1] = sign * radius * cos(angle);
        classes[i] = i % 2;
    }
    return faltung_dataset_new_floats("spirals", 2 * n, FALTUNG_SHAPE(2), values, classes,
                                      g_strdupv((char **)names), NULL, 0);
}

static gboolean load(const char *folder, FaltungDataset **training, FaltungDataset **test,
                     GError **error) {
    *training = points(0, POINTS);
    *test = points(0.5, POINTS - 1);
    return TRUE;
}

const FaltungDatasetEntry faltung_set_spirals = {
    .name = "spirals",
    .title = "Two spirals",
    .summary = "on which of two spirals a point of the plane is",
    .source = "computed by the program; Lang and Witbrock, 1988",
    .shape = {.rank = 1, .dims = {2}},
    .class_names = names,
    .n_training = 2 * POINTS,
    .n_test = 2 * (POINTS - 1),
    .load = load,
};

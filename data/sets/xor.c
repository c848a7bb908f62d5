/* SPDX-License-Identifier: Apache-2.0 */
#include "data/sets/sets.h"

/* Exclusive or: the smallest problem that no single layer solves (Minsky and Papert, "Perceptrons",
   1969). There are four samples, so the same ones test what was learned of them. */

enum { SAMPLES = 4 };
static const char *const names[] = {"equal", "different", NULL};

static FaltungDataset *table(void) {
    float *values = g_new(float, SAMPLES * 2);
    gint32 *classes = g_new(gint32, SAMPLES);
    for (int i = 0; i < SAMPLES; i++) {
        values[2 * i] = i / 2;
        values[2 * i + 1] = i % 2;
        classes[i] = i / 2 ^ i % 2;
    }
    return faltung_dataset_new_floats("xor", SAMPLES, FALTUNG_SHAPE(2), values, classes,
                                      g_strdupv((char **)names), NULL, 0);
}

static gboolean load(const char *folder, FaltungDataset **training, FaltungDataset **test,
                     GError **error) {
    *training = table();
    *test = table();
    return TRUE;
}

const FaltungDatasetEntry faltung_set_xor = {
    .name = "xor",
    .title = "Exclusive or",
    .summary = "whether two bits differ; the same four samples are the test",
    .source = "a table of four rows; Minsky and Papert, 1969",
    .shape = {.rank = 1, .dims = {2}},
    .class_names = names,
    .n_training = SAMPLES,
    .n_test = SAMPLES,
    .load = load,
};

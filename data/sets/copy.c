/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/random.h"
#include "data/sets/sets.h"

/*
 * The copying problem after Hochreiter and Schmidhuber (1997), as Arjovsky, Shah and Bengio (2016)
 * draw it: 10 letters out of 8, then blanks, then a mark, and as many blanks as there were letters,
 * at which the network has to say these again; before that it has to say blanks. Whoever has no
 * memory, and tells all letters at the end with the same chance, has a loss of 10 log(8) / 50 =
 * 0.4159 a step.
 */

enum { LETTERS = 8, BLANK = LETTERS, MARK, LENGTH = 10, STEPS = 50 };
enum { N_TRAINING = 10000, N_TEST = 1000 };
static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "blank", NULL};

/* What a split draws from: the letters of sample n are the elements of step n. */
typedef enum { TRAINING, TEST } Split;

static FaltungDataset *draw(Split split, guint32 n) {
    guint8 *values = g_malloc((size_t)n * STEPS);
    gint32 *classes = g_new(gint32, (size_t)n * STEPS);
    for (guint32 i = 0; i < n; i++) {
        FaltungRandom random = {.purpose = FALTUNG_RANDOM_DATA, .stream = split, .step = i};
        guint8 *x = values + (size_t)i * STEPS;
        gint32 *y = classes + (size_t)i * STEPS;
        for (int t = 0; t < STEPS; t++)
            x[t] = y[t] = BLANK;
        x[STEPS - LENGTH - 1] = MARK;
        for (int t = 0; t < LENGTH; t++)
            x[t] = y[STEPS - LENGTH + t] = faltung_random_uniform(&random, t) * LETTERS;
    }
    return faltung_dataset_new_positions("copy", n, FALTUNG_SHAPE(STEPS), values, NULL, classes,
                                         STEPS, g_strdupv((char **)names));
}

static gboolean load(const char *folder, FaltungDataset **training, FaltungDataset **test,
                     GError **error) {
    *training = draw(TRAINING, N_TRAINING);
    *test = draw(TEST, N_TEST);
    return TRUE;
}

const FaltungDatasetEntry faltung_set_copy = {
    .name = "copy",
    .title = "Copying problem",
    .summary = "10 letters, to be said again 40 steps later",
    .source = "drawn by the program; Hochreiter and Schmidhuber, 1997, as in Arjovsky, Shah and "
              "Bengio, 2016",
    .shape = {.rank = 1, .dims = {STEPS}},
    .class_names = names,
    .n_training = N_TRAINING,
    .n_test = N_TEST,
    .load = load,
};

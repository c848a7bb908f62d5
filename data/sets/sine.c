/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/random.h"
#include "data/sets/sets.h"

#include <math.h>

/* The next value of a sine, of which 25 are given: sin(w t + p), with a period of 8 to 40 steps
   and a phase that are drawn for each sample. */

enum { STEPS = 25, N_TRAINING = 2000, N_TEST = 500 };
static const double shortest = 8, longest = 40; /* periods */

/* What a split draws from: period and phase of sample n are the elements of step n. */
typedef enum { TRAINING, TEST } Split;

static FaltungDataset *draw(Split split, guint32 n) {
    float *values = g_new(float, (size_t)n *STEPS); /* (n, T, 1) */
    float *targets = g_new(float, n);
    for (guint32 i = 0; i < n; i++) {
        FaltungRandom random = {.purpose = FALTUNG_RANDOM_DATA, .stream = split, .step = i};
        double period = shortest + (longest - shortest) * faltung_random_uniform(&random, 0);
        double phase = faltung_random_uniform(&random, 1);
        for (int t = 0; t <= STEPS; t++) {
            float *to = t < STEPS ? &values[(size_t)i * STEPS + t] : &targets[i];
            *to = sin(2 * G_PI * (t / period + phase));
        }
    }
    return faltung_dataset_new_floats("sine", n, FALTUNG_SHAPE(STEPS, 1), values, NULL, NULL,
                                      targets, 1);
}

static gboolean load(const char *folder, FaltungDataset **training, FaltungDataset **test,
                     GError **error) {
    *training = draw(TRAINING, N_TRAINING);
    *test = draw(TEST, N_TEST);
    return TRUE;
}

const FaltungDatasetEntry faltung_set_sine = {
    .name = "sine",
    .title = "Sine",
    .summary = "the next value of a sine, of which 25 are given",
    .source = "drawn by the program",
    .shape = {.rank = 2, .dims = {STEPS, 1}},
    .n_training = N_TRAINING,
    .n_test = N_TEST,
    .load = load,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/random.h"
#include "data/sets/sets.h"

/*
 * The adding problem, experiment 4 of Hochreiter and Schmidhuber (1997), as Arjovsky, Shah and
 * Bengio (2016) draw it: at each of T steps a number uniform in [0, 1) and a marker, which is 1 at
 * two steps, one in each half of the sequence, and else 0. The target is the sum of the two marked
 * numbers. Always to say 1 gives a mean squared error of 1/6, the variance of that sum.
 */

enum { STEPS = 50, N_TRAINING = 10000, N_TEST = 1000 };

/* What a split draws from: the numbers of sample n are the elements of step n. */
typedef enum { TRAINING, TEST } Split;

static int marked_step(const FaltungRandom *random, int half) {
    int step = faltung_random_uniform(random, STEPS + half) * (STEPS / 2);
    return half * (STEPS / 2) + step;
}

static FaltungDataset *draw(Split split, guint32 n) {
    float *values = g_new0(float, (size_t)n *STEPS * 2); /* (n, T, 2) */
    float *targets = g_new0(float, n);
    for (guint32 i = 0; i < n; i++) {
        FaltungRandom random = {.purpose = FALTUNG_RANDOM_DATA, .stream = split, .step = i};
        float *x = values + (size_t)i * STEPS * 2;
        for (int t = 0; t < STEPS; t++)
            x[2 * t] = faltung_random_uniform(&random, t);
        for (int half = 0; half < 2; half++) {
            int t = marked_step(&random, half);
            x[2 * t + 1] = 1;
            targets[i] += x[2 * t];
        }
    }
    return faltung_dataset_new_floats("adding", n, FALTUNG_SHAPE(STEPS, 2), values, NULL, NULL,
                                      targets, 1);
}

static gboolean load(const char *folder, FaltungDataset **training, FaltungDataset **test,
                     GError **error) {
    *training = draw(TRAINING, N_TRAINING);
    *test = draw(TEST, N_TEST);
    return TRUE;
}

const FaltungDatasetEntry faltung_set_adding = {
    .name = "adding",
    .title = "Adding problem",
    .summary = "the sum of the two marked ones of 50 random numbers",
    .source = "drawn by the program; Hochreiter and Schmidhuber, 1997, as in Arjovsky, Shah and "
              "Bengio, 2016",
    .shape = {.rank = 2, .dims = {STEPS, 2}},
    .n_training = N_TRAINING,
    .n_test = N_TEST,
    .load = load,
};

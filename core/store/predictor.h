/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/store/run.h"

/*
 * Using what a run has learned: from samples as they were before scaling to the outputs of the
 * network, as `faltung predict` gives them. All arrays are in the field's layout: images C x H x W,
 * one sample behind the other.
 */

/**
 * FaltungPredictor: the trained network of a run file, with all that a prediction needs in memory
 * of its own: the file may go away.
 *
 * Not thread-safe: one thread uses it at a time. Several predictors, of one file too, are
 * independent of each other: make one a thread.
 */
typedef struct FaltungPredictor FaltungPredictor;

/**
 * faltung_predictor_open:
 * @path: a run file; one of a training under way gives its newest weights
 * @batch: how many samples one call may bring, at most
 * @threads: that a call may use; 0: as many as there are cores. For one sample at a time 1 is
 *   usually fastest; results do not depend on it.
 *
 * Errors: as of faltung_run_open(); the file has no weights that fit its network.
 */
FaltungPredictor *faltung_predictor_open(const char *path, int batch, int threads, GError **error);
void faltung_predictor_free(FaltungPredictor *predictor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungPredictor, faltung_predictor_free)

/* Of one sample, and of one output; (transfer none). */
const FaltungShape *faltung_predictor_input(const FaltungPredictor *predictor);
const FaltungShape *faltung_predictor_output(const FaltungPredictor *predictor);
/** faltung_predictor_class_names: Returns: (nullable) (transfer none): NULL-terminated, in the
 * order of the outputs; %NULL where no classes were learned. */
const char *const *faltung_predictor_class_names(const FaltungPredictor *predictor);

/**
 * faltung_predictor_run: allocates nothing, takes no lock and waits for nothing but its own
 * threads.
 * @n: from 1 to the largest batch
 * @samples: (n, input shape): as they were read, bytes of images from 0 to 255
 * @outputs: (out): (n, output shape)
 *
 * Errors: the network takes indices (of letters, of words), and a value of @samples is none that it
 * knows. Any other network cannot fail; NaN goes through it.
 */
gboolean faltung_predictor_run(FaltungPredictor *predictor, int n, const float *samples,
                               float *outputs, GError **error);

/** faltung_predictor_gives_odds: Returns: whether the outputs are logarithms of odds, of which
 *  faltung_probabilities() makes probabilities of the classes. */
gboolean faltung_predictor_gives_odds(const FaltungPredictor *predictor);

/** faltung_probabilities: softmax over the classes, at each position of an output of @shape, in
 *  place: @values (shape). */
void faltung_probabilities(const FaltungShape *shape, float *values);

/**
 * faltung_run_network:
 * @moment: whose weights; -1: the final ones
 * @batch: the largest batch
 *
 * Returns: (transfer full): the run's network with its weights, for inference.
 */
FaltungNetwork *faltung_run_network(const FaltungRun *run, int moment, int batch, int threads,
                                    GError **error);

/** faltung_run_scale: values as they were read, @n samples of @size, become what the network
 *  sees, with the constants of the run. */
void faltung_run_scale(const FaltungRun *run, float *values, size_t n, size_t size);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "core/graph/network.h"

/**
 * FaltungWork: a network at work on made-up data of the right shape, one mini-batch after the
 * other, so that its speed can be measured.
 */
typedef struct FaltungWork FaltungWork;

/**
 * faltung_work_new:
 * @experiment: (transfer none): its data are not read
 * @samples: how many are made up
 * @infer: forward alone, in evaluation mode, instead of training
 * @threads: at most; 0: all cores
 */
FaltungWork *faltung_work_new(const FaltungExperiment *experiment, int samples, gboolean infer,
                              int threads, GError **error);
void faltung_work_free(FaltungWork *work);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungWork, faltung_work_free)

/** faltung_work_step: one mini-batch. Errors: the training diverged. */
gboolean faltung_work_step(FaltungWork *work, GError **error);
/** faltung_work_network: Returns: (transfer none). */
FaltungNetwork *faltung_work_network(FaltungWork *work);
/** faltung_work_batch: Returns: samples in a step, on average. */
double faltung_work_batch(const FaltungWork *work);
/** faltung_work_letters: Returns: the letters of a sample, where the network takes text; else 0. */
int faltung_work_letters(const FaltungWork *work);
/** faltung_work_flops: Returns: floating-point operations of one sample, as the descriptors count
 *  them. */
double faltung_work_flops(const FaltungWork *work);

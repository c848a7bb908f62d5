/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/trainer.h"

/**
 * FaltungRunWriter: the run file of a training under way. Works on RUN.h5.part and publishes the
 * whole file as RUN.h5 at every commit, so what lies under the final name is consistent at any
 * moment; rows between commits go to RUN.h5.journal. A full disk is reported and survived.
 */
typedef struct FaltungRunWriter FaltungRunWriter;

/**
 * faltung_run_writer_create:
 * @training: whose name, classes, scaling and checksum go to /data
 *
 * Refuses a file that another live process writes. An existing finished file is replaced at the
 * first commit.
 */
FaltungRunWriter *faltung_run_writer_create(const char *path, const FaltungExperiment *experiment,
                                            FaltungTrainer *trainer, FaltungDataset *training,
                                            GError **error);
/**
 * faltung_run_writer_resume: goes on with an interrupted run: takes in the journal, clears a dead
 * writer's remains, and puts weights, slots and position into @trainer. Rows after the
 * checkpoint it goes on from are dropped, so history has no doubles.
 */
FaltungRunWriter *faltung_run_writer_resume(const char *path, FaltungTrainer *trainer,
                                            GError **error);

gboolean faltung_run_writer_step(FaltungRunWriter *writer, const FaltungStepRow *row,
                                 GError **error);
gboolean faltung_run_writer_epoch(FaltungRunWriter *writer, const FaltungEpochRow *row,
                                  GError **error);
/** faltung_run_writer_observe: adds a moment to the time axis: weights, histograms and gradient
 *  norms a layer, outputs of the probe samples. Needs @trainer between two steps. */
gboolean faltung_run_writer_observe(FaltungRunWriter *writer, FaltungTrainer *trainer,
                                    GError **error);
/** faltung_run_writer_checkpoint: state enough to resume with the same bits; then commits. */
gboolean faltung_run_writer_checkpoint(FaltungRunWriter *writer, FaltungTrainer *trainer,
                                       GError **error);
/**
 * faltung_run_writer_finish: writes the final weights, closes and publishes.
 * @status: "finished", "interrupted", "failed"
 * @reason: for people; "" where there is nothing to say
 */
gboolean faltung_run_writer_finish(FaltungRunWriter *writer, FaltungTrainer *trainer,
                                   const char *status, const char *reason, GError **error);
void faltung_run_writer_free(FaltungRunWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungRunWriter, faltung_run_writer_free)

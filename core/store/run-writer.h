/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/trainer.h"

/**
 * FaltungRunWriter: the run file of a training under way. Works on RUN.h5.part and publishes the
 * whole file as RUN.h5 at every commit, so what lies under the final name is consistent at any
 * moment; rows between commits go to RUN.h5.journal. A full disk is reported and survived: the
 * rows and moments that could not be written are kept, and the next commit tries again.
 *
 * One thread at a time: the one that trains.
 */
typedef struct FaltungRunWriter FaltungRunWriter;

/**
 * faltung_run_writer_create:
 * @experiment: its text, as written and as resolved, goes to /config
 * @training: whose name, classes, scaling and checksum go to /data
 * @validation: (nullable): where the probe samples are chosen; %NULL: from @training
 *
 * Refuses a file that another live process writes. An existing finished file is replaced at the
 * first commit.
 */
FaltungRunWriter *faltung_run_writer_create(const char *path, const FaltungExperiment *experiment,
                                            FaltungTrainer *trainer, FaltungDataset *training,
                                            FaltungDataset *validation, GError **error);
/**
 * faltung_run_writer_resume: goes on with an interrupted run: clears a dead writer's remains, and
 * puts weights, slots and position into @trainer. Rows after the checkpoint it goes on from are
 * dropped, so history has no doubles; the trainer makes them again, with the same bits.
 * @experiment: the run's (faltung_run_experiment()), or one that differs in what may change: the
 *   number of epochs; written to /config
 *
 * Errors: the file has no checkpoint; the network or the data are not those of the run.
 */
FaltungRunWriter *faltung_run_writer_resume(const char *path, const FaltungExperiment *experiment,
                                            FaltungTrainer *trainer, FaltungDataset *training,
                                            GError **error);

/* Rows that are there already (of the same or an earlier step or epoch) are passed over. An error
   means that live readers see the row at the next commit only. */
gboolean faltung_run_writer_step(FaltungRunWriter *writer, const FaltungStepRow *row,
                                 GError **error);
/** faltung_run_writer_epoch: @others: faltung_trainer_readings(). */
gboolean faltung_run_writer_epoch(FaltungRunWriter *writer, const FaltungEpochRow *row,
                                  const FaltungReadings *others, GError **error);
/** faltung_run_writer_acts: those that @trainer did since the last call go to the log. */
gboolean faltung_run_writer_acts(FaltungRunWriter *writer, const FaltungTrainer *trainer,
                                 GError **error);
/** faltung_run_writer_observe: adds a moment to the time axis: weights, histograms and gradient
 *  norms a layer, outputs of the probe samples. Needs @trainer between two steps. It is written
 *  at the next commit. */
gboolean faltung_run_writer_observe(FaltungRunWriter *writer, FaltungTrainer *trainer,
                                    GError **error);
/** faltung_run_writer_checkpoint: state enough to resume with the same bits; then commits. */
gboolean faltung_run_writer_checkpoint(FaltungRunWriter *writer, FaltungTrainer *trainer,
                                       GError **error);
/**
 * faltung_run_writer_finish: writes the final weights, closes and publishes.
 * @trainer: (nullable): its state is saved too, so that a resume goes on from here; so call it
 *   before faltung_trainer_restore_best(). %NULL: its weights are what failed, and the file keeps
 *   those of the last commit.
 * @status: "finished", "interrupted", "failed"
 * @reason: for people; "" where there is nothing to say
 *
 * The final weights of a finished run are the best, where early stopping keeps them.
 */
gboolean faltung_run_writer_finish(FaltungRunWriter *writer, FaltungTrainer *trainer,
                                   const char *status, const char *reason, GError **error);
/** faltung_run_writer_free: of a writer that was not finished: what was published stays, and can
 *  be resumed. */
void faltung_run_writer_free(FaltungRunWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungRunWriter, faltung_run_writer_free)

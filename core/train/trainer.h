/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "core/graph/network.h"
#include "core/train/act.h"
#include "core/train/dataset.h"
#include "core/train/readings.h"
#include "core/train/schedule.h"
#include "core/train/scores.h"
#include "core/train/standing.h"
#include "core/train/stopping.h"
#include "core/train/terms.h"

/* Figures over a set of samples: of the network's output, but for the loss. What does not apply is
   NaN. */
typedef struct {
    double loss;
    double accuracy;                  /* classes */
    double mae, rmse;                 /* values */
    double terms[FALTUNG_MOST_TERMS]; /* the parts of the loss, see terms.h */
} FaltungMetrics;

/* One row of /metrics/step. */
typedef struct {
    guint64 step; /* 1 at the first */
    double epoch; /* 0.25: a quarter of the first */
    double loss;
    double learning_rate;
    double grad_norm;
    double samples_per_second; /* of the last steps, smoothed */
} FaltungStepRow;

/* One row of /metrics/epoch. */
typedef struct {
    int epoch;      /* 1 after the first; row 0 is the figures before any training */
    double seconds; /* of training and validation so far, over all interruptions */
    double learning_rate;
    FaltungMetrics train; /* loss: mean over the epoch's steps; accuracy: of those batches */
    FaltungMetrics validation;
    /* of the validation samples, too; NaN where they do not apply */
    double top5;       /* of more than five classes */
    double perplexity; /* of several positions with a class each: text */
    double r2;         /* of values */
} FaltungEpochRow;

/**
 * FaltungTrainer: a network that learns, one mini-batch a call. It owns the optimizer's state and
 * the position in the run; shuffles and dropout depend on (seed, epoch, step) alone, so position
 * and slots are all that a resume needs to go on with the same bits.
 */
typedef struct FaltungTrainer FaltungTrainer;

/**
 * faltung_trainer_new:
 * @validation: (nullable)
 *
 * Errors: the data do not fit the network's input or the loss (%FALTUNG_ERROR_SHAPE).
 */
FaltungTrainer *faltung_trainer_new(const FaltungExperiment *experiment, FaltungDataset *training,
                                    FaltungDataset *validation, int threads, GError **error);
void faltung_trainer_free(FaltungTrainer *trainer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungTrainer, faltung_trainer_free)

FaltungNetwork *faltung_trainer_network(FaltungTrainer *trainer);
/** faltung_trainer_options: Returns: (transfer none): `train:` of its experiment. */
const FaltungTrainOptions *faltung_trainer_options(const FaltungTrainer *trainer);
guint64 faltung_trainer_step_count(const FaltungTrainer *trainer); /* done so far */
guint64 faltung_trainer_steps_an_epoch(const FaltungTrainer *trainer);
int faltung_trainer_epoch(const FaltungTrainer *trainer);         /* whole epochs done */
gboolean faltung_trainer_finished(const FaltungTrainer *trainer); /* epochs done, or stopped */
/** faltung_trainer_stopped_early: Returns: (nullable): why, or %NULL. */
const char *faltung_trainer_stopped_early(const FaltungTrainer *trainer);

/** faltung_trainer_check_data: faltung_dataset_check() of both data sets. Figures that were
 *  measured before it says %FALSE are worth nothing. */
gboolean faltung_trainer_check_data(const FaltungTrainer *trainer, GError **error);

/** faltung_trainer_untrained: before the first step: the row of epoch 0. Its figures of the
 *  training data are measured over at most 2000 of the samples. */
void faltung_trainer_untrained(FaltungTrainer *trainer, FaltungEpochRow *row);

/**
 * faltung_trainer_step: trains one mini-batch (the last of an epoch may be smaller).
 * @row: (out): its figures
 *
 * Errors: %FALTUNG_ERROR_WORK when the loss is not finite; names the first layer whose output
 * is not. %FALTUNG_ERROR_DATA when the samples cannot be had any more; then the step was not taken.
 */
gboolean faltung_trainer_step(FaltungTrainer *trainer, FaltungStepRow *row, GError **error);

/** faltung_trainer_failed_layer: Returns: where the values that were not finite began, in a step
 * that failed; -1: in none of them. */
int faltung_trainer_failed_layer(const FaltungTrainer *trainer);

/** faltung_trainer_fix_rate: the learning rate of the steps to come, whatever the schedule says. */
void faltung_trainer_fix_rate(FaltungTrainer *trainer, double rate);

/** faltung_trainer_act: does @act, by hand, now, between two steps; its step is that. Errors:
 *  %FALTUNG_ERROR_INPUT: it cannot be done here; then nothing was. */
gboolean faltung_trainer_act(FaltungTrainer *trainer, FaltungAct act, GError **error);
/** faltung_trainer_acts: Returns: (array length=n_done) (transfer none): what was done so far, by
 *  hand or by the experiment file; valid until the next act or step. */
const FaltungAct *faltung_trainer_acts(const FaltungTrainer *trainer, guint *n_done);
/** faltung_trainer_log_acts: for a resume, before faltung_trainer_set_position(): @log are the @n
 *  acts that the run began with. Those that the position is before are done again when it comes
 *  to them. */
void faltung_trainer_log_acts(FaltungTrainer *trainer, const FaltungAct *log, guint n);

/** faltung_trainer_at_epoch_end: whether the last step ended an epoch that
 *  faltung_trainer_end_epoch() has not closed yet. */
gboolean faltung_trainer_at_epoch_end(const FaltungTrainer *trainer);
/**
 * faltung_trainer_end_epoch: validates, judges early stopping.
 * @row: (out)
 * @best: (out): the weights of this moment are the ones to keep
 *
 * Errors: %FALTUNG_ERROR_DATA as of a step; then the epoch has not been ended.
 */
gboolean faltung_trainer_end_epoch(FaltungTrainer *trainer, FaltungEpochRow *row, gboolean *best,
                                   GError **error);

/** faltung_trainer_readings: Returns: (transfer none): what a row has no room for: the parts of the
 *  loss, where it is a sum; the scores of layers with a loss of their own; what early stopping
 *  watches, if that is in no row. Of the last row, or faltung_trainer_validate(). */
const FaltungReadings *faltung_trainer_readings(const FaltungTrainer *trainer);

/** faltung_evaluate: the metrics of @network over @dataset, in evaluation mode. The loss is the
 *  mean of the losses of batches of faltung_network_batch() samples, weighted by their size.
 * @scores: (out) (optional) (transfer full) (element-type FaltungScores): what can be said of the
 *  outputs beside that, of each head of faltung_heads() */
FaltungMetrics faltung_evaluate(FaltungNetwork *network, const FaltungVariant *loss,
                                FaltungDataset *dataset, GPtrArray **scores);

/** faltung_trainer_validate: the metrics of the present weights over the validation data; none
 *  apply where there are no such data. */
FaltungMetrics faltung_trainer_validate(FaltungTrainer *trainer);

/** faltung_trainer_preview_update: Returns: (transfer full): what one more step with the gradients
 *  of the last would add to the parameters: a block like theirs. Changes nothing. */
float *faltung_trainer_preview_update(const FaltungTrainer *trainer);

/** faltung_trainer_standing: Returns: (transfer full): where it stands, between two steps. */
FaltungStanding *faltung_trainer_standing(const FaltungTrainer *trainer);

/* State, for checkpoints. Slots are those that the optimizer uses, as blocks like the network's
   parameters, and the running mean of the parameters, called "average". */
typedef struct {
    guint64 step;
    int epoch;      /* closed epochs */
    double seconds; /* of training */
    FaltungStoppingState stopping;
    FaltungScheduleState schedule;
    double sum_loss; /* of the epoch under way */
    double sum_correct[FALTUNG_MOST_TERMS];
    double sum_terms[FALTUNG_MOST_TERMS];
    guint64 n_samples;
    guint acts; /* done */
} FaltungTrainerPosition;

/** faltung_trainer_position_new: Returns: where every training starts. */
FaltungTrainerPosition faltung_trainer_position_new(void);

int faltung_trainer_n_slots(const FaltungTrainer *trainer);
const char *faltung_trainer_slot_name(const FaltungTrainer *trainer, int slot);
float *faltung_trainer_slot(FaltungTrainer *trainer, int slot);
void faltung_trainer_get_position(const FaltungTrainer *trainer, FaltungTrainerPosition *position);
void faltung_trainer_set_position(FaltungTrainer *trainer, const FaltungTrainerPosition *position);
/** faltung_trainer_weights: Returns: (transfer none): the weights as they would be used now: their
 *  running mean where there is one, else the network's parameters. */
const float *faltung_trainer_weights(FaltungTrainer *trainer);
/* The weights that early stopping keeps, or faltung_trainer_weights(): restored into the network.
 */
void faltung_trainer_restore_best(FaltungTrainer *trainer);
/** faltung_trainer_best: Returns: (nullable) (transfer none): the weights that early stopping
 *  keeps, a block like the network's parameters; %NULL where it keeps none yet. */
const float *faltung_trainer_best(const FaltungTrainer *trainer);
/** faltung_trainer_set_best: for a resume; @weights are copied. */
void faltung_trainer_set_best(FaltungTrainer *trainer, const float *weights);

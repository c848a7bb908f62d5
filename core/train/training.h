/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/store/run-writer.h"
#include "core/train/trainer.h"

/* What the loop asks and tells its caller, on the training thread. Every hook may be NULL. */
typedef enum {
    FALTUNG_TRAINING_GO_ON,
    FALTUNG_TRAINING_STOP, /* save, and end as interrupted */
} FaltungTrainingAnswer;

typedef struct {
    /* After every step; @row is valid during the call. Where it waits, training is paused. */
    FaltungTrainingAnswer (*step)(FaltungTrainer *trainer, const FaltungStepRow *row,
                                  gpointer data);
    /* After every epoch, and once before the first with epoch 0. */
    void (*epoch)(FaltungTrainer *trainer, const FaltungEpochRow *row, gpointer data);
    /* A step failed with @error, which the weights are the cause of. May wait. Returns: whether it
       is to be tried again, because something was done to them; else the run ends with it. */
    gboolean (*trouble)(FaltungTrainer *trainer, const GError *error, gpointer data);
    /* Something worth telling that does not stop the run: a full disk at a commit. */
    void (*warning)(const char *message, gpointer data);
    gpointer data;
} FaltungTrainingHooks;

typedef enum {
    FALTUNG_TRAINING_FINISHED,
    FALTUNG_TRAINING_INTERRUPTED,
    FALTUNG_TRAINING_FAILED, /* the error says why; the run file has it too */
} FaltungTrainingEnd;

/**
 * faltung_training_run: the loop that `faltung train` and the application share: steps, epochs,
 * observations, checkpoints (about every 10 s at an epoch's end or between steps, under 2 % of
 * the time), early stopping.
 * @writer: (nullable): where the run is recorded
 * @last: (out) (optional): the row of the last epoch
 */
FaltungTrainingEnd faltung_training_run(FaltungTrainer *trainer, FaltungRunWriter *writer,
                                        const FaltungTrainingHooks *hooks, FaltungEpochRow *last,
                                        GError **error);

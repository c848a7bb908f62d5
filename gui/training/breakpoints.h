/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/trainer.h"

G_BEGIN_DECLS

/* When a training pauses by itself, for somebody to look. 0: not for that. */
typedef struct {
    gboolean not_finite; /* the loss */
    double gradient;     /* its norm is above this */
    double dead;         /* so many percent of a layer's units are dead, at an epoch's end */
    double loss;         /* the validation loss is above this */
    double accuracy;     /* the validation accuracy has come to so many percent */
} FaltungBreakpoints;

/* What has been crossed, and does not pause again before it was crossed back. */
typedef struct {
    gboolean gradient, dead, loss, accuracy;
} FaltungCrossed;

/**
 * faltung_breakpoints_after_step:
 * @layer: (out): where it began
 *
 * Returns: (transfer full) (nullable): why to pause now.
 */
char *faltung_breakpoints_after_step(const FaltungBreakpoints *breakpoints, FaltungCrossed *crossed,
                                     FaltungTrainer *trainer, const FaltungStepRow *row,
                                     int *layer);
/** faltung_breakpoints_after_epoch: the same; @layer is -1 where it is about all of them.
 *  @validation: (nullable) */
char *faltung_breakpoints_after_epoch(const FaltungBreakpoints *breakpoints,
                                      FaltungCrossed *crossed, FaltungTrainer *trainer,
                                      FaltungDataset *validation, const FaltungEpochRow *row,
                                      int *layer);

G_END_DECLS

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "core/train/schedule.h"

/*
 * The learning rate of a step: the optimizer's own, as schedule and warm-up have it by then. The
 * trainer takes it, and whoever says what the next step will do.
 */

/** faltung_rate_steps: Returns: the steps of an epoch of @samples; where states are carried from
 *  batch to batch, of whole batches alone. */
guint64 faltung_rate_steps(const FaltungTrainOptions *train, const FaltungGraph *graph,
                           guint32 samples);
/** faltung_rate: of the step after @step steps, one of epoch @epoch (from 0 on).
 *  @an_epoch: steps of one. @state: what the schedule remembers then */
double faltung_rate(const FaltungTrainOptions *train, guint64 an_epoch, int epoch, guint64 step,
                    const FaltungScheduleState *state);
/** faltung_rate_first: of the first step of a training with @samples; where they are not known yet,
 *  the optimizer's own. */
double faltung_rate_first(const FaltungTrainOptions *train, const FaltungGraph *graph,
                          guint32 samples);
/** faltung_rate_to_come: the same; where training is over, that of its last step. */
double faltung_rate_to_come(const FaltungTrainOptions *train, guint64 an_epoch, int epoch,
                            guint64 step, const FaltungScheduleState *state);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/feed.h"
#include "core/train/watch.h"

/* What is known at the end of an epoch, or before the first. */
typedef struct {
    FaltungMetrics train, validation;
    double accuracy[FALTUNG_MOST_TERMS]; /* of training, of each head that has classes */
    GPtrArray *scores; /* (element-type FaltungScores): of validation, of each head; NULL: there are
                          no such samples */
} FaltungEpoch;

/** faltung_epoch_init: nothing applies. */
void faltung_epoch_init(FaltungEpoch *epoch);
void faltung_epoch_clear(FaltungEpoch *epoch);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FaltungEpoch, faltung_epoch_clear)

/** faltung_epoch_add_training: what the epoch's steps came to, from their sums in @position. */
void faltung_epoch_add_training(FaltungEpoch *epoch, const FaltungFeed *feed,
                                const FaltungTrainerPosition *position);

/** faltung_epoch_fill: the figures of @row, and in @others what it has no room for: the same ones
 *  each time. */
void faltung_epoch_fill(const FaltungEpoch *epoch, const FaltungFeed *feed,
                        const FaltungTerms *terms, const FaltungWatch *watch, FaltungEpochRow *row,
                        FaltungReadings *others);

/** faltung_epoch_watched: Returns: what the stopping rule looks at; smaller is better. */
double faltung_epoch_watched(const FaltungEpoch *epoch, const FaltungWatch *watch);

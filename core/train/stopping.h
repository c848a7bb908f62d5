/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/options.h"

/* What early stopping remembers from one evaluation to the next; stored in checkpoints. */
typedef struct {
    double best;    /* the watched figure at its best; NaN before the first */
    int best_epoch; /* 0: none yet; epochs count from 1 */
    int waited;     /* evaluations since that were no better */
} FaltungStoppingState;

/* The figures of the validation samples that a rule can watch; of the training samples, where there
   are no others. */
typedef enum {
    FALTUNG_WATCH_LOSS,
    FALTUNG_WATCH_ACCURACY,
    FALTUNG_WATCH_MAE,
    FALTUNG_WATCH_RMSE,
    /* of the validation samples alone */
    FALTUNG_WATCH_R2,
    FALTUNG_WATCH_F1,
    FALTUNG_WATCH_AUC,
    FALTUNG_WATCH_TOP5,
    FALTUNG_WATCH_PERPLEXITY,
} FaltungWatch;

/** faltung_watch_title: Returns: what people call the figure. */
const char *faltung_watch_title(FaltungWatch watch);
/** faltung_watch_sign: Returns: -1 of a figure that is better when it is larger, else 1. */
int faltung_watch_sign(FaltungWatch watch);

typedef struct {
    FaltungKind kind;
    /* Returns: which figure @options watch; NULL: the loss. */
    FaltungWatch (*watches)(const void *options);
    /* Takes the watched figure after @epoch (smaller is better: a larger one with its sign
       changed). Returns: whether the weights of this moment are the ones to keep. */
    gboolean (*judge)(const void *options, FaltungStoppingState *state, int epoch, double figure);
    /* Returns: whether training is over. Depends on @state alone, so that a resumed run knows. */
    gboolean (*stops)(const void *options, const FaltungStoppingState *state);
    gboolean keeps_best; /* judge may say so */
} FaltungStopping;

/** faltung_stoppings: none (keeps the last weights); book {every}: looks every so many epochs,
 *  stops at the first worse figure and keeps the best; patience {metric, patience, min_delta}: the
 *  field's. */
const FaltungTable *faltung_stoppings(void);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/options.h"

/* What early stopping remembers from one evaluation to the next; stored in checkpoints. */
typedef struct {
    double best;    /* the watched figure at its best; NaN before the first */
    int best_epoch; /* 0: none yet; epochs count from 1 */
    int waited;     /* evaluations since that were no better */
} FaltungStoppingState;

/* Which figure of the validation samples a rule looks at; of the training samples, where there are
   no others. */
typedef struct {
    const char *figure; /* as in the run file: val_accuracy */
    const char *layer;  /* with a loss of its own, whose figure it is; "": the network's output */
} FaltungStoppingFigure;

typedef struct {
    FaltungKind kind;
    /* Returns: which figure @options watch; its words are theirs. NULL: the loss. */
    FaltungStoppingFigure (*watches)(const void *options);
    /* Takes the watched figure after @epoch (smaller is better: a larger one with its sign
       changed). Returns: whether the weights of this moment are the ones to keep. */
    gboolean (*judge)(const void *options, FaltungStoppingState *state, int epoch, double figure);
    /* Returns: whether training is over. Depends on @state alone, so that a resumed run knows. */
    gboolean (*stops)(const void *options, const FaltungStoppingState *state);
    gboolean keeps_best; /* judge may say so */
} FaltungStopping;

/** faltung_stoppings: none (keeps the last weights); book {every}: looks every so many epochs,
 *  stops at the first worse figure and keeps the best; patience {metric, layer, patience,
 *  min_delta}: the
 *  field's. */
const FaltungTable *faltung_stoppings(void);

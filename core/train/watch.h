/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "core/train/dataset.h"
#include "core/train/scores.h"
#include "core/train/terms.h"

/* The figure that early stopping looks at, and what is told beside those of always. */
typedef struct {
    int top;                       /* FaltungTrainOptions.top */
    gboolean of_top;               /* it looks at that one */
    const FaltungScoreKind *score; /* NULL: the loss, or that */
    int head;                      /* whose score: its index */
    int term;                      /* of the loss; -1: the whole */
    const char *title;             /* what people call it */
    const char *layer;             /* whose, interned; NULL: the network's output */
    int sign;                      /* -1 where it is better when it is larger, else 1 */
} FaltungWatch;

/** faltung_watch_find: what the rule of @experiment looks at.
 *  @validation: whether samples are held back
 *  Errors: it cannot be measured here (%FALTUNG_ERROR_SHAPE). */
gboolean faltung_watch_find(FaltungWatch *watch, const FaltungExperiment *experiment,
                            const FaltungDataset *training, gboolean validation, GError **error);

/** faltung_watch_area: Returns: the head whose area under the ROC curve that is; -1: none. */
int faltung_watch_area(const FaltungWatch *watch);

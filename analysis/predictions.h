/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"
#include "core/train/loss.h"
#include "core/train/scores.h"

#include "analysis/hooks.h"

/* What a network says of the samples of a split, and what they are. A row is a sample, or a
   position of one (a step, a pixel) where each has a class. */
typedef struct {
    guint32 samples;
    int positions; /* rows of a sample */
    size_t rows;
    int width; /* outputs of a row: a class each, or values */
    FaltungTargetType type;
    float *outputs;       /* (rows, width) */
    float *probabilities; /* (rows, width); %NULL where the outputs are no logarithms of odds */
    gint32 *classes;      /* (rows): what it is; %NULL: values */
    gint32 *said;         /* (rows): the class of the largest output */
    float *targets;       /* (rows, width); %NULL: classes */
    double *errors;       /* (rows): of classes -log of the right one's probability, or by how much
                             the largest other output is above the right one's; of values the mean
                             squared difference */
    size_t *order;        /* (rows): wrong ones first, each kind by falling error */
    size_t n_wrong;       /* of classes */
    FaltungScores *scores;
} FaltungPredictions;

/**
 * faltung_predictions_new: one pass over the first @n samples.
 * @network: with room for any batch
 * @loss: the network was trained by
 *
 * Returns: (transfer full). Errors: as faltung_layer_outputs().
 */
FaltungPredictions *faltung_predictions_new(FaltungNetwork *network, const FaltungVariant *loss,
                                            const FaltungDataset *dataset, guint32 n,
                                            const FaltungAnalysisHooks *hooks, GError **error);
void faltung_predictions_free(FaltungPredictions *predictions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungPredictions, faltung_predictions_free)

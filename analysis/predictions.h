/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/hooks.h"
#include "core/graph/network.h"
#include "core/train/loss.h"
#include "core/train/scores.h"

/* What a network says of one row: of a sample, or of a position of one (a step, a pixel) where each
   has a class. */
typedef struct {
    gint32 truth, said;    /* classes */
    float p_truth, p_said; /* their probabilities; their outputs where those are no odds */
} FaltungAnswer;

/* What a network says of the samples of a split, and what they are. Immutable, reference counted.
 */
typedef struct {
    gatomicrefcount references;
    FaltungTargetType type;
    guint32 samples;
    int positions; /* rows of a sample */
    size_t rows;
    guint8 *counts;         /* (rows): whether the loss counts a row; NULL: it does all */
    size_t counted;         /* how many it does */
    int width;              /* outputs of a row: a class each, or values */
    gboolean odds;          /* the outputs of classes are logarithms of odds */
    FaltungAnswer *answers; /* (rows); NULL: values */
    float *outputs;         /* (rows, width); NULL: classes */
    float *targets;         /* (rows, width), with them */
    double *errors; /* (rows): of classes -log of the right one's probability, or by how much
                       the largest other output is above the right one's; of values the mean
                       squared difference of what counts */
    size_t *order;  /* (counted): wrong ones first, each kind by falling error */
    size_t n_wrong; /* of classes */
    FaltungScores *scores;
} FaltungPredictions;

/**
 * faltung_predictions_new: one pass over the first @n samples.
 * @network: evaluated in batches of as many samples as it has room for
 * @loss: (nullable), and its kind: says whether the outputs are logarithms of odds, and which rows
 *   count for nothing, as padding
 * @hooks: (nullable)
 *
 * Returns: (transfer full). Errors: the network's output is no answer to the data's targets
 *   (%FALTUNG_ERROR_DATA); as faltung_layer_outputs().
 */
FaltungPredictions *faltung_predictions_new(FaltungNetwork *network, const FaltungVariant *loss,
                                            const FaltungDataset *dataset, guint32 n,
                                            const FaltungAnalysisHooks *hooks, GError **error);
FaltungPredictions *faltung_predictions_ref(FaltungPredictions *predictions);
void faltung_predictions_unref(FaltungPredictions *predictions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungPredictions, faltung_predictions_unref)

/** faltung_predictions_select: of classes: the samples with a row of the class @truth that is taken
 *  for @said; -1: any. In the order of those rows.
 *  Returns: (transfer full) (element-type guint32). */
GArray *faltung_predictions_select(const FaltungPredictions *predictions, int truth, int said);

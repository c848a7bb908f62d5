/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"
#include "core/train/dataset.h"

/* What a network says of one row: of a sample, or of a position of one where each has a class. */
typedef struct {
    gint32 truth, said;    /* classes */
    float p_truth, p_said; /* their probabilities; their outputs where those are no odds */
} FaltungAnswer;

/* What a network says of a whole data set. Immutable, reference counted. */
typedef struct {
    gatomicrefcount references;
    guint32 n_samples;
    int positions, n_classes;
    FaltungAnswer *answers; /* (n_samples, positions) */
    guint *confusion;       /* (n_classes, n_classes): row: truth, column: said */
    guint64 right;          /* rows */
} FaltungAnswers;

/**
 * faltung_answers_new:
 * @network: evaluated in batches of as many samples as it has room for
 * @dataset: of classes that are the target, as wide as the network's output
 * @softmax: whether the outputs are logarithms of odds, as the cross-entropy's are
 * @hooks: (nullable)
 *
 * Errors: the data set has no such classes (%FALTUNG_ERROR_DATA); %G_IO_ERROR_CANCELLED.
 */
FaltungAnswers *faltung_answers_new(FaltungNetwork *network, FaltungDataset *dataset,
                                    gboolean softmax, const FaltungScanHooks *hooks,
                                    GError **error);
FaltungAnswers *faltung_answers_ref(FaltungAnswers *answers);
void faltung_answers_unref(FaltungAnswers *answers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungAnswers, faltung_answers_unref)

/** faltung_answers_select: samples with a row of the class @truth that is taken for @said; -1: any.
 *  The surest mistakes come first, then the least sure of what is right.
 *  Returns: (transfer full) (element-type guint32). */
GArray *faltung_answers_select(const FaltungAnswers *answers, int truth, int said);

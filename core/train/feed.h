/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"
#include "core/train/dataset.h"
#include "core/train/terms.h"
#include "core/train/trainer.h"

/* Sums over samples, from which the metrics follow. */
typedef struct {
    double loss; /* of the batches, each times its samples; without L1 penalties */
    double terms[FALTUNG_MOST_TERMS];   /* the same of each term, see terms.h */
    double correct[FALTUNG_MOST_TERMS]; /* of each head with classes: samples whose class has the
                                           largest output; of several positions the part */
    guint64 n;                          /* samples */
} FaltungSums;

/**
 * FaltungFeed: brings samples of a data set into a network and compares what comes out with
 * their targets. Its buffers are made once, for the network's largest batch.
 */
typedef struct FaltungFeed FaltungFeed;

/** faltung_feed_new: @dataset: one whose targets are of the kind that will be fed. */
FaltungFeed *faltung_feed_new(FaltungNetwork *network, const FaltungVariant *loss,
                              const FaltungDataset *dataset);
void faltung_feed_free(FaltungFeed *feed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungFeed, faltung_feed_free)

/** faltung_feed_head: Returns: (nullable): where a loss compares; @index 0 is the network's output,
 *  %NULL is behind the last. @asked: (out): what it is asked. */
const FaltungHead *faltung_feed_head(const FaltungFeed *feed, int index, FaltungQuestion *asked);

/** faltung_feed_load: makes the @n samples at @indices the network's input and the targets. */
void faltung_feed_load(FaltungFeed *feed, const FaltungDataset *dataset, const guint32 *indices,
                       int n);
/** faltung_feed_load_augmented: the same of samples as @augment (nullable) has them in @epoch. */
void faltung_feed_load_augmented(FaltungFeed *feed, const FaltungDataset *dataset,
                                 const FaltungAugment *augment, guint64 epoch,
                                 const guint32 *indices, int n);

/**
 * faltung_feed_compare: what the network has computed with the targets that were loaded.
 * @gradients: whether the network is to get those of its losses; without them, nobody asks for
 *   what is correct: the scores say it
 * @sums: added to
 *
 * Returns: the loss of the batch, without L1 penalties.
 */
double faltung_feed_compare(const FaltungFeed *feed, gboolean gradients, FaltungSums *sums);

/** faltung_feed_inputs_finite: whether all the values that were loaded are. */
gboolean faltung_feed_inputs_finite(const FaltungFeed *feed);

enum { FALTUNG_AREA_OF_ALL = -2 };

/**
 * faltung_feed_evaluate:
 * @indices: (nullable): %NULL: the first @n samples
 * @area: the head whose area under the ROC curve is wanted, too, which takes some time; -1: none;
 *   FALTUNG_AREA_OF_ALL
 * @scores: (out) (optional) (transfer full) (element-type FaltungScores): of each head
 */
FaltungMetrics faltung_feed_evaluate(FaltungFeed *feed, const FaltungDataset *dataset,
                                     const guint32 *indices, guint32 n, int area,
                                     GPtrArray **scores);
/** faltung_metrics_none: Returns: metrics of which none applies. */
FaltungMetrics faltung_metrics_none(void);

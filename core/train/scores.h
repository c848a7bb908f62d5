/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"
#include "core/train/dataset.h"

/* Of one class: what is said to be of it, and what is. NaN where there is nothing to divide by. */
typedef struct {
    guint64 support;  /* rows that are of the class */
    guint64 said;     /* rows that the network takes for it */
    guint64 right;    /* both */
    double precision; /* right / said */
    double recall;    /* right / support */
    double f1;        /* their harmonic mean: 2 right / (said + support) */
} FaltungClassScore;

/* How well outputs fit their targets, beside the loss. A row is a sample, or a position of one
   where each has a class. What does not apply is NaN or %NULL. */
typedef struct {
    guint64 rows;
    /* classes */
    int n_classes;
    FaltungClassScore *classes; /* (n_classes) */
    guint64 *confusion;         /* (n_classes, n_classes): row: the class it is, column: the class
                                   that is said; NULL above FALTUNG_MOST_CONFUSION classes */
    double top5; /* the class is among the five largest outputs; with more than five */
    double precision, recall, f1; /* means over the classes that there are rows of */
    double auc;                   /* of two: the area under the ROC curve of the second */
    double cross_entropy;         /* mean of -log softmax, in nats */
    double perplexity;            /* its power of e */
    double bits;                  /* the same in bits: of text, bits a character */
    /* values */
    double r2; /* 1 - sum (t - y)^2 / sum (t - mean)^2, with a mean for each output */
} FaltungScores;

#define FALTUNG_MOST_CONFUSION 1000

void faltung_scores_free(FaltungScores *scores);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungScores, faltung_scores_free)

/** FaltungScoring: the sums from which scores follow, batch after batch in a fixed order. */
typedef struct FaltungScoring FaltungScoring;

/** faltung_scoring_new: @width: classes, or values of a sample. */
FaltungScoring *faltung_scoring_new(FaltungTargetType type, int width);
/** faltung_scoring_ignore: rows of @class are left out. */
void faltung_scoring_ignore(FaltungScoring *scoring, int class);
/** faltung_scoring_add_classes: @output: (@rows, width). */
void faltung_scoring_add_classes(FaltungScoring *scoring, guint64 rows, const float *output,
                                 const gint32 *classes);
/** faltung_scoring_add_values: @output, @targets: (@rows, width). */
void faltung_scoring_add_values(FaltungScoring *scoring, guint64 rows, const float *output,
                                const float *targets);
/** faltung_scoring_end: Returns: (transfer full): the scores; @scoring is freed. */
FaltungScores *faltung_scoring_end(FaltungScoring *scoring);

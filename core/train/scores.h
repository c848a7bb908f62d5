/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/dataset.h"
#include "core/train/terms.h"

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
   where each has a class; those that a loss leaves out (FaltungLoss.ignored_class) are not counted.
   What does not apply is NaN or %NULL. */
typedef struct {
    guint64 rows;
    /* classes */
    int n_classes;
    FaltungClassScore *classes; /* (n_classes) */
    guint64 *confusion;         /* (n_classes, n_classes): row: the class it is, column: the class
                                   that is said; NULL above FALTUNG_MOST_CONFUSION classes */
    guint64 *ranks; /* (n_classes): rows whose class has the largest output, the second, ... */
    double accuracy;
    double top5; /* the class is among the five largest outputs; with more than five */
    double precision, recall, f1; /* means over the classes that there are rows of */
    double auc;                   /* where it was wanted: the area under the ROC curve; of two
                                     classes the second's, of more the mean of each against the
                                     rest */
    double cross_entropy;         /* mean of -log softmax, in nats */
    double perplexity;            /* its power of e */
    double bits;                  /* the same in bits: of text, bits a character */
    /* values */
    double mae, rmse;
    double r2; /* 1 - sum (t - y)^2 / sum (t - mean)^2, with a mean for each output */
} FaltungScores;

#define FALTUNG_MOST_CONFUSION 1000

void faltung_scores_free(FaltungScores *scores);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungScores, faltung_scores_free)

/** faltung_scores_top: Returns: the part of the rows whose class is among the @k largest outputs;
 *  NaN where that is no question: of values, and of no more than @k classes. */
double faltung_scores_top(const FaltungScores *scores, int k);

/* A score that is one number. */
typedef struct {
    const char *name;       /* in the run file, behind `train_` or `val_` */
    const char *title;      /* what people call it */
    size_t offset;          /* of its double in FaltungScores */
    FaltungTargetType type; /* of targets: of classes, or of values */
    int more_than;          /* so many classes */
    gboolean grows;         /* with the network's skill */
    gboolean of_odds;       /* means something where outputs are logarithms of odds */
    gboolean each_epoch;    /* told after each; else where early stopping watches it, and by eval */
} FaltungScoreKind;

/** faltung_score_kinds: ends with a NULL name. */
extern const FaltungScoreKind faltung_score_kinds[];
/** faltung_score_kind: Returns: (nullable): the one called @name. */
const FaltungScoreKind *faltung_score_kind(const char *name);
/** faltung_score_applies: whether it is told of outputs that answer @asked of @head. */
gboolean faltung_score_applies(const FaltungScoreKind *kind, const FaltungHead *head,
                               const FaltungQuestion *asked);
static inline double faltung_score(const FaltungScores *scores, const FaltungScoreKind *kind) {
    return *(const double *)((const char *)scores + kind->offset);
}

/** FaltungScoring: the sums from which scores follow, batch after batch in a fixed order. */
typedef struct FaltungScoring FaltungScoring;

/** faltung_scoring_new: @type: classes, or else values; @width: classes, or values of a sample. */
FaltungScoring *faltung_scoring_new(FaltungTargetType type, int width);
/** faltung_scoring_want_area: the area under the ROC curve is wanted, too, which keeps all outputs
 *  until the end. @odds: they are logarithms of odds. Of values nothing happens. */
void faltung_scoring_want_area(FaltungScoring *scoring, gboolean odds);
/** faltung_scoring_add_classes: @output: (@rows, width). @counts: (nullable) (array length=rows):
 *  whether each is counted */
void faltung_scoring_add_classes(FaltungScoring *scoring, guint64 rows, const float *output,
                                 const gint32 *classes, const guint8 *counts);
/** faltung_scoring_add_values: @output, @targets: (@samples, width), where a sample is of @rows
 *  steps or pixels, alike. @counts: (nullable): (@samples, @rows): whether each is counted */
void faltung_scoring_add_values(FaltungScoring *scoring, guint64 samples, int rows,
                                const float *output, const float *targets, const guint8 *counts);
/** faltung_scoring_end: Returns: (transfer full): the scores; @scoring is freed. */
FaltungScores *faltung_scoring_end(FaltungScoring *scoring);

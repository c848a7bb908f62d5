/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/options.h"

/* What a loss compares: the network's output, rows of @width values. A row is a position: a step of
   a sequence, a pixel, or all of a vector. */
typedef struct {
    const void *options;
    int batch, width;      /* batch: rows */
    int rows;              /* of a sample; 0: one */
    const float *output;   /* batch x width */
    const float *targets;  /* batch x width; one-hot rows where the data has classes */
    const gint32 *classes; /* batch; only of a loss that needs them */
    const float *weights;  /* one a sample: what its terms are multiplied by; NULL: 1 */
    const guint8 *counts;  /* batch: whether a row counts, see faltung_loss_count(); NULL: all do */
    int counted;           /* rows that do; where there are counts */
    float *gradient;       /* batch x width, d loss / d output, overwritten; NULL: not wanted */
    int threads;
} FaltungLossStep;

/* What a loss takes as targets. */
typedef enum {
    FALTUNG_TARGETS_ANY,
    FALTUNG_TARGETS_PROBABILITIES, /* each between 0 and 1 */
    FALTUNG_TARGETS_DISTRIBUTION,  /* and every row sums to 1 */
} FaltungLossTargets;

typedef struct {
    FaltungKind kind;
    const char *equation; /* TeX */
    gboolean needs_classes;
    gboolean takes_odds; /* outputs are logarithms of odds: their softmax is what the network holds
                            probable */
    FaltungLossTargets targets; /* where it does not need classes */
    /* (nullable) Whether @options fit outputs of @width values. Errors: %FALTUNG_ERROR_SHAPE. */
    gboolean (*check)(const void *options, int width, GError **error);
    /* Which rows count for nothing, as padding does, neither here nor in the scores. (nullable)
       Those of a class; below 0: none. (nullable) Those whose targets are all the same one of
       these. */
    int (*ignored_class)(const void *options);
    const FaltungNumbers *(*ignored_values)(const void *options);
    /* Returns: the loss of the batch, as its `reduction` says. */
    double (*compute)(const FaltungLossStep *step);
    /* The same in plain loops of doubles, of @batch rows that all count; @gradient (nullable) is
       overwritten. */
    double (*reference)(const void *options, int samples, int batch, int width,
                        const double *output, const double *targets, const gint32 *classes,
                        double *gradient);
} FaltungLoss;

/** faltung_loss_ignores: whether there may be rows that do not count. */
gboolean faltung_loss_ignores(const FaltungLoss *loss, const void *options);

/** faltung_loss_count: @counts: (out) (array length=batch): whether each row counts; @targets or
 *  @classes: as of a step. Returns: how many do. */
int faltung_loss_count(const FaltungLoss *loss, const void *options, int batch, int width,
                       const float *targets, const gint32 *classes, guint8 *counts);

/** faltung_loss_reference: FaltungLoss.reference of the rows that count, and 0 as the gradient of
 *  the others. @counts: as faltung_loss_count() has it; (nullable) */
double faltung_loss_reference(const FaltungLoss *loss, const void *options, int samples, int batch,
                              int width, const double *output, const double *targets,
                              const gint32 *classes, const guint8 *counts, double *gradient);

/** faltung_loss_takes_odds: Returns: FaltungLoss.takes_odds of it. */
static inline gboolean faltung_loss_takes_odds(const FaltungVariant *loss) {
    return ((const FaltungLoss *)loss->kind)->takes_odds;
}

/** faltung_losses: mse, mae, huber, softmax_cross_entropy, binary_cross_entropy, kl_divergence,
 *  hinge, cosine_distance. */
const FaltungTable *faltung_losses(void);

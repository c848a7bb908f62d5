/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/options.h"
#include "core/ops/layout.h"

/* What a loss compares: the network's output, rows of @width values. A row is a sample; of a loss
   that needs classes it is a position: a step of a sequence, a pixel, or the one of a vector. */
typedef struct {
    const void *options;
    int batch, width;      /* batch: rows */
    const float *output;   /* batch x width */
    const float *targets;  /* batch x width; one-hot rows where the data has classes */
    const gint32 *classes; /* batch; only of a loss that needs them */
    const float *weights;  /* one a sample: what its terms are multiplied by; NULL: 1 */
    int rows;              /* of a sample; where there are weights */
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
    /* (nullable) A class whose rows count for nothing, neither here nor in the scores; below 0:
       none. */
    int (*ignored_class)(const void *options);
    /* Returns: the loss of the batch, as its `reduction` says. */
    double (*compute)(const FaltungLossStep *step);
    /* The same in plain loops of doubles; @gradient (nullable) is overwritten. */
    double (*reference)(const void *options, int batch, int width, const double *output,
                        const double *targets, const gint32 *classes, double *gradient);
} FaltungLoss;

/** faltung_loss_rows: Returns: the rows that @loss compares of each sample of @output. */
static inline int faltung_loss_rows(const FaltungLoss *loss, const FaltungShape *output) {
    return loss->needs_classes ? faltung_layout_rows(output) : 1;
}

/** faltung_loss_takes_odds: Returns: FaltungLoss.takes_odds of it. */
static inline gboolean faltung_loss_takes_odds(const FaltungVariant *loss) {
    return ((const FaltungLoss *)loss->kind)->takes_odds;
}

/** faltung_losses: mse, mae, huber, softmax_cross_entropy, binary_cross_entropy, kl_divergence,
 *  hinge, cosine_distance. */
const FaltungTable *faltung_losses(void);

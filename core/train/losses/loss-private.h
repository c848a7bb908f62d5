/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/loss.h"

extern const FaltungLoss faltung_loss_mse;
extern const FaltungLoss faltung_loss_mae;
extern const FaltungLoss faltung_loss_huber;
extern const FaltungLoss faltung_loss_softmax_cross_entropy;
extern const FaltungLoss faltung_loss_binary_cross_entropy;
extern const FaltungLoss faltung_loss_kl_divergence;
extern const FaltungLoss faltung_loss_hinge;
extern const FaltungLoss faltung_loss_cosine_distance;

/* What the options of a loss that needs classes start with. */
typedef struct {
    int ignore_index;
} FaltungIgnoreClassOptions;

#define FALTUNG_IGNORE_CLASS_OPTION                                                                \
    {                                                                                              \
        .name = "ignore_index",                                                                    \
        .summary = "a class that counts for nothing, as that of padding; below 0: none",           \
        .type = FALTUNG_INTEGER, .offset = 0, .fallback = "-100", .minimum = -100,                 \
        .maximum = 1 << 24,                                                                        \
    }
/** faltung_ignored_class: FaltungLoss.ignored_class of such options. */
int faltung_ignored_class(const void *options);

/* What a loss over single values does with its terms. */
typedef enum {
    FALTUNG_REDUCTION_MEAN,       /* over all values of the batch: PyTorch's */
    FALTUNG_REDUCTION_BATCH_MEAN, /* sum over a sample's values, mean over samples: the book's */
    FALTUNG_REDUCTION_SUM,
} FaltungReduction;

/* What the options of a loss that does not need classes start with, and, where it is one over
   single values, how. */
typedef struct {
    FaltungNumbers ignore_value;
} FaltungIgnoreOptions;
typedef struct {
    FaltungNumbers ignore_value;
    int reduction; /* FaltungReduction */
} FaltungReductionOptions;

#define FALTUNG_IGNORE_OPTION                                                                      \
    {                                                                                              \
        .name = "ignore_value",                                                                    \
        .summary = "the number that padding has for its targets: steps (or pixels, or samples) "   \
                   "of which all are that count for nothing; []: none",                            \
        .type = FALTUNG_NUMBERS, .offset = 0, .fallback = "[]",                                    \
    }
/** faltung_ignored_values: FaltungLoss.ignored_values of such options. */
const FaltungNumbers *faltung_ignored_values(const void *options);

/* Of a loss that has no other. */
extern const FaltungOptionSpec faltung_ignore_options[];

extern const char *const faltung_reductions[];
#define FALTUNG_REDUCTION_OPTION                                                                   \
    {                                                                                              \
        .name = "reduction",                                                                       \
        .summary = "mean: over all values (as PyTorch); batch_mean: sum over a sample's values, "  \
                   "mean over the samples (as the book); sum",                                     \
        .type = FALTUNG_CHOICE, .offset = offsetof(FaltungReductionOptions, reduction),            \
        .fallback = "mean", .choices = faltung_reductions,                                         \
    }

/* Of a loss that has no other. */
extern const FaltungOptionSpec faltung_reduction_options[];

/** faltung_reduction_scale: Returns: the factor on the sum of the terms of @rows rows that count,
 *  of @samples samples. */
double faltung_reduction_scale(const void *options, int samples, int rows, int width);

/** faltung_loss_counted: Returns: the rows that count. */
static inline int faltung_loss_counted(const FaltungLossStep *step) {
    return step->counts ? step->counted : step->batch;
}

/** faltung_loss_mean: Returns: one over that; 0 where there is none. */
static inline double faltung_loss_mean(const FaltungLossStep *step) {
    int counted = faltung_loss_counted(step);
    return counted > 0 ? 1.0 / counted : 0.0;
}

/* The rows @begin ... @end - 1 of a loss, which all count. Writes their rows of step->gradient,
   times @scale, unless that is NULL. Returns: the sum of their terms, without @scale. */
typedef double (*FaltungLossPart)(const FaltungLossStep *step, int begin, int end, double scale);

/** faltung_loss_in_parts: Returns: @scale times the sum of @compute over all rows that count. The
 *  order of the sum depends on the batch alone, never on the threads. */
double faltung_loss_in_parts(const FaltungLossStep *step, double scale, FaltungLossPart compute);

/** faltung_loss_reduced: the same of a loss with FaltungReductionOptions, which say the scale. */
double faltung_loss_reduced(const FaltungLossStep *step, FaltungLossPart compute);

/* Values that a loss works on at a time, where it needs room beside the output. */
#define FALTUNG_LOSS_TILE 256

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

/* What a loss over single values does with its terms. */
typedef enum {
    FALTUNG_REDUCTION_MEAN,       /* over all values of the batch: PyTorch's */
    FALTUNG_REDUCTION_BATCH_MEAN, /* sum over a sample's values, mean over samples: the book's */
    FALTUNG_REDUCTION_SUM,
} FaltungReduction;

/* What the options of such a loss start with. */
typedef struct {
    int reduction; /* FaltungReduction */
} FaltungReductionOptions;

extern const char *const faltung_reductions[];
#define FALTUNG_REDUCTION_OPTION(Options)                                                          \
    {                                                                                              \
        .name = "reduction",                                                                       \
        .summary = "mean: over all values (as PyTorch); batch_mean: sum over a sample's values, "  \
                   "mean over the samples (as the book); sum",                                     \
        .type = FALTUNG_CHOICE, .offset = offsetof(Options, reduction), .fallback = "mean",        \
        .choices = faltung_reductions,                                                             \
    }

/* Of a loss that has no other. */
extern const FaltungOptionSpec faltung_reduction_options[];

/** faltung_reduction_scale: Returns: the factor on the sum of all terms. */
double faltung_reduction_scale(const void *options, int batch, int width);

/* The samples @begin ... @end - 1 of a loss. Writes their rows of step->gradient, times @scale,
   unless that is NULL. Returns: the sum of their terms, without @scale. */
typedef double (*FaltungLossPart)(const FaltungLossStep *step, int begin, int end, double scale);

/** faltung_loss_in_parts: Returns: @scale times the sum of @compute over all samples. The order
 *  of the sum depends on the batch alone, never on the threads. */
double faltung_loss_in_parts(const FaltungLossStep *step, double scale, FaltungLossPart compute);

/* Values that a loss works on at a time, where it needs room beside the output. */
#define FALTUNG_LOSS_TILE 256

/** faltung_sum_of_powers: writes e^{y - max} for @n outputs y to @powers (nullable). Returns:
 *  their sum.
 * @tile: (FALTUNG_LOSS_TILE + FALTUNG_SLACK): scratch
 * @max: (out): the largest output */
double faltung_sum_of_powers(const float *output, int n, float *powers, float *tile, float *max);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/loss.h"

extern const FaltungLoss faltung_loss_mse;
extern const FaltungLoss faltung_loss_mae;
extern const FaltungLoss faltung_loss_softmax_cross_entropy;

/* What a loss over single values does with its terms. */
typedef enum {
    FALTUNG_REDUCTION_MEAN,       /* over all values of the batch: PyTorch's */
    FALTUNG_REDUCTION_BATCH_MEAN, /* sum over a sample's values, mean over samples: the book's */
    FALTUNG_REDUCTION_SUM,
} FaltungReduction;

/* Options of the losses that have only this one; starts their options struct. */
typedef struct {
    int reduction; /* FaltungReduction */
} FaltungReductionOptions;

extern const FaltungOptionSpec faltung_reduction_options[];

/** faltung_reduction_scale: Returns: the factor on the sum of all terms. */
double faltung_reduction_scale(const void *options, int batch, int width);

/* The samples @begin ... @end - 1 of a loss. Writes their rows of step->gradient, times @scale,
   unless that is NULL. Returns: the sum of their terms, without @scale. */
typedef double (*FaltungLossPart)(const FaltungLossStep *step, int begin, int end, double scale);

/** faltung_loss_in_parts: Returns: @scale times the sum of @compute over all samples. The order
 *  of the sum depends on the batch alone, never on the threads. */
double faltung_loss_in_parts(const FaltungLossStep *step, double scale, FaltungLossPart compute);

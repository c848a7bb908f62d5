/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/graph.h"
#include "core/train/dataset.h"

/**
 * FaltungGradcheck: compares the gradients that backward computes with numeric ones, in float64,
 * with the reference code of the operations and of the loss: one learned tensor after the other.
 *
 * The numeric derivative is the central difference (f(w + h) - f(w - h)) / 2h at three widths,
 * extrapolated. Where the widths contradict each other the loss has a kink nearby (relu, max
 * pooling, mae), and the value is skipped.
 */
typedef struct FaltungGradcheck FaltungGradcheck;

/* The largest relative error that still passes. */
#define FALTUNG_GRADCHECK_TOLERANCE 1e-6

/* What was found about one tensor. */
typedef struct {
    const char *layer, *parameter; /* owned by the check */
    size_t size;                   /* values of the tensor */
    size_t checked;                /* of these; large tensors by random samples */
    size_t skipped;                /* kinks among them */
    double error; /* the largest |analytic - numeric| / max (|analytic|, |numeric|),
                     gradients below a thousandth of the largest counted as that */
    size_t worst; /* the index of that value, and its two gradients */
    double analytic, numeric;
    gboolean passed; /* error within the tolerance, and not everything skipped */
} FaltungGradcheckRow;

/**
 * faltung_gradcheck_new:
 * @graph: inferred; copied
 * @loss: of the network's output, of faltung_losses(); beside it count those of layers and what
 *   operations add, but not the L1 penalties of weights
 * @dataset: (nullable): where the samples are from, fitting graph and loss; %NULL: random ones
 * @seed: of the parameters, which are the initial ones moved a little so that no gradient is
 *   hidden by a 0, of dropout's mask, and of the choice of samples and values
 * @batch: samples; a few are enough
 * @most: values checked of each tensor; 0: all
 */
FaltungGradcheck *faltung_gradcheck_new(const FaltungGraph *graph, const FaltungVariant *loss,
                                        const FaltungDataset *dataset, guint64 seed, int batch,
                                        int most);
void faltung_gradcheck_free(FaltungGradcheck *check);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungGradcheck, faltung_gradcheck_free)

/** faltung_gradcheck_loss: Returns: the loss at which the gradients are compared. */
double faltung_gradcheck_loss(const FaltungGradcheck *check);

/** faltung_gradcheck_next: checks the next tensor. Returns: %FALSE when there is none left. */
gboolean faltung_gradcheck_next(FaltungGradcheck *check, FaltungGradcheckRow *row);

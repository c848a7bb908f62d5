/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"

/**
 * FaltungSensitivity: how the score of a unit depends on what a network, or a part of it, takes.
 *
 * The score of a unit is its output; of one that has an output at each of several positions (a
 * channel of an image, a feature of a sequence) it is their mean.
 */
typedef struct FaltungSensitivity FaltungSensitivity;

/**
 * faltung_sensitivity_new:
 * @network: (transfer none): its parameters are copied
 * @from: the layer whose output is varied; FALTUNG_INPUT: the network's input
 * @to: the layer whose units are scored
 * @batch: the most samples in one pass
 *
 * Returns: (transfer full). Errors: @to does not come from @from alone, the input are indices,
 *   which have no slope (%FALTUNG_ERROR_INPUT).
 */
FaltungSensitivity *faltung_sensitivity_new(const FaltungNetwork *network, int from, int to,
                                            int batch, GError **error);
void faltung_sensitivity_free(FaltungSensitivity *sensitivity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungSensitivity, faltung_sensitivity_free)

/** faltung_sensitivity_input: Returns: (transfer none): the shape of what is varied. */
const FaltungShape *faltung_sensitivity_input(const FaltungSensitivity *sensitivity);
int faltung_sensitivity_batch(const FaltungSensitivity *sensitivity);

/** faltung_sensitivity_scores: @samples: (@n, input), the field's layout; @n at most the batch.
 *  @scores: (out): (@n). */
void faltung_sensitivity_scores(FaltungSensitivity *sensitivity, int n, const float *samples,
                                int unit, double *scores);
/** faltung_sensitivity_gradients: the same, and d score / d sample, @gradients: (out): (@n, input).
 *  @scores: (nullable). */
void faltung_sensitivity_gradients(FaltungSensitivity *sensitivity, int n, const float *samples,
                                   int unit, double *scores, float *gradients);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/trainer.h"

/* Euclidean norms over what a layer learns. NaN: it learns nothing, or there was no step yet. */
typedef struct {
    double weight;
    double gradient;     /* of the last step */
    double update_ratio; /* of the optimizer's step and the weights; about 1e-3 is healthy */
} FaltungLayerNorms;

/**
 * faltung_layer_norms:
 * @trainer: between two steps
 * @update: (nullable): what faltung_trainer_preview_update() says; %NULL before the first step
 *
 * Returns: the norms of a layer. The ratio is that of the step which the optimizer would make of
 * the present weights, slots and gradients.
 */
FaltungLayerNorms faltung_layer_norms(FaltungTrainer *trainer, int layer, const float *update);

/** faltung_trainer_norms: Returns: (transfer full): the same of every layer. */
FaltungLayerNorms *faltung_trainer_norms(FaltungTrainer *trainer);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/trainer.h"

/**
 * faltung_trainer_initialize: `train: initialize_from:`, before the first step: parameters whose
 * layer, name and shape are those of a parameter in the run file that is named there begin with its
 * final (or best) weights, which are copied; the others as always.
 * @told: (out) (transfer full) (nullable): which layers were taken and which not, and why, as one
 *   sentence; %NULL where nothing is named
 *
 * Errors: the file cannot be read, or nothing in it fits.
 */
gboolean faltung_trainer_initialize(FaltungTrainer *trainer, const FaltungExperiment *experiment,
                                    char **told, GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/store/hdf.h"
#include "core/train/trainer.h"

/*
 * The trainer's state in a run file: weights, the optimizer's slots, the best weights so far and
 * the position, a few rows of each. Private to core/store.
 */

/** faltung_state_write_weights: the parameters of @network as /model/weights. */
gboolean faltung_state_write_weights(FaltungHdf file, const FaltungNetwork *network,
                                     const float *block, GError **error);
/** faltung_state_write: the trainer's state as row @row. */
gboolean faltung_state_write(FaltungHdf file, FaltungTrainer *trainer, hsize_t row, GError **error);
/** faltung_state_find: the newest row, and its position. */
gboolean faltung_state_find(FaltungHdf file, hsize_t *row, FaltungTrainerPosition *position,
                            GError **error);
/** faltung_state_read_standing: fills in @standing what the optimizer remembered after its steps,
 *  and @position, where the file has a state of then and of @network's weights; else neither. */
gboolean faltung_state_read_standing(FaltungHdf file, const FaltungVariant *optimizer,
                                     FaltungNetwork *network, FaltungStanding *standing,
                                     FaltungTrainerPosition *position, GError **error);
/** faltung_state_restore: puts row @row into @trainer. */
gboolean faltung_state_restore(FaltungHdf file, hsize_t row, FaltungTrainer *trainer,
                               GError **error);

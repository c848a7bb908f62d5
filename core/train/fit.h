/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"

/** faltung_check_fit: whether @dataset can be fed to the experiment's network and its output be
 *  compared by the experiment's loss. Errors: %FALTUNG_ERROR_SHAPE, %FALTUNG_ERROR_DATA where
 *  there is no sample. */
gboolean faltung_check_fit(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                           GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/dataset.h"

/**
 * faltung_data_split: holds back a random part of the samples, in each class the same part. Both
 * parts are in a random order that depends on @seed and the number of samples alone.
 * @part: of the samples, to @validation
 *
 * Errors: too few samples for two parts.
 */
gboolean faltung_data_split(FaltungDataset *dataset, double part, guint64 seed,
                            FaltungDataset **training, FaltungDataset **validation, GError **error);

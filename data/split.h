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

/**
 * faltung_data_fold: holds back the part @fold (from 1) of @folds, into which the samples are dealt
 * in an order that depends on @seed and their number alone, class by class, so that the parts, and
 * what is of a class in them, differ by one sample at most.
 *
 * Errors: fewer samples than folds.
 */
gboolean faltung_data_fold(FaltungDataset *dataset, int folds, int fold, guint64 seed,
                           FaltungDataset **training, FaltungDataset **validation, GError **error);

/**
 * faltung_data_split_text: holds back the end of a text: the windows that begin in the last @part
 * of it; no window of @training reaches into that.
 *
 * Errors: too short a text for two parts.
 */
gboolean faltung_data_split_text(FaltungDataset *dataset, double part, FaltungDataset **training,
                                 FaltungDataset **validation, GError **error);

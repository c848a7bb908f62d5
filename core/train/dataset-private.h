/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/dataset.h"

/* What the files of the data set share. */

/** faltung_dataset_values: the values of the sample at @index as they were read; one of @bytes and
 *  @floats becomes %NULL. */
void faltung_dataset_values(const FaltungDataset *dataset, guint32 index, const guint8 **bytes,
                            const float **floats);
/** faltung_dataset_add_to_checksum: the sample at @index with its target. */
void faltung_dataset_add_to_checksum(const FaltungDataset *dataset, guint32 index, GChecksum *sum);
/** faltung_dataset_set_checksum: so that it is not computed again. */
void faltung_dataset_set_checksum(FaltungDataset *dataset, const char *checksum);

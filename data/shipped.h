/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "data/csv.h"

/** faltung_shipped_load: reads the table @file of shipped/, which is part of the program. Its last
 *  column is the target. @shape: of a sample; rank 0: [number of features]. */
gboolean faltung_shipped_load(const char *name, const char *file, FaltungShape shape,
                              FaltungDataset **training, GError **error);

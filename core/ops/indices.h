/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

/* What operations share whose input are indices, (N, T): whole numbers, stored as floats. */

/**
 * faltung_index: Returns: @value as an index below @n, or -1 where it is none. Data that does not
 * fit is refused before a training (faltung_check_fit()); here it must only do no harm.
 */
static inline int faltung_index(float value, int n) {
    return value >= 0 && value < n ? (int)value : -1;
}

/** faltung_indices_infer_shape: for a layer that makes @columns values of every index: [T] becomes
 *  [T, columns]. */
gboolean faltung_indices_infer_shape(FaltungLayer *layer, int columns, GError **error);

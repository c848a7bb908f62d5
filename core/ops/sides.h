/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

/** faltung_sides_check: whether the layer's input has @n sides, without its channels: a sequence
 *  (1), an image (2) or a volume (3). The error says which it takes. */
gboolean faltung_sides_check(const FaltungLayer *layer, int n, GError **error);

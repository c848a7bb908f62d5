/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

/* What the global poolings share: of a sequence [T, F] or an image [C, H, W], one number a feature
 * or channel is left. Its steps or pixels are the rows of core/ops/layout.h. */

gboolean faltung_global_pool_infer_shape(FaltungLayer *layer, GError **error);
/* One operation for every value. */
double faltung_global_pool_flops(const FaltungLayer *layer);

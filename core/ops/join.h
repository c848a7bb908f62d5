/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

/* What the joins of equal shapes share: the output has the inputs' shape. */
gboolean faltung_join_infer_shape(FaltungLayer *layer, GError **error);
/* One operation a value for every input after the first. */
double faltung_join_flops(const FaltungLayer *layer);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

/* What all element-wise activations share: the shape stays, the kernels do the work. */
gboolean faltung_elementwise_infer_shape(FaltungLayer *layer, GError **error);
void faltung_elementwise_forward(const FaltungStep *step);
void faltung_elementwise_backward(const FaltungStep *step);

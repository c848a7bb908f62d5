/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

/*
 * What operations share that change the shape alone (flatten, reshape). Value i of the field's
 * layout stays value i; where input and output lie in different orders inside, values are moved.
 */

void faltung_rearrange_forward(const FaltungStep *step);
void faltung_rearrange_backward(const FaltungStep *step);

/** faltung_rearrange_flops: no arithmetic. */
double faltung_rearrange_flops(const FaltungLayer *layer);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

/** faltung_time_distributed_each: Returns: what a time_distributed @layer does at one step, as a
 *  layer. Owns nothing; valid as long as @layer. */
FaltungLayer faltung_time_distributed_each(const FaltungLayer *layer);

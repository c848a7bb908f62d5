/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/options.h"

/* What a block says beside its name, its inputs and its layers. */
typedef struct {
    int repeat;
} FaltungBlockOptions;

extern const FaltungKind faltung_block_kind;

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"
#include "core/ops/slide.h"

/* What the poolings share: a window that slides over each feature map. */
typedef struct {
    int kernel[2], stride[2]; /* stride 0: the kernel's */
} FaltungPool;

/* Its options, for the operation's kind. */
extern const FaltungOptionSpec faltung_pool_options[];

/** faltung_pool_slide: @side: 0: along the height; 1: along the width. */
FaltungSlide faltung_pool_slide(const FaltungLayer *layer, int side);

gboolean faltung_pool_infer_shape(FaltungLayer *layer, GError **error);
/* One operation for every value in a window. */
double faltung_pool_flops(const FaltungLayer *layer);

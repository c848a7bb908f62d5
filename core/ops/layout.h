/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/shape.h"

/*
 * Feature maps [C, H, W] lie channels-last inside, (N, H, W, C), and channels-first for everyone
 * else. Vectors are the same in both.
 */

/** faltung_layout_inside: the index inside of element @i of the field's layout, of one sample. */
static inline size_t faltung_layout_inside(const FaltungShape *shape, size_t i) {
    if (shape->rank != 3)
        return i;
    size_t channels = shape->dims[0], pixels = (size_t)shape->dims[1] * shape->dims[2];
    return i % pixels * channels + i / pixels;
}

/** faltung_layout_to_inside, faltung_layout_to_field: copy one sample. */
void faltung_layout_to_inside(const FaltungShape *shape, const float *field, float *inside);
void faltung_layout_to_field(const FaltungShape *shape, const float *inside, float *field);

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/layout.h"

#include "core/kernels/kernels.h"

#include <string.h>

void faltung_layout_to_inside(const FaltungShape *shape, const float *field, float *inside) {
    int channels = shape->dims[0];
    if (shape->rank != 3 || channels == 1) {
        memcpy(inside, field, faltung_shape_size(shape) * sizeof(float));
        return;
    }
    int pixels = shape->dims[1] * shape->dims[2];
    faltung_kernels()->transpose(channels, pixels, field, pixels, inside, channels);
}

void faltung_layout_to_field(const FaltungShape *shape, const float *inside, float *field) {
    int channels = shape->dims[0];
    if (shape->rank != 3 || channels == 1) {
        memcpy(field, inside, faltung_shape_size(shape) * sizeof(float));
        return;
    }
    int pixels = shape->dims[1] * shape->dims[2];
    faltung_kernels()->transpose(pixels, channels, inside, channels, field, pixels);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/layout.h"

#include "core/kernels/kernels.h"

#include <string.h>

gboolean faltung_layout_plain(const FaltungShape *shape) {
    return !faltung_layout_is_map(shape) || shape->dims[0] == 1 || faltung_layout_rows(shape) == 1;
}

gboolean faltung_layout_same(const FaltungShape *a, const FaltungShape *b) {
    return faltung_shape_equal(a, b) || (faltung_layout_plain(a) && faltung_layout_plain(b)) ||
           (!faltung_layout_plain(a) && !faltung_layout_plain(b) && a->dims[0] == b->dims[0]);
}

void faltung_layout_to_inside(const FaltungShape *shape, const float *field, float *inside) {
    int channels = shape->dims[0];
    if (faltung_layout_plain(shape)) {
        memcpy(inside, field, faltung_shape_size(shape) * sizeof(float));
        return;
    }
    int pixels = faltung_layout_rows(shape);
    faltung_kernels()->transpose(channels, pixels, field, pixels, inside, channels);
}

void faltung_layout_to_field(const FaltungShape *shape, const float *inside, float *field) {
    int channels = shape->dims[0];
    if (faltung_layout_plain(shape)) {
        memcpy(field, inside, faltung_shape_size(shape) * sizeof(float));
        return;
    }
    int pixels = faltung_layout_rows(shape);
    faltung_kernels()->transpose(pixels, channels, inside, channels, field, pixels);
}

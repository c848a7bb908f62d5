/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/shape.h"

/*
 * Feature maps [C, H, W] lie channels-last inside, (N, H, W, C), and channels-first for everyone
 * else; so do volumes [C, D, H, W], whose pixels are all those of their planes. Vectors [F] and
 * sequences [T, F] are the same in both, (N, F) and (N, T, F).
 *
 * So inside every sample is a matrix: a row a pixel, a time step or, of a vector, the sample; a
 * column a channel or feature.
 */

/** faltung_layout_is_map: whether @shape is one of feature maps, [C, ...]. */
static inline gboolean faltung_layout_is_map(const FaltungShape *shape) {
    return shape->rank >= 3;
}

/** faltung_layout_columns: Returns: C or F, the values of one row. */
static inline int faltung_layout_columns(const FaltungShape *shape) {
    if (faltung_layout_is_map(shape))
        return shape->dims[0];
    return shape->rank ? shape->dims[shape->rank - 1] : 1;
}

/** faltung_layout_rows: Returns: the rows of one sample: H x W, D x H x W, T, or 1. */
static inline int faltung_layout_rows(const FaltungShape *shape) {
    return (int)(faltung_shape_size(shape) / faltung_layout_columns(shape));
}

/** faltung_layout_sides: depth, height and width of a sample: a sequence is T wide, 1 high. */
static inline void faltung_layout_sides(const FaltungShape *shape, int sides[3]) {
    gboolean map = faltung_layout_is_map(shape);
    int n = map ? shape->rank - 1 : 1;
    for (int side = 0; side < 3; side++)
        sides[side] = side < 3 - n ? 1 : shape->dims[side - (3 - n) + (map ? 1 : 0)];
}

/** faltung_layout_shape: Returns: the shape with @n sides of which those are the last: a sequence,
 *  an image or a volume. */
static inline FaltungShape faltung_layout_of_sides(int n, int columns, const int sides[3]) {
    if (n == 1)
        return FALTUNG_SHAPE(sides[2], columns);
    return n == 2 ? FALTUNG_SHAPE(columns, sides[1], sides[2])
                  : FALTUNG_SHAPE(columns, sides[0], sides[1], sides[2]);
}

/** faltung_layout_inside: the index inside of element @i of the field's layout, of one sample. */
static inline size_t faltung_layout_inside(const FaltungShape *shape, size_t i) {
    if (!faltung_layout_is_map(shape))
        return i;
    size_t channels = shape->dims[0], pixels = faltung_layout_rows(shape);
    return i % pixels * channels + i / pixels;
}

/** faltung_layout_field: the index in the field's layout of a row's column, of one sample. */
static inline size_t faltung_layout_field(const FaltungShape *shape, int row, int column) {
    if (faltung_layout_is_map(shape))
        return (size_t)column * faltung_layout_rows(shape) + row;
    return (size_t)row * faltung_layout_columns(shape) + column;
}

/** faltung_layout_plain: whether samples of @shape lie inside as they do for everyone else. */
gboolean faltung_layout_plain(const FaltungShape *shape);

/** faltung_layout_same: whether samples of @a and @b, which have as many values, lie alike inside:
 *  a vector and an image of one channel do. */
gboolean faltung_layout_same(const FaltungShape *a, const FaltungShape *b);

/** faltung_layout_to_inside, faltung_layout_to_field: copy one sample. */
void faltung_layout_to_inside(const FaltungShape *shape, const float *field, float *inside);
void faltung_layout_to_field(const FaltungShape *shape, const float *inside, float *field);

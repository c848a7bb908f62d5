/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <stddef.h>

#define FALTUNG_MAX_RANK 5

/**
 * FaltungShape: the shape of a tensor, outermost dimension first. The shape of a layer's input
 * or output is that of one sample, without the batch: [C, H, W] of an image, [C, D, H, W] of a
 * volume, [F] of a vector, [T, F] of a sequence of T steps.
 */
typedef struct {
    int rank;
    int dims[FALTUNG_MAX_RANK];
} FaltungShape;

#define FALTUNG_SHAPE(...)                                                                         \
    ((FaltungShape){.rank = (int)(sizeof((int[]){__VA_ARGS__}) / sizeof(int)),                     \
                    .dims = {__VA_ARGS__}})

/** faltung_shape_size: Returns: the number of elements, 1 for rank 0. */
size_t faltung_shape_size(const FaltungShape *shape);

gboolean faltung_shape_equal(const FaltungShape *a, const FaltungShape *b);

/** faltung_shape_format: Returns: (transfer full): the shape as people write it: `16 x 28 x 28`. */
char *faltung_shape_format(const FaltungShape *shape);

/** faltung_shape_to_yaml: Returns: (transfer full): the shape as experiment files write it:
 *  `[16, 28, 28]`. */
char *faltung_shape_to_yaml(const FaltungShape *shape);

/** faltung_shape_place: Returns: (transfer full): where value @index of a tensor is: `[3, 0, 2]`.
 */
char *faltung_shape_place(const FaltungShape *shape, size_t index);

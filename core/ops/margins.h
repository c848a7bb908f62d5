/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/gather.h"

/* What pad adds around an image or a sequence, and what crop takes away: rows above and below,
   columns left and right, or steps before and behind. */
typedef struct {
    int before[2], after[2]; /* rows, columns; of a sequence rows are its steps */
} FaltungMargins;

/** faltung_margins_after_words: the words of `after`, in place of its sizes: those of `before`. */
extern const char *const faltung_margins_after_words[];

/** faltung_margins_infer_shape: @sign is 1 to add @margins, -1 to take them away. */
gboolean faltung_margins_infer_shape(FaltungLayer *layer, const FaltungMargins *margins, int sign,
                                     GError **error);

/** faltung_margins_n_sides: Returns: along how many axes of the input there are margins: two of an
 *  image, one of a sequence; faltung_margins_axis(): which, of the field's layout. */
int faltung_margins_n_sides(const FaltungLayer *layer);
int faltung_margins_axis(const FaltungLayer *layer, int side);

/** faltung_margins_origin: the value of the input, of all samples, that value @i of the output is:
 *  its first along a side is number @first of the input; -1: none. */
ptrdiff_t faltung_margins_origin(const FaltungLayer *layer, size_t i, const int first[2],
                                 FaltungEdge edge);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/inside.h"
#include "draw/picture.h"

/* What lies inside a layer, on its card: every gate, head and statistic small in a grid, with its
 * name above it. Made on whatever thread has the numbers; immutable and reference counted. */

/* Where a map lies. */
typedef struct {
    const FaltungInside *inside;
    int map;
    FaltungRect rect; /* of its values, in the picture's pixels */
} FaltungInsideCell;

typedef struct {
    gatomicrefcount references;
    FaltungPicture *picture;
    GPtrArray *list; /* (element-type FaltungInside) */
    GArray *cells;   /* (element-type FaltungInsideCell) */
} FaltungInsideCard;

/** faltung_inside_card_new:
 *  @list: (transfer full) (element-type FaltungInside): of one layer, at least one
 *  @scale: pixels of a unit, in which names are written
 *  @width, @height: in units */
FaltungInsideCard *faltung_inside_card_new(GPtrArray *list, gboolean dark, double scale, int width,
                                           int height);
FaltungInsideCard *faltung_inside_card_ref(FaltungInsideCard *card);
void faltung_inside_card_unref(FaltungInsideCard *card);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungInsideCard, faltung_inside_card_unref)

/** faltung_inside_card_at: @index: (out): of the value in its tensor that is at a position in the
 *  picture's pixels. Returns: (nullable): whose map is there. */
const FaltungInsideCell *faltung_inside_card_at(const FaltungInsideCard *card, double x, double y,
                                                size_t *index);

/** faltung_inside_card_describe: Returns: (transfer full) (nullable): the value there, in words:
 *  which it is, what its tensor is, between which ends. */
char *faltung_inside_card_describe(const FaltungInsideCard *card, double x, double y);

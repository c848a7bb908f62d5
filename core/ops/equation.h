/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/gather.h"
#include "core/ops/operation.h"
#include "core/ops/slide.h"

/*
 * The equation of one layer: what its operation says of all layers (FaltungOperation.equation), or
 * what that makes of the layer's options and shapes (equation_of): its own strides and margins, no
 * bias where it has none, the reset gate where it is.
 */

/** faltung_layer_equation: Returns: (transfer full): in TeX, with its marks. Of a layer whose
 *  shapes are not known, as in a sketch, that of its operation. */
char *faltung_layer_equation(const FaltungLayer *layer);

/** faltung_tex_behind_braces: Returns: where the brace that @tex begins with has closed. */
const char *faltung_tex_behind_braces(const char *tex);

/* What an equation_of writes with. */

/** faltung_tex_term: adds @factor times @variable to the sum that ends @tex, if there is anything
 *  to add: `2h`, ` + i`, ` - 1`. @variable: "" of a number. */
void faltung_tex_term(GString *tex, int factor, const char *variable);

/** faltung_tex_letters: Returns: (array zero-terminated=1): what the places along the axes of a
 *  sample of @rank are called: c, h, w of an image. */
const char *const *faltung_tex_letters(int rank);

/** faltung_tex_places: Returns: (transfer full): @places, of which there may be sums, as an index:
 *  `chw`, `c,\, 2h + i,\, w`. */
char *faltung_tex_places(const char *const *places);

/** faltung_tex_slide: Returns: (transfer full): the place under @tap of the window whose place is
 *  @at: `2h + i - 1`; of a window of one place without a tap. */
char *faltung_tex_slide(const FaltungSlide *slide, const char *at, const char *tap);

/** faltung_tex_edge: Returns: (transfer full) (nullable): which of @n places is meant by a place k
 *  beyond them; NULL: none, there is a constant. */
char *faltung_tex_edge(FaltungEdge edge, int n);

/* Along an axis of the input: the value of the output at place i of its @axis was at place
   @factor i + @shift, or beyond an end where @edge says. */
typedef struct {
    int axis, factor, shift;
    FaltungEdge edge;
} FaltungTexMove;

/** faltung_tex_moves: @moves: (out): (FALTUNG_MAX_RANK): of every axis of @layer's input: it stays
 *  as it is. */
void faltung_tex_moves(const FaltungLayer *layer, FaltungTexMove *moves);
/** faltung_tex_moved: Returns: (transfer full): the equation of an operation that does no more than
 *  that. */
char *faltung_tex_moved(const FaltungLayer *layer, const FaltungTexMove *moves);

/** faltung_tex_aligned: Returns: (transfer full): @rows below each other, at their `&`; of a single
 *  one that is taken away. */
char *faltung_tex_aligned(const GPtrArray *rows);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/walk.h"

/*
 * What is said of a stop of the walk, and of one value there: the equations of what happens, and
 * the same with the numbers of that value.
 */

/* One value of what there is to see at a stop. */
typedef struct {
    int tensor; /* of faltung_walk_tensors(); -1: of none */
    size_t index;
} FaltungWalkPlace;

/** faltung_walk_place: Returns: the value that says most: the largest output, the parameter with
 *  the largest gradient, the one that the step moves most. */
FaltungWalkPlace faltung_walk_place(const FaltungWalk *walk, FaltungStop stop);

/** faltung_walk_remark: Returns: (transfer full): what happens at the stop, to the value at @place
 *  (faltung_walk_place(), or another), in a sentence with its numbers. */
char *faltung_walk_remark(const FaltungWalk *walk, FaltungStop stop, FaltungWalkPlace place);

/** faltung_walk_equations: Returns: (transfer full) (element-type utf8): TeX. */
GPtrArray *faltung_walk_equations(const FaltungWalk *walk, FaltungStop stop);

/** faltung_walk_arithmetic: Returns: (transfer full) (element-type utf8): how the value at @place
 *  comes about, TeX: forward its sum, backward the chain rule, a product for each way, the step of
 *  the optimizer; none where it would take too long. */
GPtrArray *faltung_walk_arithmetic(const FaltungWalk *walk, FaltungStop stop,
                                   FaltungWalkPlace place);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/graph.h"

/*
 * Layers that share their weights (`tied: LAYER`). The layer that is named has the tensor: it is
 * learned, counted and saved there. The one that names it has a copy in its own packed layout,
 * which every forward takes anew; the gradient of the copy goes to the tensor.
 */

/** faltung_graph_tie: marks the copies. Layers' shapes are known. @failed: as of
 *  faltung_graph_infer(). */
gboolean faltung_graph_tie(FaltungGraph *graph, int *failed, GError **error);

/** faltung_tied_index: Returns: where element @i of a copy, in the field's layout, is in the tensor
 *  that it is of. */
static inline size_t faltung_tied_index(const FaltungParameter *copy, size_t i) {
    if (!copy->transposed)
        return i;
    size_t rows = copy->shape.dims[0], columns = copy->shape.dims[1];
    return i % columns * rows + i / columns;
}

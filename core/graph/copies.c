/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/copies.h"

int faltung_graph_copy_of(const FaltungGraph *graph, int layer, gboolean last) {
    for (guint i = 0; i < graph->blocks->len; i++) { /* outer ones first */
        const FaltungLayerBlock *block = graph->blocks->pdata[i];
        int each = block->n_layers / block->repeat;
        if (layer >= block->first && layer < block->first + block->n_layers)
            layer =
                block->first + (last ? block->n_layers - each : 0) + (layer - block->first) % each;
    }
    return layer;
}

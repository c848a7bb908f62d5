/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/graph.h"

/* A box of values of a tensor in the field's layout: of each of its dimensions from first to last.
 */
typedef struct {
    gboolean any; /* else it is empty */
    int first[FALTUNG_MAX_RANK], last[FALTUNG_MAX_RANK];
} FaltungReach;

/**
 * faltung_reach_back: what a value is made of: its receptive field.
 * @layer, @index: of its output, in the field's layout
 * @reaches: (out): 0: of the input; i + 1: of layer i
 *
 * Boxes are as small as the operations tell, axis by axis (core/ops/reach.h); of what mixes its
 * values otherwise they are the whole input. Where the edge of an image is its other end
 * (`padding_mode: circular`), only the near end counts.
 */
void faltung_reach_back(const FaltungGraph *graph, int layer, size_t index, FaltungReach *reaches);

/** faltung_reach_forward: what is made of it; @layer may be FALTUNG_INPUT. */
void faltung_reach_forward(const FaltungGraph *graph, int layer, size_t index,
                           FaltungReach *reaches);

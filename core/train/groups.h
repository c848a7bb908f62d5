/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/graph.h"
#include "core/train/optimizer.h"

/*
 * What layers say about their own learning (lr_factor, weight_decay, l1), as parts of the parameter
 * block: PyTorch's parameter groups. A network whose layers say nothing is one group.
 */
typedef struct FaltungGroups FaltungGroups;

/** faltung_groups_new: @graph: inferred; @optimizer: (transfer none): outlives the groups;
 *  @resting: (nullable): of each layer, whether its parameters stay as they are for now. */
FaltungGroups *faltung_groups_new(const FaltungGraph *graph, const FaltungVariant *optimizer,
                                  const gboolean *resting);
void faltung_groups_free(FaltungGroups *groups);

/** faltung_groups_penalize: adds the slopes of the L1 penalties to the gradients of @n values from
 *  @begin of the block. What is exactly 0, as what fills up a packed tensor, stays. The pointers
 *  are to the whole block. Returns: the penalties of these values. */
double faltung_groups_penalize(const FaltungGroups *groups, size_t begin, size_t n,
                               const float *parameters, float *gradients);

/** faltung_groups_update: the optimizer's @step, whose pointers are to the value at @begin of the
 *  block, cut where rate or decay change. Its options and rate are the network's. */
void faltung_groups_update(const FaltungGroups *groups, size_t begin,
                           const FaltungOptimizerStep *step);

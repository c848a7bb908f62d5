/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/graph.h"

/** faltung_graph_copy_of: Returns: the layer that is the same as @layer in the last (or first) copy
 *  of all blocks around it. */
int faltung_graph_copy_of(const FaltungGraph *graph, int layer, gboolean last);

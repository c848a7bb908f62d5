/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/hooks.h"
#include "core/graph/network.h"

/**
 * faltung_layer_outputs: what a layer makes of many samples.
 * @network: with room for any batch
 * @indices: (nullable): @n samples of @dataset; %NULL: the first @n
 * @layer: FALTUNG_INPUT: the samples as the network sees them
 *
 * In evaluation mode, batch after batch, so a large split needs no more memory than its outputs.
 *
 * Returns: (transfer full): (@n, output), the field's layout. Errors: the outputs do not fit into
 *   memory (%FALTUNG_ERROR_WORK), cancelled.
 */
float *faltung_layer_outputs(FaltungNetwork *network, const FaltungDataset *dataset,
                             const guint32 *indices, guint32 n, int layer,
                             const FaltungAnalysisHooks *hooks, GError **error);

/** faltung_layer_shape: Returns: (transfer none): of the layer's output, or of the input. */
const FaltungShape *faltung_layer_shape(const FaltungNetwork *network, int layer);

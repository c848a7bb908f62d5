/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"

/*
 * A part of a network as a network of its own: an autoencoder's encoder, its decoder, the features
 * that a classifier has found.
 */

/**
 * faltung_graph_part:
 * @from: the layer whose output the part takes as its input; FALTUNG_INPUT: what @graph takes
 * @to: the layer whose output the part gives
 *
 * Returns: (transfer full): the layers that @to needs behind @from, inferred. Errors: @to does not
 *   come from @from, or not from @from alone (%FALTUNG_ERROR_INPUT).
 */
FaltungGraph *faltung_graph_part(const FaltungGraph *graph, int from, int to, GError **error);

/**
 * faltung_network_part: Returns: (transfer full): that part of @network with its parameters, for
 *   as many samples and threads, for inference.
 */
FaltungNetwork *faltung_network_part(const FaltungNetwork *network, int from, int to,
                                     GError **error);

/** faltung_network_copy_parameters: gives every layer of @to the parameters of the one of the same
 *  name in @from, which @to is a part or a copy of; one that is only there is left alone. */
void faltung_network_copy_parameters(const FaltungNetwork *from, FaltungNetwork *to);

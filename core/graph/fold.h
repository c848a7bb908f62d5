/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"

/**
 * faltung_network_fold:
 * @network: (transfer full): with the weights that it is to have
 *
 * Where a layer only scales and shifts the channels of the layer before it, which nobody else takes
 * (batch normalization, outside training), those weights and biases do it at once: a pass less over
 * the values, and the same result but for rounding.
 *
 * Returns: (transfer full): a network for inference alone, whose layers are at the same places;
 * that before the one that was folded gives what both gave. It is @network where there is nothing
 * to fold.
 */
FaltungNetwork *faltung_network_fold(FaltungNetwork *network);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"

/**
 * faltung_find_divergence:
 * @network: with the samples of a training step whose loss is not finite
 * @learned: values of its parameters that an optimizer changes; those behind them are measured
 * @step: counted from 1
 * @n: samples of the step
 *
 * Does the step's forward again, where the outputs can be seen, and leaves the parameters as they
 * were. Returns: the index of the first layer with an output that is not finite, or -1.
 */
int faltung_find_divergence(FaltungNetwork *network, size_t learned, guint64 step, int n);

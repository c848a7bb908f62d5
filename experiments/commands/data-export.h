/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"

/**
 * faltung_data_export: writes the samples that @experiment trains with into the HDF5 file @path, as
 * its network sees them: split and normalized, not augmented. The groups /training and /validation
 * have
 *
 * - input: float32, N x the shape of a sample (indices of the characters of a text);
 * - class: int32, N, or N x positions, where classes are predicted, or
 *   target: float32, N x values, where values are;
 *
 * and /data has the constants (x - mean) * scale and the classes' names, as a run file has them.
 *
 * Errors: the data cannot be read, @path cannot be written.
 */
gboolean faltung_data_export(const FaltungExperiment *experiment, const char *path, GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"

/**
 * faltung_prefix_place:
 * @error: (inout): set, or nothing happens
 * @section, @key: where in the experiment file the cause stands: "data", "name"
 *
 * Puts `file:line:column: ` before the message of an error that only shows when the file is
 * used: the reader of the file knows nothing of data sets.
 */
void faltung_prefix_place(GError **error, const FaltungExperiment *experiment, const char *section,
                          const char *key);

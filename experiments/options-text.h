/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/options.h"
#include "experiments/json.h"

/* Options in words, for the commands that explain operations and rules. */

/** faltung_options_print: @spec and those after it, with their defaults, to stdout. */
void faltung_options_print(const FaltungOptionSpec *spec);

/** faltung_options_write: the same as the array "parameters" of the open object.
 * @spec: (nullable) */
void faltung_options_write(const FaltungOptionSpec *spec, FaltungJson *json);

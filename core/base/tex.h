/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/** faltung_tex_number: appends @value to @tex with @digits of it: `0.31`, `2 \cdot 10^{-7}`.
 *  Returns: what is written: it is rounded. */
double faltung_tex_number(GString *tex, int digits, double value);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/** faltung_tex_number: appends @value to @tex with @digits of it: `0.31`, `2 \cdot 10^{-7}`.
 *  Returns: what is written: it is rounded. */
double faltung_tex_number(GString *tex, int digits, double value);

/** faltung_tex_text: Returns: (transfer full): @tex on one line for a terminal:
 *  `∂L/∂w = 0.31 · (−2) = −0.62`. */
char *faltung_tex_text(const char *tex);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/** faltung_format_number: Returns: (transfer full): @value with at most @digits significant
 *  digits, as short as possible, with a true minus sign: `0.05`, `−1.2e-7`. */
char *faltung_format_number(double value, int digits);

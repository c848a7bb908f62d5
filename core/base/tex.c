/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/tex.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double faltung_tex_number(GString *tex, int digits, double value) {
    char format[8], text[G_ASCII_DTOSTR_BUF_SIZE];
    g_snprintf(format, sizeof format, "%%.%dg", digits);
    g_ascii_formatd(text, sizeof text, format, value);
    char *exponent = strchr(text, 'e');
    if (isinf(value))
        g_string_append(tex, value > 0 ? "\\infty" : "-\\infty");
    else if (isnan(value))
        g_string_append(tex, "\\mathrm{NaN}");
    else if (exponent)
        g_string_append_printf(tex, "%.*s \\cdot 10^{%d}", (int)(exponent - text), text,
                               atoi(exponent + 1));
    else
        g_string_append(tex, text);
    return g_ascii_strtod(text, NULL);
}

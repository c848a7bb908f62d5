/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/number.h"

#include <math.h>
#include <string.h>

char *faltung_format_number(double value, int digits) {
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    if (isnan(value))
        return g_strdup("NaN");
    if (isinf(value))
        return g_strdup(value > 0 ? "∞" : "−∞");
    char format[8];
    g_snprintf(format, sizeof format, "%%.%dg", CLAMP(digits, 1, 17));
    g_ascii_formatd(buffer, sizeof buffer, format, value);
    GString *text = g_string_new(NULL);
    for (const char *c = buffer; *c; c++) {
        if (c > buffer && c[-1] == 'e') { /* e-07: e−7; e+06: e6 */
            if (*c == '-')
                g_string_append(text, "−");
            while (c[1] && (*c == '+' || *c == '-' || *c == '0'))
                c++;
            g_string_append_c(text, *c);
        } else if (*c == '-') {
            g_string_append(text, "−");
        } else {
            g_string_append_c(text, *c);
        }
    }
    if (strcmp(text->str, "−0") == 0)
        g_string_assign(text, "0");
    return g_string_free(text, FALSE);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

G_DEFINE_QUARK(faltung - error - quark, faltung_error)

char *faltung_message(const char *format, va_list arguments) {
    return g_strdup_vprintf(_(format), arguments);
}

gboolean faltung_fail(GError **error, FaltungErrorCode code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = faltung_message(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, FALTUNG_ERROR, code, message);
    return FALSE;
}

/* Levenshtein's distance, counting a swap of neighbours as one edit. */
static int edit_distance(const char *a, const char *b) {
    int n = strlen(a), m = strlen(b);
    g_autofree int *table = g_new(int, (n + 1) * (m + 1));
#define AT(i, j) table[(i) * (m + 1) + (j)]
    for (int i = 0; i <= n; i++)
        AT(i, 0) = i;
    for (int j = 0; j <= m; j++)
        AT(0, j) = j;
    for (int i = 1; i <= n; i++) {
        for (int j = 1; j <= m; j++) {
            int replace = AT(i - 1, j - 1) + (a[i - 1] != b[j - 1]);
            int best = MIN(replace, MIN(AT(i - 1, j), AT(i, j - 1)) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = MIN(best, AT(i - 2, j - 2) + 1);
            AT(i, j) = best;
        }
    }
    return AT(n, m);
#undef AT
}

const char *faltung_nearest(const char *word, const char *const *candidates) {
    if (strlen(word) > 200) /* not a misspelt word, and the table below would be huge */
        return NULL;
    g_autofree char *folded = g_ascii_strdown(word, -1);
    const char *nearest = NULL;
    /* a third of the letters may be wrong, and one always may */
    int allowed = MAX(1, (int)strlen(word) / 3);
    for (; *candidates; candidates++) {
        int distance = edit_distance(folded, *candidates);
        if (distance <= allowed) {
            nearest = *candidates;
            allowed = distance - 1;
        }
    }
    return nearest;
}

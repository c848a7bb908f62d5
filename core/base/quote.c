/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/quote.h"

#include <string.h>

/* Words and numbers that other readers of YAML would not take as text. */
static gboolean looks_typed(const char *text) {
    static const char *const words[] = {"true", "false", "null", "yes",   "no",    "on",
                                        "off",  ".inf",  ".nan", "+.inf", "-.inf", NULL};
    for (int i = 0; words[i]; i++) {
        if (g_ascii_strcasecmp(text, words[i]) == 0)
            return TRUE;
    }
    char *end;
    g_ascii_strtod(text, &end);
    return end != text && *end == '\0';
}

static gboolean can_be_plain(const char *text) {
    gunichar first = g_utf8_get_char(text);
    if (!g_unichar_isalnum(first) && !strchr("/._", text[0]))
        return FALSE;
    if (g_str_has_prefix(text, "...") || text[strlen(text) - 1] == ' ' || looks_typed(text))
        return FALSE;
    for (const char *c = text; *c; c = g_utf8_next_char(c)) {
        gunichar letter = g_utf8_get_char(c);
        if (!g_unichar_isalnum(letter) && !(letter < 128 && strchr(" _-./+()=<>%;", letter)))
            return FALSE;
    }
    return TRUE;
}

static char *quote_double(const char *text) {
    GString *quoted = g_string_new("\"");
    for (const char *c = text; *c; c = g_utf8_next_char(c)) {
        gunichar letter = g_utf8_get_char(c);
        if (letter == '"' || letter == '\\')
            g_string_append_printf(quoted, "\\%c", (char)letter);
        else if (letter == '\n')
            g_string_append(quoted, "\\n");
        else if (g_unichar_isprint(letter))
            g_string_append_unichar(quoted, letter);
        else
            g_string_append_printf(quoted, letter < 0x10000 ? "\\u%04X" : "\\U%08X", letter);
    }
    g_string_append_c(quoted, '"');
    return g_string_free(quoted, FALSE);
}

char *faltung_yaml_quote(const char *text) {
    if (*text && can_be_plain(text))
        return g_strdup(text);
    for (const char *c = text; *c; c = g_utf8_next_char(c)) {
        if (!g_unichar_isprint(g_utf8_get_char(c)))
            return quote_double(text);
    }
    g_auto(GStrv) parts = g_strsplit(text, "'", -1);
    g_autofree char *doubled = g_strjoinv("''", parts);
    return g_strdup_printf("'%s'", doubled);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/mistakes.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

enum { MOST_TOLD = 20 };

static void mistake_free(void *data) {
    FaltungMistake *mistake = data;
    g_free(mistake->message);
    g_free(mistake);
}

GPtrArray *faltung_mistakes_new(void) {
    return g_ptr_array_new_with_free_func(mistake_free);
}

static char *cut(char *text, int most) {
    if (g_utf8_strlen(text, -1) > most)
        strcpy(g_utf8_offset_to_pointer(text, most - 3), "...");
    for (char *c = text; *c; c++) {
        if (g_ascii_iscntrl(*c))
            *c = ' ';
    }
    return text;
}

char *faltung_shorten(const char *text) {
    return cut(g_strdup(text), 60);
}

/* A message is one line, whatever it quotes. */
static void add(GPtrArray *mistakes, size_t offset, FaltungErrorCode code, char *message) {
    cut(message, 1000);
    FaltungMistake *mistake = g_new(FaltungMistake, 1);
    *mistake = (FaltungMistake){.offset = offset, .code = code, .message = message};
    g_ptr_array_add(mistakes, mistake);
}

void faltung_mistakes_add(GPtrArray *mistakes, size_t offset, FaltungErrorCode code,
                          const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add(mistakes, offset, code, faltung_message(format, arguments));
    va_end(arguments);
}

void faltung_mistakes_take(GPtrArray *mistakes, size_t offset, GError *error) {
    FaltungErrorCode code =
        error->domain == FALTUNG_ERROR ? (FaltungErrorCode)error->code : FALTUNG_ERROR_INPUT;
    add(mistakes, offset, code, g_strdup(error->message));
    g_error_free(error);
}

static int compare_offsets(const void *a, const void *b) {
    const FaltungMistake *left = *(FaltungMistake *const *)a, *right = *(FaltungMistake *const *)b;
    return (left->offset > right->offset) - (left->offset < right->offset);
}

void faltung_mistakes_sort(GPtrArray *mistakes) {
    g_ptr_array_sort(mistakes, compare_offsets);
}

void faltung_text_position(const char *text, size_t offset, int *line, int *column) {
    *line = *column = 1;
    size_t start = g_str_has_prefix(text, "\xEF\xBB\xBF") ? 3 : 0; /* a byte order mark */
    for (size_t i = start; i < offset && text[i]; i++) {
        if (text[i] == '\n') {
            *line += 1;
            *column = 1;
        } else if (((guchar)text[i] & 0xC0) != 0x80) { /* not inside a UTF-8 character */
            *column += 1;
        }
    }
}

size_t faltung_text_offset(const char *text, int line, int column) {
    const char *at = text;
    for (int i = 1; i < line; i++) {
        const char *end = strchr(at, '\n');
        if (!end)
            return strlen(text);
        at = end + 1;
    }
    for (int i = 1; i < column && *at && *at != '\n'; i++)
        at = g_utf8_next_char(at);
    return at - text;
}

void faltung_mistakes_set_error(GPtrArray *mistakes, GPtrArray *lines, GError **error) {
    FaltungErrorCode code = FALTUNG_ERROR_SHAPE;
    for (guint i = 0; i < mistakes->len; i++) {
        const FaltungMistake *mistake = mistakes->pdata[i];
        if (mistake->code != FALTUNG_ERROR_SHAPE)
            code = FALTUNG_ERROR_INPUT;
    }
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < MIN(lines->len, MOST_TOLD); i++)
        g_string_append_printf(all, i == 0 ? "%s" : "\n%s", (char *)lines->pdata[i]);
    if (lines->len > MOST_TOLD)
        g_string_append_printf(all, _("\n... and %u more"), lines->len - MOST_TOLD);
    faltung_fail(error, code, "%s", all->str);
    g_string_free(all, TRUE);
}

const char *faltung_mistake_read(const char *told, const char *origin, int *line, int *column) {
    int length = 0;
    if (!g_str_has_prefix(told, origin))
        return NULL;
    told += strlen(origin);
    if (sscanf(told, ":%d:%d: %n", line, column, &length) != 2 || length == 0)
        return NULL;
    return told + length;
}

void faltung_mistakes_report(GPtrArray *mistakes, const char *origin, const char *text,
                             GError **error) {
    faltung_mistakes_sort(mistakes);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < mistakes->len; i++) {
        const FaltungMistake *mistake = mistakes->pdata[i];
        int line, column;
        faltung_text_position(text, mistake->offset, &line, &column);
        g_ptr_array_add(lines,
                        g_strdup_printf("%s:%d:%d: %s", origin, line, column, mistake->message));
    }
    faltung_mistakes_set_error(mistakes, lines, error);
}

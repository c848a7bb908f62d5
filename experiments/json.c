/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct FaltungJson {
    GString *text;
    GString *open;  /* the closing brackets still to come */
    gboolean empty; /* nothing stands in the innermost one yet */
};

FaltungJson *faltung_json_new(void) {
    FaltungJson *json = g_new0(FaltungJson, 1);
    json->text = g_string_new(NULL);
    json->open = g_string_new(NULL);
    json->empty = TRUE;
    return json;
}

void faltung_json_free(FaltungJson *json) {
    g_string_free(json->text, TRUE);
    g_string_free(json->open, TRUE);
    g_free(json);
}

static void append_string(GString *out, const char *value) {
    /* names of files need not be UTF-8, JSON must be */
    g_autofree char *valid = g_utf8_make_valid(value, -1);
    g_string_append_c(out, '"');
    for (const char *c = valid; *c; c++) {
        if (*c == '"' || *c == '\\')
            g_string_append_printf(out, "\\%c", *c);
        else if (*c == '\n')
            g_string_append(out, "\\n");
        else if (*c == '\t')
            g_string_append(out, "\\t");
        else if ((guchar)*c < 0x20)
            g_string_append_printf(out, "\\u%04x", *c);
        else
            g_string_append_c(out, *c);
    }
    g_string_append_c(out, '"');
}

static void new_line(FaltungJson *json) {
    if (json->open->len)
        g_string_append_printf(json->text, "\n%*s", 2 * (int)json->open->len, "");
}

static void begin_value(FaltungJson *json, const char *key) {
    if (!json->empty)
        g_string_append_c(json->text, ',');
    json->empty = FALSE;
    new_line(json);
    if (key) {
        append_string(json->text, key);
        g_string_append(json->text, ": ");
    }
}

static void open_bracket(FaltungJson *json, const char *key, char bracket, char closing) {
    begin_value(json, key);
    g_string_append_c(json->text, bracket);
    g_string_append_c(json->open, closing);
    json->empty = TRUE;
}

void faltung_json_open_object(FaltungJson *json, const char *key) {
    open_bracket(json, key, '{', '}');
}

void faltung_json_open_array(FaltungJson *json, const char *key) {
    open_bracket(json, key, '[', ']');
}

void faltung_json_close(FaltungJson *json) {
    g_return_if_fail(json->open->len > 0);
    char closing = json->open->str[json->open->len - 1];
    g_string_truncate(json->open, json->open->len - 1);
    if (!json->empty) {
        g_string_append_printf(json->text, "\n%*s", 2 * (int)json->open->len, "");
    }
    g_string_append_c(json->text, closing);
    json->empty = FALSE;
}

void faltung_json_string(FaltungJson *json, const char *key, const char *value) {
    begin_value(json, key);
    if (value)
        append_string(json->text, value);
    else
        g_string_append(json->text, "null");
}

void faltung_json_number(FaltungJson *json, const char *key, double value) {
    begin_value(json, key);
    if (!isfinite(value)) {
        g_string_append(json->text, "null");
        return;
    }
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    for (int precision = 6; precision <= 17; precision++) {
        char format[8];
        g_snprintf(format, sizeof format, "%%.%dg", precision);
        g_ascii_formatd(digits, sizeof digits, format, value);
        if (g_ascii_strtod(digits, NULL) == value)
            break;
    }
    g_string_append(json->text, digits);
}

void faltung_json_integer(FaltungJson *json, const char *key, gint64 value) {
    begin_value(json, key);
    g_string_append_printf(json->text, "%" G_GINT64_FORMAT, value);
}

void faltung_json_boolean(FaltungJson *json, const char *key, gboolean value) {
    begin_value(json, key);
    g_string_append(json->text, value ? "true" : "false");
}

void faltung_json_integers(FaltungJson *json, const char *key, int n, const int *values) {
    begin_value(json, key);
    g_string_append_c(json->text, '[');
    for (int i = 0; i < n; i++)
        g_string_append_printf(json->text, "%s%d", i ? ", " : "", values[i]);
    g_string_append_c(json->text, ']');
}

const char *faltung_json_text(const FaltungJson *json) {
    return json->text->str;
}

void faltung_json_print(const FaltungJson *json) {
    g_return_if_fail(json->open->len == 0);
    printf("%s\n", json->text->str);
}

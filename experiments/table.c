/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/table.h"

#include <string.h>

struct FaltungTextTable {
    gboolean has_header; /* the first row is the header */
    GPtrArray *rows;     /* (element-type GPtrArray of char *) */
};

FaltungTextTable *faltung_text_table_new(const char *const *header) {
    FaltungTextTable *table = g_new0(FaltungTextTable, 1);
    table->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    table->has_header = header != NULL;
    if (header) {
        faltung_text_table_row(table);
        for (; *header; header++)
            faltung_text_table_cell(table, *header);
    }
    return table;
}

void faltung_text_table_free(FaltungTextTable *table) {
    g_ptr_array_unref(table->rows);
    g_free(table);
}

void faltung_text_table_row(FaltungTextTable *table) {
    g_ptr_array_add(table->rows, g_ptr_array_new_with_free_func(g_free));
}

void faltung_text_table_cell(FaltungTextTable *table, const char *text) {
    g_return_if_fail(table->rows->len > 0);
    g_ptr_array_add(table->rows->pdata[table->rows->len - 1], g_strdup(text));
}

void faltung_text_table_cellf(FaltungTextTable *table, const char *format, ...) {
    va_list values;
    va_start(values, format);
    g_autofree char *text = g_strdup_vprintf(format, values);
    va_end(values);
    faltung_text_table_cell(table, text);
}

static guint count_columns(const FaltungTextTable *table) {
    guint n = 0;
    for (guint i = 0; i < table->rows->len; i++)
        n = MAX(n, ((GPtrArray *)table->rows->pdata[i])->len);
    return n;
}

static const char *cell_at(const FaltungTextTable *table, guint row, guint column) {
    GPtrArray *cells = table->rows->pdata[row];
    return column < cells->len ? cells->pdata[column] : "";
}

/* A column is numeric where every cell below the header begins like a number or is empty. */
static gboolean is_numeric(const FaltungTextTable *table, guint column) {
    gboolean any = FALSE;
    for (guint i = table->has_header ? 1 : 0; i < table->rows->len; i++) {
        const char *cell = cell_at(table, i, column);
        if (!*cell || strcmp(cell, "-") == 0)
            continue;
        if (!g_ascii_isdigit(cell[0]) && !(cell[0] == '-' && g_ascii_isdigit(cell[1])))
            return FALSE;
        if (strstr(cell, " x ") || strchr(cell, ','))
            return FALSE;
        any = TRUE;
    }
    return any;
}

/* Widths in characters; @right says which columns stand right. */
static void measure(const FaltungTextTable *table, guint n, int *widths, gboolean *right) {
    for (guint j = 0; j < n; j++) {
        widths[j] = 0;
        for (guint i = 0; i < table->rows->len; i++)
            widths[j] = MAX(widths[j], (int)g_utf8_strlen(cell_at(table, i, j), -1));
        right[j] = is_numeric(table, j);
    }
}

static void append_padded(GString *out, const char *cell, int width, gboolean right) {
    int padding = width - (int)g_utf8_strlen(cell, -1);
    g_string_append_printf(out, "%*s%s%*s", right ? padding : 0, "", cell, right ? 0 : padding, "");
}

char *faltung_text_table_format(const FaltungTextTable *table) {
    guint n = count_columns(table);
    g_autofree int *widths = g_new0(int, n + 1);
    g_autofree gboolean *right = g_new0(gboolean, n + 1);
    measure(table, n, widths, right);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < table->rows->len; i++) {
        for (guint j = 0; j < n; j++) {
            g_string_append(out, j ? "  " : "");
            append_padded(out, cell_at(table, i, j), widths[j], right[j]);
        }
        while (out->len && out->str[out->len - 1] == ' ')
            g_string_truncate(out, out->len - 1);
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}

char *faltung_text_table_csv(const FaltungTextTable *table) {
    GString *out = g_string_new(NULL);
    guint n = count_columns(table);
    for (guint i = 0; i < table->rows->len; i++) {
        for (guint j = 0; j < n; j++) {
            const char *cell = cell_at(table, i, j);
            g_string_append(out, j ? "," : "");
            if (strpbrk(cell, ",\"\r\n")) {
                g_auto(GStrv) parts = g_strsplit(cell, "\"", -1);
                g_autofree char *doubled = g_strjoinv("\"\"", parts);
                g_string_append_printf(out, "\"%s\"", doubled);
            } else {
                g_string_append(out, cell);
            }
        }
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}

char *faltung_text_table_markdown(const FaltungTextTable *table) {
    guint n = count_columns(table);
    g_autofree int *widths = g_new0(int, n + 1);
    g_autofree gboolean *right = g_new0(gboolean, n + 1);
    measure(table, n, widths, right);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < table->rows->len; i++) {
        for (guint j = 0; j < n; j++) {
            g_string_append(out, j ? " | " : "| ");
            /* a bar would end the cell */
            g_auto(GStrv) parts = g_strsplit(cell_at(table, i, j), "|", -1);
            g_autofree char *escaped = g_strjoinv("\\|", parts);
            append_padded(out, escaped, MAX(widths[j], 4), right[j]);
        }
        g_string_append(out, " |\n");
        if (i > 0)
            continue;
        for (guint j = 0; j < n; j++) {
            g_string_append(out, j ? " | " : "| ");
            for (int k = 0; k < MAX(widths[j], 4) - right[j]; k++)
                g_string_append_c(out, '-');
            g_string_append(out, right[j] ? ":" : "");
        }
        g_string_append(out, " |\n");
    }
    return g_string_free(out, FALSE);
}

void faltung_text_table_json(const FaltungTextTable *table, FaltungJson *json, const char *key) {
    g_return_if_fail(table->has_header);
    guint n = count_columns(table);
    faltung_json_open_array(json, key);
    for (guint i = 1; i < table->rows->len; i++) {
        faltung_json_open_object(json, NULL);
        for (guint j = 0; j < n; j++) {
            const char *title = cell_at(table, 0, j), *cell = cell_at(table, i, j);
            char *end;
            double number = g_ascii_strtod(cell, &end);
            if (strcmp(cell, "-") == 0)
                faltung_json_string(json, title, NULL);
            else if (*cell && *end == '\0')
                faltung_json_number(json, title, number);
            else
                faltung_json_string(json, title, cell);
        }
        faltung_json_close(json);
    }
    faltung_json_close(json);
}

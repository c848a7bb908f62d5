/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/symbols.h"

#include "core/ops/equation.h"

#include <string.h>

#define MARK "\\mark{"

/* What the reference code calls the arrays that every operation has. */
static const struct {
    const char *symbol, *array, *gradient;
} arrays[] = {
    {"x", "inputs", "input_gradients"},
    {"y", "output", "output_gradient"},
};

static void add_symbols(GStrvBuilder *builder, const char *equation, const char *prefix) {
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const char *at = equation;
    while ((at = strstr(at, MARK))) {
        at += strlen(MARK);
        g_autofree char *name = g_strndup(at, strcspn(at, "}"));
        char *symbol = g_strconcat(prefix, name, NULL);
        if (!g_hash_table_contains(seen, symbol))
            g_strv_builder_add(builder, symbol);
        g_hash_table_add(seen, symbol);
    }
}

char **faltung_symbols(const char *equation, const char *prefix) {
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    add_symbols(builder, equation, prefix);
    return g_strv_builder_end(builder);
}

char **faltung_layer_symbols(const FaltungLayer *layer) {
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autofree char *equation = faltung_layer_equation(layer);
    add_symbols(builder, equation, "");
    if (layer->activation.kind)
        add_symbols(builder, ((const FaltungOperation *)layer->activation.kind)->equation,
                    FALTUNG_ACTIVATION_SYMBOL);
    return g_strv_builder_end(builder);
}

FaltungSymbolPlace faltung_symbol_place(const FaltungLayer *layer, const char *symbol) {
    if (strcmp(symbol, "x") == 0 || strcmp(symbol, "z") == 0)
        return FALTUNG_SYMBOL_AT_INPUT;
    if (layer->activation.kind ? strcmp(symbol, FALTUNG_ACTIVATION_SYMBOL "y") == 0
                               : strcmp(symbol, "y") == 0 || strcmp(symbol, "h") == 0)
        return FALTUNG_SYMBOL_AT_OUTPUT;
    for (int p = 0; p < layer->n_parameters; p++) {
        if (g_str_has_prefix(layer->parameters[p].name, symbol)) /* weight_ih_l1_reverse */
            return FALTUNG_SYMBOL_AT_PARAMETER;
    }
    return FALTUNG_SYMBOL_AT_INSIDE;
}

char *faltung_symbol_at_place(const FaltungLayer *layer, FaltungSymbolPlace place) {
    g_auto(GStrv) symbols = faltung_layer_symbols(layer);
    for (int i = 0; symbols[i]; i++) {
        if (faltung_symbol_place(layer, symbols[i]) == place)
            return g_strdup(symbols[i]);
    }
    return NULL;
}

static gboolean is_word(char c) {
    return g_ascii_isalnum(c) || c == '_';
}

static gboolean names(const char *word, const char *symbol) {
    for (guint i = 0; i < G_N_ELEMENTS(arrays); i++) {
        if (strcmp(symbol, arrays[i].symbol) == 0 &&
            (strcmp(word, arrays[i].array) == 0 || strcmp(word, arrays[i].gradient) == 0))
            return TRUE;
    }
    if (g_str_has_prefix(word, "FALTUNG_")) {
        g_autofree char *capitals = g_ascii_strup(symbol, -1);
        return strcmp(word + strlen("FALTUNG_"), capitals) == 0;
    }
    return strcmp(word, symbol) == 0 || (word[0] == 'd' && strcmp(word + 1, symbol) == 0);
}

gboolean faltung_symbol_next(const char *code, const char *symbol, size_t *start, size_t *end) {
    for (size_t at = *start; code[at];) {
        size_t length = 0;
        while (is_word(code[at + length]))
            length++;
        g_autofree char *word = g_strndup(code + at, length);
        if (length > 0 && names(word, symbol)) {
            *start = at;
            *end = at + length;
            return TRUE;
        }
        at += MAX(length, 1);
    }
    return FALSE;
}

char *faltung_symbol_at(const FaltungOperation *operation, const char *equation, size_t at) {
    const char *code = faltung_operation_source(operation);
    g_auto(GStrv) symbols = faltung_symbols(equation, "");
    while (at > 0 && is_word(code[at - 1]))
        at--;
    for (int i = 0; symbols[i]; i++) {
        size_t start = at, end;
        if (faltung_symbol_next(code, symbols[i], &start, &end) && start == at)
            return g_strdup(symbols[i]);
    }
    return NULL;
}

char *faltung_equation_prefixed(const char *tex, const char *prefix) {
    GString *prefixed = g_string_new(tex);
    g_autofree char *mark = g_strconcat(MARK, prefix, NULL);
    g_string_replace(prefixed, MARK, mark, 0);
    return g_string_free(prefixed, FALSE);
}

char *faltung_equation_plain(const char *tex) {
    GString *plain = g_string_new(NULL);
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(int)); /* depths they end at */
    int depth = 0;
    for (const char *at = tex; *at; at++) {
        if (g_str_has_prefix(at, MARK)) {
            at = strchr(at, '}') + 1; /* at the brace of what is marked */
            depth++;
            g_array_append_val(marks, depth);
            continue;
        }
        gboolean escaped = at > tex && at[-1] == '\\';
        depth += (*at == '{' && !escaped);
        gboolean ends = *at == '}' && !escaped;
        if (ends && marks->len > 0 && g_array_index(marks, int, marks->len - 1) == depth)
            g_array_set_size(marks, marks->len - 1);
        else
            g_string_append_c(plain, *at);
        depth -= ends;
    }
    return g_string_free(plain, FALSE);
}

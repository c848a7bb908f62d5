/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/expression-private.h"

#include "core/base/error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 200 };

typedef struct {
    FaltungExpression *expression;
    const char *start, *at;
    GHashTable *parts; /* names before a `;`: index + 1 */
    int depth;
    gboolean failed;
    GError **error;
} Parser;

static int parse_sum(Parser *parser);

G_GNUC_PRINTF(3, 4) static int fail(Parser *parser, const char *where, const char *format, ...) {
    if (!parser->failed) {
        va_list arguments;
        va_start(arguments, format);
        g_autofree char *message = faltung_message(format, arguments);
        va_end(arguments);
        faltung_fail(parser->error, FALTUNG_ERROR_INPUT, "column %d: %s",
                     (int)g_utf8_pointer_to_offset(parser->start, where) + 1, message);
    }
    parser->failed = TRUE;
    return -1;
}

static char peek(Parser *parser) {
    while (g_ascii_isspace(*parser->at))
        parser->at++;
    return *parser->at;
}

static gboolean accept(Parser *parser, const char *word) {
    peek(parser);
    if (!g_str_has_prefix(parser->at, word))
        return FALSE;
    parser->at += strlen(word);
    return TRUE;
}

/* The first to make a term says where it stands. */
static int placed(Parser *parser, const char *where, int index) {
    if (index >= 0) {
        FaltungTerm *term = faltung_expression_at(parser->expression, index);
        if (!term->column)
            term->column = (int)g_utf8_pointer_to_offset(parser->start, where) + 1;
    }
    return index;
}

static char *read_name(Parser *parser) {
    const char *from = parser->at;
    while (g_ascii_isalnum(*parser->at) || *parser->at == '_')
        parser->at++;
    return g_strndup(from, parser->at - from);
}

static int parse_call(Parser *parser, const char *where, const char *name) {
    if (!faltung_term_function(name)) {
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        for (const FaltungTermFunction *f = faltung_term_functions(); f->name; f++)
            g_ptr_array_add(names, (char *)f->name);
        g_ptr_array_add(names, NULL);
        const char *nearest = faltung_nearest(name, (const char *const *)names->pdata);
        g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
        return fail(parser, where, "there is no function `%s`%s%s%s; the functions are %s", name,
                    nearest ? _("; did you mean `") : "", nearest ? nearest : "",
                    nearest ? "`" : "", list);
    }
    int operand = parse_sum(parser);
    if (operand < 0)
        return -1;
    if (!accept(parser, ")"))
        return fail(parser, parser->at, "`)` was expected, which ends `%s(`", name);
    return placed(parser, where, faltung_term_call(parser->expression, name, operand));
}

static int parse_atom(Parser *parser) {
    char next = peek(parser);
    const char *where = parser->at;
    if (g_ascii_isdigit(next) || next == '.') {
        char *end;
        double number = g_ascii_strtod(where, &end);
        if (end == where)
            return fail(parser, where, "a number was expected");
        parser->at = end;
        return placed(parser, where, faltung_term_number(parser->expression, number));
    }
    if (accept(parser, "(")) {
        int inside = parse_sum(parser);
        if (inside >= 0 && !accept(parser, ")"))
            return fail(parser, parser->at, "`)` was expected");
        return inside;
    }
    if (!g_ascii_isalpha(next) && next != '_')
        return fail(parser, where, "%s%.*s%s; a name, a number or `(` was expected",
                    next ? "`" : _("the formula ends here"),
                    next ? (int)(g_utf8_next_char(where) - where) : 0, where,
                    next ? _("` stands here") : "");
    g_autofree char *name = read_name(parser);
    if (accept(parser, "("))
        return parse_call(parser, where, name);
    int part = GPOINTER_TO_INT(g_hash_table_lookup(parser->parts, name));
    if (part)
        return part - 1;
    if (faltung_term_function(name))
        return fail(parser, where, "`%s` is a function; write `%s(...)`", name, name);
    return placed(parser, where, faltung_term_variable(parser->expression, name));
}

static int parse_factor(Parser *parser);

static int parse_power(Parser *parser) {
    int base = parse_atom(parser);
    peek(parser);
    const char *where = parser->at;
    if (base < 0 || !(accept(parser, "**") || accept(parser, "^")))
        return base;
    peek(parser);
    const char *behind = parser->at;
    int exponent = parse_factor(parser);
    if (exponent < 0)
        return -1;
    const FaltungTerm *term = faltung_expression_at(parser->expression, exponent);
    if (term->kind != FALTUNG_TERM_NUMBER)
        return fail(parser, behind, "the exponent is a number; write `exp(b * log(a))` for a^b");
    return placed(parser, where, faltung_term_power(parser->expression, base, term->number));
}

static int parse_factor(Parser *parser) {
    if (++parser->depth > DEEPEST)
        return fail(parser, parser->at, "the formula is nested too deeply");
    peek(parser);
    const char *where = parser->at;
    int factor;
    if (accept(parser, "-")) {
        int operand = parse_factor(parser);
        factor = operand < 0
                     ? -1
                     : placed(parser, where, faltung_term_negate(parser->expression, operand));
    } else {
        factor = parse_power(parser);
    }
    parser->depth--;
    return factor;
}

static int parse_product(Parser *parser) {
    static const struct {
        char sign;
        FaltungTermKind kind;
    } operators[] = {
        {'*', FALTUNG_TERM_MULTIPLY}, {'/', FALTUNG_TERM_DIVIDE}, {'@', FALTUNG_TERM_PRODUCT}};
    int left = parse_factor(parser);
    while (left >= 0) {
        size_t i = 0;
        char next = peek(parser);
        while (i < G_N_ELEMENTS(operators) && operators[i].sign != next)
            i++;
        if (i == G_N_ELEMENTS(operators))
            return left;
        const char *where = parser->at++;
        int right = parse_factor(parser);
        left =
            right < 0
                ? -1
                : placed(parser, where,
                         faltung_term_binary(parser->expression, operators[i].kind, left, right));
    }
    return left;
}

static int parse_sum(Parser *parser) {
    int left = parse_product(parser);
    while (left >= 0) {
        char next = peek(parser);
        if (next != '+' && next != '-')
            return left;
        const char *where = parser->at++;
        int right = parse_product(parser);
        FaltungTermKind kind = next == '+' ? FALTUNG_TERM_ADD : FALTUNG_TERM_SUBTRACT;
        left = right < 0 ? -1
                         : placed(parser, where,
                                  faltung_term_binary(parser->expression, kind, left, right));
    }
    return left;
}

/* Returns: (nullable) (transfer full): the name, where `NAME =` stands here. */
static char *accept_definition(Parser *parser) {
    peek(parser);
    const char *from = parser->at;
    g_autofree char *name = g_ascii_isalpha(*from) ? read_name(parser) : NULL;
    if (name && accept(parser, "="))
        return g_steal_pointer(&name);
    parser->at = from;
    return NULL;
}

static int parse_all(Parser *parser) {
    for (;;) {
        peek(parser);
        const char *where = parser->at;
        g_autofree char *name = accept_definition(parser);
        if (name && (g_hash_table_contains(parser->parts, name) ||
                     faltung_expression_find(parser->expression, name) >= 0))
            return fail(parser, where, "`%s` is used before; choose another name", name);
        int index = parse_sum(parser);
        if (index < 0)
            return -1;
        FaltungTerm *term = faltung_expression_at(parser->expression, index);
        if (name && term->n_operands > 0 && !*term->name)
            term->name = (g_free(term->name), g_strdup(name));
        if (name)
            g_hash_table_insert(parser->parts, g_steal_pointer(&name), GINT_TO_POINTER(index + 1));
        if (accept(parser, ";") && peek(parser))
            continue;
        if (peek(parser))
            return fail(parser, parser->at, "`%s` stands behind the end of the formula",
                        parser->at);
        return index;
    }
}

int faltung_expression_parse(FaltungExpression *expression, const char *text, GError **error) {
    g_autoptr(GHashTable) parts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Parser parser = {
        .expression = expression, .start = text, .at = text, .parts = parts, .error = error};
    if (!g_utf8_validate(text, -1, NULL))
        return fail(&parser, text, "the formula is not UTF-8");
    return parse_all(&parser);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/equation/node.h"

#include "core/base/error.h"

#include <string.h>

typedef struct {
    const char *start, *at;
    const MathFont *font;
    Alphabet alphabet;
    Node *mark; /* the innermost one around */
    int depth;
    GError **error;
    gboolean failed;
} Parser;

#define DEEPEST 64

static GPtrArray *parse_list(Parser *parser);
static Node *parse_atom(Parser *parser);

G_GNUC_PRINTF(3, 4)
static gpointer fail(Parser *parser, const char *where, const char *format, ...) {
    if (!parser->failed) {
        va_list arguments;
        va_start(arguments, format);
        g_autofree char *message = g_strdup_vprintf(format, arguments);
        va_end(arguments);
        faltung_fail(parser->error, FALTUNG_ERROR_INPUT, "column %d: %s",
                     (int)g_utf8_strlen(parser->start, where - parser->start) + 1, message);
    }
    parser->failed = TRUE;
    return NULL;
}

static void skip_space(Parser *parser) {
    while (g_ascii_isspace(*parser->at))
        parser->at++;
}

/* The command at the reader, without its backslash; "" where there is none. */
static void peek_command(Parser *parser, char name[32]) {
    name[0] = '\0';
    skip_space(parser);
    if (*parser->at != '\\')
        return;
    const char *c = parser->at + 1;
    size_t n = 0;
    while (g_ascii_isalpha(c[n]) && n < 30)
        n++;
    if (n == 0 && *c)
        n = 1;
    memcpy(name, c, n);
    name[n] = '\0';
}

static gboolean accept_command(Parser *parser, const char *wanted) {
    char name[32];
    peek_command(parser, name);
    if (strcmp(name, wanted) != 0)
        return FALSE;
    parser->at += 1 + strlen(name);
    return TRUE;
}

static gboolean at_end_of_list(Parser *parser) {
    skip_space(parser);
    if (strchr("}&", *parser->at)) /* or the end of the text */
        return TRUE;
    char name[32];
    peek_command(parser, name);
    return strcmp(name, "\\") == 0 || strcmp(name, "right") == 0 || strcmp(name, "end") == 0;
}

/* Text up to the matching brace; @at is behind the opening one. */
static char *read_braced(Parser *parser, const char *what) {
    skip_space(parser);
    if (*parser->at != '{')
        return fail(parser, parser->at, "expected `{` and %s", what);
    const char *open = parser->at++;
    GString *text = g_string_new(NULL);
    for (int depth = 1;; parser->at++) {
        char c = *parser->at;
        if (c == '\0') {
            g_string_free(text, TRUE);
            return fail(parser, open, "this `{` is never closed; a `}` would close it");
        }
        if (c == '\\' && parser->at[1] && strchr("{}_%&#$ ", parser->at[1])) {
            g_string_append_c(text, *++parser->at);
            continue;
        }
        depth += (c == '{') - (c == '}');
        if (depth == 0)
            break;
        if (c != '{' && c != '}')
            g_string_append_c(text, c);
    }
    parser->at++;
    return g_string_free(text, FALSE);
}

/* A list in braces, or a single atom. */
static GPtrArray *parse_argument(Parser *parser, const char *of) {
    skip_space(parser);
    if (*parser->at == '{') {
        const char *open = parser->at++;
        GPtrArray *list = parse_list(parser);
        if (!list)
            return NULL;
        if (*parser->at != '}') {
            g_ptr_array_unref(list);
            if (*parser->at == '\0')
                return fail(parser, open, "this `{` is never closed; a `}` would close it");
            return fail(parser, parser->at, "expected the `}` of a group before this");
        }
        parser->at++;
        return list;
    }
    if (at_end_of_list(parser) || strchr("^_'", *parser->at))
        return fail(parser, parser->at, "%s has nothing to apply to; expected `{...}`", of);
    Node *node = parse_atom(parser);
    if (!node)
        return NULL;
    GPtrArray *list = node_list_new();
    g_ptr_array_add(list, node);
    return list;
}

static Node *with_body(Parser *parser, Node *node, const char *of) {
    node->body = parse_argument(parser, of);
    if (node->body)
        return node;
    node_free(node);
    return NULL;
}

static Node *symbol_node(Parser *parser, const char *where, gunichar code, AtomClass class,
                         Limits limits) {
    if (!math_font_glyph(parser->font, code, 0))
        return fail(parser, where, "the font %s has no character U+%04X", parser->font->family,
                    code);
    Node *node = node_new(NODE_SYMBOL, class);
    node->code = code;
    node->limits = limits;
    return node;
}

static Node *text_node(const char *text, AtomClass class, Limits limits) {
    Node *node = node_new(NODE_TEXT, class);
    node->text = g_strdup(text);
    node->limits = limits;
    return node;
}

static gboolean read_delimiter(Parser *parser, gunichar *code) {
    char name[32];
    peek_command(parser, name);
    const char *where = parser->at;
    if (*where == '.') {
        parser->at++;
        *code = 0; /* none */
        return TRUE;
    }
    *code = name[0] ? delimiter_find(name, TRUE) : *where ? delimiter_find(where, FALSE) : 0;
    if (*code == 0) {
        fail(parser, where, "expected a delimiter such as ( [ | \\{ \\lfloor or . for none");
        return FALSE;
    }
    parser->at += name[0] ? 1 + strlen(name) : 1;
    return TRUE;
}

static Node *parse_fenced(Parser *parser, const char *where) {
    Node *node = node_new(NODE_FENCED, CLASS_INNER);
    if (!read_delimiter(parser, &node->code) || !(node->body = parse_list(parser)))
        goto failed;
    if (!accept_command(parser, "right")) {
        fail(parser, where, "this \\left has no \\right; `\\right.` closes it without a sign");
        goto failed;
    }
    if (read_delimiter(parser, &node->close))
        return node;
failed:
    node_free(node);
    return NULL;
}

static const struct {
    const char *name;
    MatrixKind kind;
    gunichar open, close;
} environments[] = {
    {"matrix", MATRIX_CENTRED, 0, 0},      {"pmatrix", MATRIX_CENTRED, '(', ')'},
    {"bmatrix", MATRIX_CENTRED, '[', ']'}, {"vmatrix", MATRIX_CENTRED, '|', '|'},
    {"cases", MATRIX_CASES, '{', 0},       {"aligned", MATRIX_ALIGNED, 0, 0},
    {"align", MATRIX_ALIGNED, 0, 0},       {"split", MATRIX_ALIGNED, 0, 0},
    {"gathered", MATRIX_GATHERED, 0, 0},
};

/* Cells up to something that is neither & nor \\. */
static GPtrArray *parse_rows(Parser *parser) {
    GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    GPtrArray *row = NULL;
    for (;;) {
        if (!row) {
            row = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
            g_ptr_array_add(rows, row);
        }
        GPtrArray *cell = parse_list(parser);
        if (!cell) {
            g_ptr_array_unref(rows);
            return NULL;
        }
        g_ptr_array_add(row, cell);
        if (*parser->at == '&')
            parser->at++;
        else if (accept_command(parser, "\\"))
            row = NULL;
        else
            break;
    }
    /* a \\ behind the last row begins no new one */
    GPtrArray *last = g_ptr_array_index(rows, rows->len - 1);
    if (rows->len > 1 && last->len == 1 && ((GPtrArray *)g_ptr_array_index(last, 0))->len == 0)
        g_ptr_array_set_size(rows, rows->len - 1);
    return rows;
}

static Node *parse_environment(Parser *parser, const char *where) {
    g_autofree char *name = read_braced(parser, "the name of an environment");
    if (!name)
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(environments); i++) {
        if (strcmp(environments[i].name, name) != 0)
            continue;
        gboolean fenced = environments[i].open != 0;
        Node *node = node_new(NODE_MATRIX, fenced ? CLASS_INNER : CLASS_ORD);
        node->matrix = environments[i].kind;
        node->code = environments[i].open;
        node->close = environments[i].close;
        node->rows = parse_rows(parser);
        if (node->rows && accept_command(parser, "end")) {
            const char *end = parser->at;
            g_autofree char *closed = read_braced(parser, "the name of the environment");
            if (closed && strcmp(closed, name) == 0)
                return node;
            fail(parser, end, "\\end{%s} where \\end{%s} was expected", closed, name);
        } else {
            fail(parser, where, "this \\begin{%s} has no \\end{%s}", name, name);
        }
        node_free(node);
        return NULL;
    }
    return fail(parser, where,
                "unknown environment %s; known are matrix, pmatrix, bmatrix, vmatrix, cases, "
                "aligned, gathered",
                name);
}

static Node *parse_mark(Parser *parser) {
    Node *node = node_new(NODE_MARK, CLASS_ORD);
    node->outer = parser->mark;
    node->id = read_braced(parser, "an id");
    if (node->id) {
        parser->mark = node;
        node->body = parse_argument(parser, "\\mark");
        parser->mark = node->outer;
    }
    if (!node->body) {
        node_free(node);
        return NULL;
    }
    node_inherit_class(node);
    return node;
}

static Node *parse_alphabet(Parser *parser, Alphabet alphabet) {
    skip_space(parser);
    if (alphabet == ALPHABET_ROMAN && *parser->at == '{') {
        /* a word is set as a word */
        size_t n = 1 + strspn(parser->at + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789");
        if (n > 1 && parser->at[n] == '}') {
            g_autofree char *word = g_strndup(parser->at + 1, n - 1);
            parser->at += n + 1;
            return text_node(word, CLASS_ORD, LIMITS_NEVER);
        }
    }
    Alphabet before = parser->alphabet;
    parser->alphabet = alphabet;
    Node *node = with_body(parser, node_new(NODE_GROUP, CLASS_ORD), "the alphabet");
    parser->alphabet = before;
    if (node)
        node_inherit_class(node);
    return node;
}

static Node *parse_fraction(Parser *parser, char kind) {
    Node *node = node_new(NODE_FRACTION, kind == 'b' ? CLASS_ORD : CLASS_INNER);
    if (kind == 'b')
        node->code = '(', node->close = ')';
    node->has_style = kind == 't' || kind == 'd';
    node->style = kind == 't' ? STYLE_TEXT : STYLE_DISPLAY;
    node->body = parse_argument(parser, "the fraction");
    node->second = node->body ? parse_argument(parser, "the fraction's denominator") : NULL;
    if (node->second)
        return node;
    node_free(node);
    return NULL;
}

static Node *parse_radical(Parser *parser) {
    Node *node = node_new(NODE_RADICAL, CLASS_ORD);
    skip_space(parser);
    if (*parser->at == '[') {
        const char *open = parser->at++;
        const char *close = strchr(open, ']');
        if (!close) {
            node_free(node);
            return fail(parser, open, "this `[` is never closed; a `]` would close it");
        }
        g_autofree char *degree = g_strndup(open + 1, close - open - 1);
        Parser inner = *parser;
        inner.start = inner.at = degree;
        node->second = parse_list(&inner);
        parser->failed |= inner.failed;
        parser->at = close + 1;
        if (!node->second) {
            node_free(node);
            return NULL;
        }
    }
    return with_body(parser, node, "\\sqrt");
}

/* \overset{above}{base}, \underset{below}{base} */
static Node *parse_stack(Parser *parser, gboolean under) {
    Node *node = node_new(NODE_GROUP, CLASS_ORD);
    node->limits = LIMITS_ALWAYS;
    GPtrArray **script = under ? &node->sub : &node->sup;
    *script = parse_argument(parser, under ? "\\underset" : "\\overset");
    if (!*script) {
        node_free(node);
        return NULL;
    }
    node = with_body(parser, node, under ? "\\underset" : "\\overset");
    if (!node)
        return NULL;
    node_inherit_class(node);
    /* scripts that follow belong to the whole */
    Node *whole = node_new(NODE_GROUP, node->class);
    whole->body = node_list_new();
    g_ptr_array_add(whole->body, node);
    return whole;
}

/* \bigl( \Big| ...; NULL without an error: @name is no such command. */
static Node *parse_big(Parser *parser, const char *name) {
    static const struct {
        const char *name;
        double size;
    } sizes[] = {{"bigg", 2.4}, {"Bigg", 3.0}, {"big", 1.2}, {"Big", 1.8}};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        if (!g_str_has_prefix(name, sizes[i].name))
            continue;
        const char *side = name + strlen(sizes[i].name);
        AtomClass class = *side == 'l'   ? CLASS_OPEN
                          : *side == 'r' ? CLASS_CLOSE
                          : *side == 'm' ? CLASS_REL
                                         : CLASS_ORD;
        if (*side && (class == CLASS_ORD || side[1]))
            continue; /* \bigcup */
        Node *node = node_new(NODE_BIG, class);
        node->size = sizes[i].size;
        if (read_delimiter(parser, &node->code))
            return node;
        node_free(node);
        return NULL;
    }
    return NULL;
}

static Node *body_with_sign(Parser *parser, NodeType type, gboolean under) {
    Node *node = node_new(type, type == NODE_BRACE ? CLASS_OP : CLASS_ORD);
    node->limits = type == NODE_BRACE ? LIMITS_ALWAYS : LIMITS_NEVER;
    node->under = under;
    return with_body(parser, node, under ? "the sign below" : "the sign above");
}

static Node *space_node(double mu) {
    Node *node = node_new(NODE_SPACE, CLASS_ORD);
    node->size = mu;
    return node;
}

static gboolean space_find(const char *name, double *mu) {
    static const struct {
        const char *name;
        double mu;
    } spaces[] = {{",", 3}, {":", 4},     {">", 4},      {";", 5},        {"!", -3},
                  {" ", 6}, {"quad", 18}, {"qquad", 36}, {"thinspace", 3}};
    for (guint i = 0; i < G_N_ELEMENTS(spaces); i++) {
        if (strcmp(spaces[i].name, name) == 0) {
            *mu = spaces[i].mu;
            return TRUE;
        }
    }
    return FALSE;
}

static Node *unknown_command(Parser *parser, const char *where, const char *name) {
    g_autofree const char **names = symbol_names();
    const char *nearest = faltung_nearest(name, names);
    if (nearest)
        return fail(parser, where, "unknown command \\%s; did you mean \\%s?", name, nearest);
    return fail(parser, where,
                "unknown command \\%s; an upright name is written \\operatorname{%s}", name, name);
}

static Node *parse_command(Parser *parser) {
    char name[32];
    const char *where = parser->at;
    peek_command(parser, name);
    parser->at += 1 + strlen(name);
    if (name[0] == '\0')
        return fail(parser, where, "a lone backslash; expected a command behind it");

    const Symbol *symbol = symbol_find(name);
    if (symbol)
        return symbol_node(parser, where, alphabet_map(parser->alphabet, symbol->code),
                           symbol->class, symbol->limits);
    const Function *function = function_find(name);
    if (function)
        return text_node(function->text, CLASS_OP, function->limits);
    const Accent *accent = accent_find(name);
    if (accent) {
        Node *node = node_new(NODE_ACCENT, CLASS_ORD);
        node->code = accent->code;
        node->stretch = accent->wide;
        return with_body(parser, node, "the accent");
    }
    Alphabet alphabet;
    if (alphabet_find(name, &alphabet))
        return parse_alphabet(parser, alphabet);
    double mu;
    if (space_find(name, &mu))
        return space_node(mu);

    static const struct {
        const char *name;
        Style style;
    } styles[] = {{"displaystyle", STYLE_DISPLAY},
                  {"textstyle", STYLE_TEXT},
                  {"scriptstyle", STYLE_SCRIPT},
                  {"scriptscriptstyle", STYLE_SCRIPTSCRIPT}};
    for (guint i = 0; i < G_N_ELEMENTS(styles); i++) {
        if (strcmp(styles[i].name, name) == 0) {
            Node *node = node_new(NODE_STYLE, CLASS_ORD);
            node->style = styles[i].style;
            return node;
        }
    }
#define IS(command) (strcmp(name, command) == 0)
    if (IS("frac") || IS("tfrac") || IS("dfrac") || IS("binom"))
        return parse_fraction(parser, name[0]);
    if (IS("sqrt"))
        return parse_radical(parser);
    if (IS("left"))
        return parse_fenced(parser, where);
    if (IS("middle")) {
        Node *node = node_new(NODE_MIDDLE, CLASS_REL);
        if (read_delimiter(parser, &node->code))
            return node;
        node_free(node);
        return NULL;
    }
    if (IS("begin"))
        return parse_environment(parser, where);
    if (IS("mark"))
        return parse_mark(parser);
    if (IS("text") || IS("textrm") || IS("mbox")) {
        g_autofree char *text = read_braced(parser, "a text");
        return text ? text_node(text, CLASS_ORD, LIMITS_NEVER) : NULL;
    }
    if (IS("operatorname")) {
        Limits limits = *parser->at == '*' ? LIMITS_DISPLAY : LIMITS_NEVER;
        parser->at += *parser->at == '*';
        g_autofree char *text = read_braced(parser, "a name");
        return text ? text_node(text, CLASS_OP, limits) : NULL;
    }
    if (IS("overline") || IS("underline"))
        return body_with_sign(parser, NODE_LINE, IS("underline"));
    if (IS("overbrace") || IS("underbrace"))
        return body_with_sign(parser, NODE_BRACE, IS("underbrace"));
    if (IS("overset") || IS("stackrel") || IS("underset"))
        return parse_stack(parser, IS("underset"));
    if (IS("substack")) {
        skip_space(parser);
        if (*parser->at != '{')
            return fail(parser, parser->at, "expected `{` and rows");
        parser->at++;
        Node *node = node_new(NODE_MATRIX, CLASS_ORD);
        node->matrix = MATRIX_STACK;
        node->rows = parse_rows(parser);
        if (node->rows && *parser->at == '}') {
            parser->at++;
            return node;
        }
        node_free(node);
        return fail(parser, where, "the `{` of this \\substack is never closed");
    }
#undef IS
    Node *big = parse_big(parser, name);
    return big || parser->failed ? big : unknown_command(parser, where, name);
}

static Node *parse_character(Parser *parser) {
    const char *where = parser->at;
    gunichar code = g_utf8_get_char(where);
    parser->at = g_utf8_next_char(where);
    if (code == '~')
        return space_node(6);
    if (code == '-')
        code = 0x2212; /* minus */
    else if (code == '*')
        code = 0x2217;
    else if (code == 0xb7)
        code = 0x22c5; /* the middle dot, typed, is a product */
    else if (code == '#' || code == '$' || code == '%')
        return fail(parser, where, "a `%c` must be written \\%c", code, code);
    const Symbol *symbol = symbol_for_character(code);
    return symbol_node(parser, where, alphabet_map(parser->alphabet, code),
                       symbol ? symbol->class : CLASS_ORD, symbol ? symbol->limits : LIMITS_NEVER);
}

/* Something without its scripts. */
static Node *parse_atom(Parser *parser) {
    if (++parser->depth > DEEPEST)
        return fail(parser, parser->at, "groups are nested more than %d deep", DEEPEST);
    Node *node = NULL;
    if (*parser->at == '{') {
        node = with_body(parser, node_new(NODE_GROUP, CLASS_ORD), "the group");
    } else if (*parser->at == '\\') {
        node = parse_command(parser);
    } else {
        node = parse_character(parser);
    }
    parser->depth--;
    return node;
}

static gboolean parse_script(Parser *parser, Node *node, gboolean above) {
    const char *where = parser->at++;
    GPtrArray **script = above ? &node->sup : &node->sub;
    if (*script) {
        fail(parser, where, "a second %s; braces around the first part would make it clear",
             above ? "superscript" : "subscript");
        return FALSE;
    }
    *script = parse_argument(parser, above ? "^" : "_");
    return *script != NULL;
}

static gboolean parse_primes(Parser *parser, Node *node) {
    const char *where = parser->at;
    GPtrArray *primes = node_list_new();
    for (; *parser->at == '\''; parser->at++)
        g_ptr_array_add(primes, symbol_node(parser, where, 0x2032, CLASS_ORD, LIMITS_NEVER));
    if (node->sup) {
        g_ptr_array_unref(primes);
        fail(parser, where, "a prime behind a superscript; write it before the `^`");
        return FALSE;
    }
    node->sup = primes;
    if (*parser->at != '^')
        return TRUE;
    parser->at++; /* x'^2: both are above */
    g_autoptr(GPtrArray) more = parse_argument(parser, "^");
    if (!more)
        return FALSE;
    g_ptr_array_extend_and_steal(primes, g_steal_pointer(&more));
    return TRUE;
}

static gboolean parse_scripts(Parser *parser, Node *node) {
    for (;;) {
        char name[32];
        peek_command(parser, name);
        if (*parser->at == '^' || *parser->at == '_') {
            if (!parse_script(parser, node, *parser->at == '^'))
                return FALSE;
        } else if (*parser->at == '\'') {
            if (!parse_primes(parser, node))
                return FALSE;
        } else if (accept_command(parser, "limits")) {
            node->limits = LIMITS_ALWAYS;
        } else if (accept_command(parser, "nolimits")) {
            node->limits = LIMITS_NEVER;
        } else {
            return TRUE;
        }
    }
}

/* Atoms up to the end of the text, a closing brace, &, \\, \right or \end, which is left. */
static GPtrArray *parse_list(Parser *parser) {
    GPtrArray *list = node_list_new();
    while (!at_end_of_list(parser)) {
        Node *node;
        if (strchr("^_'", *parser->at)) { /* a script of nothing */
            node = node_new(NODE_GROUP, CLASS_ORD);
            node->body = node_list_new();
        } else {
            node = parse_atom(parser);
        }
        if (!node)
            goto failed;
        g_ptr_array_add(list, node);
        if (node->type != NODE_SPACE && node->type != NODE_STYLE && !parse_scripts(parser, node))
            goto failed;
    }
    return list;
failed:
    g_ptr_array_unref(list);
    return NULL;
}

GPtrArray *equation_parse(const char *tex, const MathFont *font, Node *outer, GError **error) {
    Parser parser = {.start = tex, .at = tex, .font = font, .mark = outer, .error = error};
    if (!g_utf8_validate(tex, -1, NULL))
        return fail(&parser, tex, "the text is not valid UTF-8");
    g_autoptr(GPtrArray) rows = parse_rows(&parser);
    if (!rows || parser.failed)
        return NULL;
    if (*parser.at == '}')
        return fail(&parser, parser.at, "a `}` without a `{` before it");
    char name[32];
    peek_command(&parser, name);
    if (*parser.at)
        return fail(&parser, parser.at, "\\%s without a \\%s before it", name,
                    strcmp(name, "end") == 0 ? "begin" : "left");
    GPtrArray *first = g_ptr_array_index(rows, 0);
    if (rows->len == 1 && first->len == 1)
        return g_ptr_array_ref(g_ptr_array_index(first, 0));
    Node *node = node_new(NODE_MATRIX, CLASS_ORD);
    node->matrix = MATRIX_ALIGNED;
    node->rows = g_steal_pointer(&rows);
    GPtrArray *list = node_list_new();
    g_ptr_array_add(list, node);
    return list;
}

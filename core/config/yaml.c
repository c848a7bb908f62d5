/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/yaml.h"

#include "core/base/quote.h"

#include <glib/gi18n-lib.h>
#include <libfyaml.h>
#include <string.h>

enum { MOST_DEPTH = 40 };

/* -- nodes -------------------------------------------------------------------------------- */

static FaltungYamlNode *node_new(FaltungYamlType type, size_t start, size_t end) {
    FaltungYamlNode *node = g_new0(FaltungYamlNode, 1);
    node->type = type;
    node->start = start;
    node->end = end;
    if (type == FALTUNG_YAML_MAP)
        node->keys = g_ptr_array_new_with_free_func((GDestroyNotify)faltung_yaml_free);
    if (type == FALTUNG_YAML_MAP || type == FALTUNG_YAML_LIST)
        node->values = g_ptr_array_new_with_free_func((GDestroyNotify)faltung_yaml_free);
    return node;
}

void faltung_yaml_free(FaltungYamlNode *node) {
    if (!node)
        return;
    g_free(node->text);
    g_clear_pointer(&node->keys, g_ptr_array_unref);
    g_clear_pointer(&node->values, g_ptr_array_unref);
    g_free(node);
}

guint faltung_yaml_size(const FaltungYamlNode *node) {
    return node && node->values ? node->values->len : 0;
}

FaltungYamlNode *faltung_yaml_key(const FaltungYamlNode *map, guint index) {
    return map->keys->pdata[index];
}

FaltungYamlNode *faltung_yaml_value(const FaltungYamlNode *node, guint index) {
    return node->values->pdata[index];
}

int faltung_yaml_find(const FaltungYamlNode *map, const char *key) {
    for (guint i = 0; map && map->keys && i < map->keys->len; i++) {
        if (g_str_equal(faltung_yaml_key(map, i)->text, key))
            return i;
    }
    return -1;
}

FaltungYamlNode *faltung_yaml_get(const FaltungYamlNode *map, const char *key) {
    int index = faltung_yaml_find(map, key);
    return index < 0 ? NULL : faltung_yaml_value(map, index);
}

/* Quotes matter where they turn a number or a word like true into text. */
static gboolean scalars_equal(const FaltungYamlNode *a, const FaltungYamlNode *b) {
    if (g_strcmp0(a->text, b->text) != 0)
        return FALSE;
    if (a->quoted == b->quoted)
        return TRUE;
    g_autofree char *quoted = faltung_yaml_quote(a->text);
    return g_str_equal(quoted, a->text) || strpbrk(a->text, ",[]{}");
}

gboolean faltung_yaml_equal(const FaltungYamlNode *a, const FaltungYamlNode *b) {
    if (a->type != b->type || !scalars_equal(a, b) || faltung_yaml_size(a) != faltung_yaml_size(b))
        return FALSE;
    for (guint i = 0; i < faltung_yaml_size(a); i++) {
        if (a->keys && !g_str_equal(faltung_yaml_key(a, i)->text, faltung_yaml_key(b, i)->text))
            return FALSE;
        if (!faltung_yaml_equal(faltung_yaml_value(a, i), faltung_yaml_value(b, i)))
            return FALSE;
    }
    return TRUE;
}

static void write_flow(GString *out, const FaltungYamlNode *node) {
    if (node->type == FALTUNG_YAML_EMPTY) {
        g_string_append(out, "null");
    } else if (node->type == FALTUNG_YAML_SCALAR) {
        g_autofree char *quoted = faltung_yaml_quote(node->text);
        gboolean plain = !node->quoted && !strpbrk(node->text, ",[]{}");
        g_string_append(out, plain ? node->text : quoted);
    } else {
        gboolean map = node->type == FALTUNG_YAML_MAP;
        g_string_append_c(out, map ? '{' : '[');
        for (guint i = 0; i < faltung_yaml_size(node); i++) {
            if (i > 0)
                g_string_append(out, ", ");
            if (map) {
                write_flow(out, faltung_yaml_key(node, i));
                g_string_append(out, ": ");
            }
            write_flow(out, faltung_yaml_value(node, i));
        }
        g_string_append_c(out, map ? '}' : ']');
    }
}

char *faltung_yaml_flow(const FaltungYamlNode *node) {
    GString *out = g_string_new(NULL);
    write_flow(out, node);
    return g_string_free(out, FALSE);
}

/* -- where nodes lie ---------------------------------------------------------------------- */

/* libfyaml gives no marks to what is not there, none to the end of block collections, and the
   inside of quotes; the text itself says the rest. */

static size_t skip_spaces(const char *text, size_t at) {
    return at + strspn(text + at, " \t");
}

/* Skips white space, line ends and comments. */
static size_t skip_blank(const char *text, size_t at) {
    for (;;) {
        at += strspn(text + at, " \t\r\n");
        if (text[at] != '#')
            return at;
        at += strcspn(text + at, "\n");
    }
}

/* Where the value of the next entry of @parent may begin: behind the colon or the dash. */
static size_t lead_of(const char *text, const FaltungYamlNode *parent, const FaltungYamlNode *key) {
    if (!parent)
        return 0;
    if (key) {
        size_t colon = skip_spaces(text, key->end);
        return text[colon] == ':' ? colon + 1 : key->end;
    }
    guint n = parent->values->len;
    size_t at = n ? faltung_yaml_value(parent, n - 1)->end : parent->start;
    at = skip_blank(text, at);
    return text[at] && strchr("-,[", text[at]) ? at + 1 : at;
}

static FaltungYamlNode *scalar_new(const char *text, struct fy_event *event, size_t lead,
                                   GPtrArray *mistakes) {
    struct fy_token *token = fy_event_get_token(event);
    const struct fy_mark *start = fy_event_start_mark(event), *end = fy_event_end_mark(event);
    if (!token || !start || !end)
        return node_new(FALTUNG_YAML_EMPTY, lead, lead);
    FaltungYamlNode *node = node_new(FALTUNG_YAML_SCALAR, start->input_pos, end->input_pos);
    enum fy_scalar_style style = fy_scalar_token_get_style(token);
    size_t length;
    const char *value = fy_token_get_text(token, &length);
    node->text = g_strndup(value ? value : "", value ? length : 0);
    node->quoted = style != FYSS_PLAIN;
    if (value && !g_utf8_validate_len(value, length, NULL))
        faltung_mistakes_add(mistakes, node->start, FALTUNG_ERROR_INPUT,
                             "this text has escapes that are no characters; take them out");
    if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) {
        node->start--;
        node->end++;
    } else if (style == FYSS_LITERAL || style == FYSS_FOLDED) {
        node->start = skip_blank(text, lead); /* the | or > */
        while (node->end > node->start + 1 && g_ascii_isspace(text[node->end - 1]))
            node->end--;
    } else if (g_str_equal(node->text, "null") || g_str_equal(node->text, "~")) {
        node->type = FALTUNG_YAML_EMPTY;
        g_clear_pointer(&node->text, g_free);
    }
    return node;
}

/* -- libfyaml's complaints ---------------------------------------------------------------- */

/* What libfyaml's words mean, and what would mend it. */
static const struct {
    const char *complaint, *what, *cure;
} cures[] = {
    {"tab ", N_("a tab character in the indentation"), N_("indent with spaces")},
    {"missing comma", N_("no comma between two entries"), N_("put a comma between the entries")},
    {"invalid extra closing", N_("a closing bracket too many"), N_("take the extra bracket away")},
    {"nested block mapping on the same line", N_("a second `key: value` on the same line"),
     N_("put text with a colon in quotes, or a mapping on lines of its own or in {...}")},
    {"block sequence on the same line", N_("a list that begins on the line of its key"),
     N_("put the list on lines of its own or in [...]")},
    {"after single-quoted", N_("more text behind the closing quote"),
     N_("write '' for a ' inside '...', or use \"...\"")},
    {"after double-quoted", N_("more text behind the closing quote"),
     N_("write \\\" for a \" inside \"...\"")},
    {"quoted scalar", N_("quotes that are not closed"), N_("close the quotes")},
    {"plain scalar cannot start", N_("a text that begins with a sign of YAML's own"),
     N_("put the text in quotes")},
    {"indent", N_("an indentation that fits no line above"),
     N_("indent the keys of one mapping by the same number of spaces")},
    {"did not find expected key", N_("no key where one belongs"),
     N_("write `key: value`, the keys of one mapping under each other")},
};

static void add_complaint(GPtrArray *mistakes, const char *text, size_t offset,
                          const char *complaint) {
    if (strstr(complaint, "multiline plain key")) {
        /* libfyaml's word for lines of which one is not `key: value` */
        size_t word = strcspn(text + offset, " \t\r\n:,]}#");
        if (text[offset + word] == ':' && text[offset + word + 1] > ' ') {
            g_autofree char *key = g_strndup(text + offset, word);
            faltung_mistakes_add(mistakes, offset, FALTUNG_ERROR_INPUT,
                                 "not valid YAML: no space after `%s:`; write `%s: ...`", key, key);
            return;
        }
        faltung_mistakes_add(mistakes, offset, FALTUNG_ERROR_INPUT,
                             "not valid YAML: this goes on in the next line, which looks like "
                             "`key: value`; write `key: value` in every line, and indent the "
                             "keys of one mapping by the same number of spaces");
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(cures); i++) {
        if (strstr(complaint, cures[i].complaint)) {
            faltung_mistakes_add(mistakes, offset, FALTUNG_ERROR_INPUT, "not valid YAML: %s; %s",
                                 _(cures[i].what), _(cures[i].cure));
            return;
        }
    }
    faltung_mistakes_add(mistakes, offset, FALTUNG_ERROR_INPUT, "not valid YAML: %s", complaint);
}

/* A tab before the first word of a line often is the cause of a complaint elsewhere. */
static gboolean find_tab(const char *text, size_t *offset) {
    for (const char *line = text; *line;) {
        size_t blank = strspn(line, " ");
        if (line[blank] == '\t' && !strchr("\r\n#", line[blank + strspn(line + blank, " \t")])) {
            *offset = line + blank - text;
            return TRUE;
        }
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    return FALSE;
}

/* Finds a bracket that nothing closes: libfyaml notices it only where the text makes no sense
   any more. Block scalars do not come into it: a bracket in one only misleads this message. */
static gboolean find_open_bracket(const char *text, size_t *offset) {
    size_t open[MOST_DEPTH];
    int depth = 0;
    char quote = '\0';
    for (size_t i = 0; text[i]; i++) {
        char before = i ? text[i - 1] : '\n';
        gboolean starts = g_ascii_isspace(before) || strchr("[{,:", before);
        if (quote) {
            if (text[i] == '\\' && quote == '"' && text[i + 1])
                i++;
            else if (text[i] == quote)
                quote = '\0';
        } else if (starts && (text[i] == '"' || text[i] == '\'')) {
            quote = text[i];
        } else if (g_ascii_isspace(before) && text[i] == '#') {
            i += strcspn(text + i, "\n") - 1;
        } else if ((starts || depth) && (text[i] == '[' || text[i] == '{')) {
            if (depth == MOST_DEPTH)
                return FALSE;
            open[depth++] = i;
        } else if (depth && (text[i] == ']' || text[i] == '}')) {
            if (text[i] != text[open[depth - 1]] + 2) /* '[' + 2 = ']' and '{' + 2 = '}' */
                break;
            depth--;
        }
    }
    if (quote || depth == 0)
        return FALSE;
    *offset = open[depth - 1];
    return TRUE;
}

static void add_complaints(GPtrArray *mistakes, const char *text, struct fy_diag *diag) {
    size_t tab;
    if (find_tab(text, &tab)) {
        add_complaint(mistakes, text, tab, "tab ");
        return;
    }
    size_t bracket;
    if (find_open_bracket(text, &bracket)) {
        faltung_mistakes_add(mistakes, bracket, FALTUNG_ERROR_INPUT,
                             "not valid YAML: this %c is not closed; close it with %c",
                             text[bracket], text[bracket] + 2);
        return;
    }
    guint before = mistakes->len;
    void *iterator = NULL;
    struct fy_diag_error *complaint;
    while ((complaint = fy_diag_errors_iterate(diag, &iterator))) {
        if (complaint->type >= FYET_ERROR && complaint->msg)
            add_complaint(mistakes, text,
                          faltung_text_offset(text, complaint->line, complaint->column),
                          complaint->msg);
    }
    if (mistakes->len == before)
        faltung_mistakes_add(mistakes, 0, FALTUNG_ERROR_INPUT, "not valid YAML");
}

/* -- parsing ------------------------------------------------------------------------------ */

typedef struct {
    const char *text;
    GPtrArray *mistakes;
    FaltungYamlNode *root;
    FaltungYamlNode *open[MOST_DEPTH]; /* lists and maps not closed yet */
    FaltungYamlNode *keys[MOST_DEPTH]; /* (nullable) (owned): the key that waits for its value */
    GHashTable *seen[MOST_DEPTH];      /* (nullable) (owned): keys of the map */
    int depth;
    int n_documents;
} Builder;

static void complain(Builder *builder, size_t offset, const char *what) {
    faltung_mistakes_add(builder->mistakes, offset, FALTUNG_ERROR_INPUT, "%s", _(what));
}

static void add_key(Builder *builder, FaltungYamlNode *node) {
    const char *text = builder->text;
    GHashTable *seen = builder->seen[builder->depth - 1];
    if (node->type == FALTUNG_YAML_EMPTY) { /* a key called null is a word like any other */
        node->text = g_strndup(text + node->start, node->end - node->start);
        node->type = FALTUNG_YAML_SCALAR;
        if (node->start == node->end)
            complain(builder, node->start, "a key is missing before the colon; write `key: value`");
    }
    size_t before = node->start;
    while (before > 0 && strchr(" \t", text[before - 1]))
        before--;
    if (before < node->start && before > 0 && text[before - 1] == '?')
        complain(builder, node->start, "keys are written `key: value` here, without the `?`");
    FaltungYamlNode *earlier = g_hash_table_lookup(seen, node->text);
    if (earlier) {
        int line, column;
        faltung_text_position(text, earlier->start, &line, &column);
        faltung_mistakes_add(builder->mistakes, node->start, FALTUNG_ERROR_INPUT,
                             "the key '%s' is given twice, first in line %d; keep one of them",
                             node->text, line);
    } else {
        g_hash_table_insert(seen, node->text, node);
    }
    builder->keys[builder->depth - 1] = node;
}

static size_t next_lead(Builder *builder) {
    int top = builder->depth - 1;
    return top < 0 ? 0 : lead_of(builder->text, builder->open[top], builder->keys[top]);
}

/* Puts a finished or opened node where it belongs. */
static void place(Builder *builder, FaltungYamlNode *node) {
    node->lead = next_lead(builder);
    FaltungYamlNode *parent = builder->depth ? builder->open[builder->depth - 1] : NULL;
    if (!parent) {
        faltung_yaml_free(builder->root);
        builder->root = node;
    } else if (parent->type == FALTUNG_YAML_LIST) {
        g_ptr_array_add(parent->values, node);
    } else if (builder->keys[builder->depth - 1]) {
        g_ptr_array_add(parent->keys, g_steal_pointer(&builder->keys[builder->depth - 1]));
        g_ptr_array_add(parent->values, node);
    } else if (node->keys || node->values) {
        complain(builder, node->start, "a key must be a single word, not a list or a mapping");
        /* stands in for the key; nothing will look at it, as there are mistakes */
        FaltungYamlNode *key = node_new(FALTUNG_YAML_SCALAR, node->start, node->start);
        key->text = g_strdup("");
        g_ptr_array_add(parent->keys, key);
        g_ptr_array_add(parent->values, node);
    } else {
        add_key(builder, node);
    }
}

static gboolean open_node(Builder *builder, FaltungYamlType type, struct fy_event *event) {
    const struct fy_mark *start = fy_event_start_mark(event);
    size_t at = start ? start->input_pos : next_lead(builder);
    FaltungYamlNode *node = node_new(type, at, at);
    node->flow = fy_event_get_node_style(event) == FYNS_FLOW;
    place(builder, node);
    if (builder->depth == MOST_DEPTH) {
        complain(builder, at, "lists and mappings lie too deep in each other; at most 40 levels");
        return FALSE;
    }
    builder->open[builder->depth] = node;
    if (type == FALTUNG_YAML_MAP)
        builder->seen[builder->depth] = g_hash_table_new(g_str_hash, g_str_equal);
    builder->depth++;
    return TRUE;
}

static void close_node(Builder *builder, struct fy_event *event) {
    FaltungYamlNode *node = builder->open[--builder->depth];
    g_clear_pointer(&builder->seen[builder->depth], g_hash_table_unref);
    g_clear_pointer(&builder->keys[builder->depth], faltung_yaml_free);
    const struct fy_mark *end = fy_event_end_mark(event);
    guint n = faltung_yaml_size(node);
    char opening = builder->text[node->start];
    if (node->flow && end && (opening == '{' || opening == '['))
        node->end = end->input_pos;
    else if (n > 0)
        node->end = faltung_yaml_value(node, n - 1)->end;
    /* the one pair of [a: 1] starts with its key, not with the colon */
    if (n > 0 && node->keys && faltung_yaml_key(node, 0)->start < node->start)
        node->start = faltung_yaml_key(node, 0)->start;
}

/* Returns: whether to go on. */
static gboolean take_event(Builder *builder, struct fy_event *event) {
    const struct fy_mark *start = fy_event_start_mark(event);
    struct fy_token *extra = NULL;
    if (event->type == FYET_SCALAR || event->type == FYET_MAPPING_START ||
        event->type == FYET_SEQUENCE_START) {
        extra = fy_event_get_anchor_token(event);
        extra = extra ? extra : fy_event_get_tag_token(event);
    }
    if (extra || event->type == FYET_ALIAS) {
        const struct fy_mark *mark = extra ? fy_token_start_mark(extra) : start;
        size_t at = mark ? mark->input_pos : next_lead(builder);
        while (at > 0 && strchr("&*!", builder->text[at - 1]))
            at--;
        complain(
            builder, at,
            "anchors (&a), aliases (*a) and tags (!a) have no place here; write the value out");
    }
    switch (event->type) {
    case FYET_DOCUMENT_START:
        if (builder->n_documents++ > 0) {
            complain(builder, start ? start->input_pos : 0,
                     "a second document begins here; write one document a file");
            return FALSE;
        }
        return TRUE;
    case FYET_SCALAR:
        place(builder, scalar_new(builder->text, event, next_lead(builder), builder->mistakes));
        return TRUE;
    case FYET_ALIAS: {
        size_t at = start ? start->input_pos : 0;
        place(builder, node_new(FALTUNG_YAML_EMPTY, at, at));
        return TRUE;
    }
    case FYET_MAPPING_START:
        return open_node(builder, FALTUNG_YAML_MAP, event);
    case FYET_SEQUENCE_START:
        return open_node(builder, FALTUNG_YAML_LIST, event);
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
        close_node(builder, event);
        return TRUE;
    default:
        return TRUE;
    }
}

/* What libfyaml lets pass though it is no text. */
static gboolean check_characters(const char *text, GPtrArray *mistakes) {
    const char *end;
    if (!g_utf8_validate(text, -1, &end)) {
        faltung_mistakes_add(mistakes, end - text, FALTUNG_ERROR_INPUT,
                             "byte 0x%02X is not UTF-8 text; save the file as UTF-8", (guchar)*end);
        return FALSE;
    }
    for (const char *c = text; *c; c++) {
        if ((guchar)*c < ' ' && !strchr("\t\r\n", *c)) {
            faltung_mistakes_add(mistakes, c - text, FALTUNG_ERROR_INPUT,
                                 "control character 0x%02X; take it out", (guchar)*c);
            return FALSE;
        }
    }
    return TRUE;
}

FaltungYamlNode *faltung_yaml_parse(const char *text, GPtrArray *mistakes) {
    guint before = mistakes->len;
    if (!check_characters(text, mistakes))
        return NULL;
    struct fy_diag_cfg diag_config;
    fy_diag_cfg_default(&diag_config);
    diag_config.fp = NULL;
    struct fy_diag *diag = fy_diag_create(&diag_config);
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg config = {
        .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE |
                 FYPCF_SLOPPY_FLOW_INDENTATION,
        .diag = diag,
    };
    struct fy_parser *parser = fy_parser_create(&config);
    fy_parser_set_string(parser, text, strlen(text));

    Builder builder = {.text = text, .mistakes = mistakes};
    gboolean go_on = TRUE;
    struct fy_event *event;
    while (go_on && (event = fy_parser_parse(parser))) {
        go_on = take_event(&builder, event);
        fy_parser_event_free(parser, event);
    }
    if (fy_parser_get_stream_error(parser))
        add_complaints(mistakes, text, diag);
    while (builder.depth-- > 0) {
        g_clear_pointer(&builder.seen[builder.depth], g_hash_table_unref);
        g_clear_pointer(&builder.keys[builder.depth], faltung_yaml_free);
    }
    fy_parser_destroy(parser);
    fy_diag_destroy(diag);

    if (!builder.root)
        builder.root = node_new(FALTUNG_YAML_EMPTY, 0, 0);
    if (mistakes->len > before)
        g_clear_pointer(&builder.root, faltung_yaml_free);
    return builder.root;
}

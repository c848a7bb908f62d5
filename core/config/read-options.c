/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/reader.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Reads what the tables of options describe: sections, kinds with their options, values. */

void faltung_reader_fail(FaltungReader *reader, size_t offset, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = faltung_message(format, arguments);
    va_end(arguments);
    faltung_mistakes_add(reader->mistakes, offset, FALTUNG_ERROR_INPUT, "%s", message);
}

/* Returns: (transfer full) (nullable): the number that was written with a decimal comma, which
   parts the entries of a mapping in braces: in {lr: 0,1} the comma makes a key of 1. */
static char *number_with_point(const FaltungReader *reader, const FaltungYamlNode *key) {
    const char *comma = reader->text + key->start, *text = reader->text;
    if (*key->text == '\0' || strspn(key->text, "0123456789eE-") != strlen(key->text) ||
        key->start < 2 || *--comma != ',' || !g_ascii_isdigit(comma[-1]))
        return NULL;
    const char *whole = comma;
    while (whole > text && (g_ascii_isdigit(whole[-1]) || whole[-1] == '-'))
        whole--;
    return g_strdup_printf("%.*s.%s", (int)(comma - whole), whole, key->text);
}

const char *faltung_reader_unknown_key(FaltungReader *reader, const FaltungYamlNode *key,
                                       const char *where, GPtrArray *known, const char *hint) {
    g_autoptr(GPtrArray) names = g_ptr_array_copy(known, NULL, NULL);
    g_ptr_array_add(names, NULL);
    g_autofree char *word = faltung_shorten(key->text);
    const char *nearest = faltung_nearest(word, (const char *const *)names->pdata);
    g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);
    g_autofree char *number = number_with_point(reader, key);
    if (number)
        faltung_reader_fail(reader, key->start,
                            "unknown key '%s' in %s; if the comma is a decimal one, write %s", word,
                            where, number);
    else if (hint) /* the very word has its place: a better guess than one like it */
        faltung_reader_fail(reader, key->start, "unknown key '%s' in %s; %s", word, where, hint);
    else if (nearest)
        faltung_reader_fail(reader, key->start, "unknown key '%s' in %s; did you mean '%s'?", word,
                            where, nearest);
    else if (known->len == 0)
        faltung_reader_fail(reader, key->start,
                            "unknown key '%s' in %s, which has no options; remove it", word, where);
    else
        faltung_reader_fail(reader, key->start, "unknown key '%s' in %s; known %s %s", word, where,
                            known->len == 1 ? _("is") : _("are"), all);
    return nearest;
}

gboolean faltung_reader_is_map(FaltungReader *reader, const FaltungYamlNode *node,
                               const char *name) {
    if (node->type == FALTUNG_YAML_MAP || node->type == FALTUNG_YAML_EMPTY)
        return TRUE;
    faltung_reader_fail(reader, node->start,
                        "%s must be a mapping; write `key: value` lines under it, or {key: value}",
                        name);
    return FALSE;
}

/* -- values ------------------------------------------------------------------------------- */

/* The node as short text for messages and for faltung_option_parse(). */
static char *value_text(const FaltungYamlNode *node) {
    if (node->type == FALTUNG_YAML_SCALAR)
        return g_strdup(node->text);
    return node->type == FALTUNG_YAML_EMPTY ? g_strdup("") : faltung_yaml_flow(node);
}

/* faltung_option_parse() with the mistake at @node; what is long is cut in the message. */
static gboolean parse_value(FaltungReader *reader, const FaltungOptionSpec *spec, void *options,
                            const FaltungYamlNode *node) {
    g_autofree char *full = value_text(node);
    gboolean whole = spec->type == FALTUNG_TEXT || spec->type == FALTUNG_NUMBERS;
    g_autofree char *text = whole ? g_strdup(full) : faltung_shorten(full);
    GError *error = NULL;
    if (faltung_option_parse(spec, options, text, &error))
        return TRUE;
    faltung_mistakes_take(reader->mistakes, node->start, error);
    return FALSE;
}

/* `sgd`, or `{sgd: {lr: 0.1}}` */
static gboolean read_variant(FaltungReader *reader, const FaltungOptionSpec *spec, void *options,
                             const FaltungYamlNode *node) {
    FaltungVariant *variant = (FaltungVariant *)((char *)options + spec->offset);
    const char *noun = _(spec->table()->noun);
    if (node->type == FALTUNG_YAML_EMPTY) {
        const FaltungKind *first = spec->table()->kinds[0];
        faltung_reader_fail(reader, node->start, "%s has no value; expected one %s, as in `%s: %s`",
                            spec->name, noun, spec->name, first->name);
        return FALSE;
    }
    if (node->type == FALTUNG_YAML_SCALAR) {
        if (!parse_value(reader, spec, options, node))
            return FALSE;
        if (!variant->kind)
            return TRUE;
        const FaltungYamlNode nothing = {.type = FALTUNG_YAML_EMPTY};
        return faltung_read_options(reader, variant->kind, variant->options, &nothing, NULL,
                                    node->start);
    }
    guint n = faltung_yaml_size(node);
    if (node->type == FALTUNG_YAML_LIST || n == 0) {
        faltung_reader_fail(reader, node->start, "%s must be one %s; write `%s: {%s: {...}}`",
                            spec->name, noun, spec->name, spec->table()->kinds[0]->name);
        return FALSE;
    }
    if (n > 1) {
        const FaltungYamlNode *second = faltung_yaml_key(node, 1);
        faltung_reader_fail(reader, second->start,
                            "%s must be one %s, here are %s and %s; write one alone, as in `%s: "
                            "{%s: {...}}`",
                            spec->name, noun, faltung_yaml_key(node, 0)->text, second->text,
                            spec->name, second->text);
        return FALSE;
    }
    const FaltungYamlNode *name = faltung_yaml_key(node, 0), *inner = faltung_yaml_value(node, 0);
    GError *error = NULL;
    g_autofree char *word = faltung_shorten(name->text);
    const FaltungKind *kind = faltung_table_find(spec->table(), word, &error);
    if (!kind) {
        faltung_mistakes_take(reader->mistakes, name->start, error);
        return FALSE;
    }
    faltung_variant_clear(variant);
    faltung_variant_init(variant, kind);
    return faltung_read_options(reader, kind, variant->options, inner, NULL, name->start);
}

/* `{image: /x, place: /where}` */
static gboolean read_named(FaltungReader *reader, const FaltungOptionSpec *spec, void *options,
                           const FaltungYamlNode *node) {
    for (guint i = 0; i < faltung_yaml_size(node); i++) {
        if (faltung_yaml_value(node, i)->type == FALTUNG_YAML_SCALAR)
            continue;
        faltung_reader_fail(
            reader, faltung_yaml_value(node, i)->start, "%s in %s must be text; write {%s: TEXT}",
            faltung_yaml_key(node, i)->text, spec->name, faltung_yaml_key(node, i)->text);
        return FALSE;
    }
    return parse_value(reader, spec, options, node);
}

gboolean faltung_read_value(FaltungReader *reader, const FaltungOptionSpec *spec, void *options,
                            const FaltungYamlNode *node) {
    if (spec->type == FALTUNG_VARIANT)
        return read_variant(reader, spec, options, node);
    if (spec->type == FALTUNG_GROUP && node->type != FALTUNG_YAML_SCALAR)
        return faltung_read_options(reader, spec->group, (char *)options + spec->offset, node, NULL,
                                    node->start);
    gboolean text = spec->type == FALTUNG_TEXT;
    if (text && spec->named && node->type == FALTUNG_YAML_MAP && faltung_yaml_size(node) > 0)
        return read_named(reader, spec, options, node);
    if (text && node->type != FALTUNG_YAML_SCALAR) {
        g_autofree char *full = value_text(node);
        g_autofree char *value = faltung_shorten(full);
        if (node->type == FALTUNG_YAML_EMPTY)
            faltung_reader_fail(reader, node->start, "%s has no value; expected text", spec->name);
        else
            faltung_reader_fail(reader, node->start, "%s cannot be '%s'; expected text", spec->name,
                                value);
        return FALSE;
    }
    if (node->quoted && !text && spec->type != FALTUNG_CHOICE) {
        g_autofree char *value = faltung_shorten(node->text);
        faltung_reader_fail(reader, node->start,
                            "%s cannot be the text '%s'; write the value without quotes",
                            spec->name, value);
        return FALSE;
    }
    return parse_value(reader, spec, options, node);
}

/* -- mappings ----------------------------------------------------------------------------- */

/* Where a key that is unknown here would be right: in a group, or in one of the kinds that can be
   chosen. */
static char *find_home(const FaltungKind *kind, const char *key) {
    for (const FaltungOptionSpec *spec = kind->options; spec && spec->name; spec++) {
        if (spec->type == FALTUNG_GROUP && faltung_kind_option(spec->group, key, NULL))
            return g_strdup_printf(_("it belongs to %s: `%s: {%s: ...}`"), spec->name, spec->name,
                                   key);
        if (spec->type != FALTUNG_VARIANT)
            continue;
        for (const FaltungKind *const *inner = spec->table()->kinds; *inner; inner++) {
            if (faltung_kind_option(*inner, key, NULL))
                return g_strdup_printf(_("it belongs to the %s: `%s: {%s: {%s: ...}}`"), spec->name,
                                       spec->name, (*inner)->name, key);
        }
    }
    return NULL;
}

gboolean faltung_read_options(FaltungReader *reader, const FaltungKind *kind, void *options,
                              const FaltungYamlNode *node, const char *const *others,
                              size_t offset) {
    if (!faltung_reader_is_map(reader, node, kind->name))
        return FALSE;
    gboolean good = TRUE;
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (; others && *others; others++)
        g_ptr_array_add(known, (char *)*others);
    guint n_others = known->len;
    g_autoptr(GPtrArray) meant = g_ptr_array_new(); /* by misspelt keys */
    for (const FaltungOptionSpec *spec = kind->options; spec && spec->name; spec++)
        g_ptr_array_add(known, (char *)spec->name);

    for (guint i = 0; i < faltung_yaml_size(node); i++) {
        const FaltungYamlNode *key = faltung_yaml_key(node, i);
        guint index;
        if (!g_ptr_array_find_with_equal_func(known, key->text, g_str_equal, &index)) {
            g_autofree char *home = find_home(kind, key->text);
            g_ptr_array_add(
                meant, (char *)faltung_reader_unknown_key(reader, key, kind->name, known, home));
            good = FALSE;
        } else if (index >= n_others) {
            good &= faltung_read_value(reader, &kind->options[index - n_others], options,
                                       faltung_yaml_value(node, i));
        }
    }
    for (const FaltungOptionSpec *spec = kind->options; spec && spec->name; spec++) {
        if (!spec->fallback && !faltung_yaml_get(node, spec->name) &&
            !g_ptr_array_find(meant, spec->name, NULL)) {
            faltung_reader_fail(reader, offset, "%s needs %s (%s); add `%s: ...`", kind->name,
                                spec->name, _(spec->summary), spec->name);
            good = FALSE;
        }
    }
    return good;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/quote.h"
#include "core/config/experiment.h"
#include "core/config/yaml-lines.h"
#include "core/config/yaml.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/*
 * Edits of a YAML text that leave every byte alone which they need not touch. Each edit is one
 * splice; the same edit is done to the tree, and the new text must read as that tree, so an edit
 * that the text does not allow becomes an error, never a damaged file.
 */

/* -- paths -------------------------------------------------------------------------------- */

/* How far a path leads: the deepest node there is, and the steps that lead on from it. */
typedef struct {
    FaltungYamlNode *node;
    FaltungYamlNode *parent; /* (nullable): of the root */
    guint index;             /* of node in parent */
    GPtrArray *rest;         /* (element-type char*) */
} Place;

static void enter(Place *place, guint index, guint steps) {
    place->parent = place->node;
    place->index = index;
    place->node = faltung_yaml_value(place->node, index);
    g_ptr_array_remove_range(place->rest, 0, steps);
}

/* Enters the key that the next steps spell; keys of a sweep have dots of their own. */
static gboolean enter_key(Place *place) {
    for (guint n = place->rest->len; n > 0; n--) {
        GString *key = g_string_new(place->rest->pdata[0]);
        for (guint i = 1; i < n; i++)
            g_string_append_printf(key, ".%s", (char *)place->rest->pdata[i]);
        int index = faltung_yaml_find(place->node, key->str);
        g_string_free(key, TRUE);
        if (index >= 0) {
            enter(place, index, n);
            return TRUE;
        }
    }
    return FALSE;
}

/* From a layer's item to its options, where the path leads on. */
static void enter_item(Place *place, gboolean always) {
    const char *operation = faltung_yaml_operation(place->node);
    if (!operation || (!always && place->rest->len == 0))
        return;
    gboolean spelled = place->rest->len > 0 && g_str_equal(place->rest->pdata[0], operation);
    if (!spelled)
        g_ptr_array_insert(place->rest, 0, g_strdup(operation));
    if (place->node->type == FALTUNG_YAML_MAP)
        enter(place, 0, 1);
}

static gboolean enter_layer(Place *place, const GPtrArray *items, GError **error) {
    const char *name = place->rest->pdata[0];
    int found = faltung_yaml_item_find(items, name);
    if (found >= 0) {
        const FaltungYamlItem *item = items->pdata[found];
        place->node = item->list;
        enter(place, item->index, 1);
        return TRUE;
    }
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (guint i = 0; i < items->len; i++) {
        char *there = ((const FaltungYamlItem *)items->pdata[i])->name;
        if (there)
            g_ptr_array_add(known, there);
    }
    g_ptr_array_add(known, NULL);
    const char *nearest = faltung_nearest(name, (const char *const *)known->pdata);
    g_autofree char *all = g_strjoinv(", ", (char **)known->pdata);
    if (nearest)
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "no layer is called '%s'; did you mean '%s'?", name, nearest);
    return faltung_fail(error, FALTUNG_ERROR_INPUT, "no layer is called '%s'; the layers are %s",
                        name, *all ? all : _("missing"));
}

static gboolean enter_index(Place *place, GError **error) {
    const char *step = place->rest->pdata[0];
    guint n = faltung_yaml_size(place->node);
    guint64 index;
    if (!g_ascii_string_to_unsigned(step, 10, 0, n, &index, NULL))
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "'%s' is not an index of this list; expected 0 to %u", step, n);
    if (index < n)
        enter(place, index, 1);
    return TRUE;
}

static gboolean is_of_layers(const GPtrArray *items, const FaltungYamlNode *list) {
    for (guint i = 0; i < items->len; i++) {
        if (((const FaltungYamlItem *)items->pdata[i])->list == list)
            return TRUE;
    }
    return FALSE;
}

/* A new axis of a sweep's grid: what is left of its path is one key, dots and all. */
static void join_axis(Place *place, char **steps) {
    guint n = g_strv_length(steps), done = n - place->rest->len;
    if (n < 4 || done > 2 || !g_str_equal(steps[0], "sweep") || !g_str_equal(steps[1], "grid"))
        return;
    g_ptr_array_set_size(place->rest, (int)(2 - done));
    g_ptr_array_add(place->rest, g_strjoinv(".", steps + 2));
}

/* @whole_layer: a path that ends at a layer's name means its item rather than its options. */
static gboolean walk(FaltungYamlNode *root, const char *path, gboolean whole_layer, Place *place,
                     GError **error) {
    *place = (Place){.node = root, .rest = g_ptr_array_new_with_free_func(g_free)};
    g_auto(GStrv) steps = g_strsplit(path, ".", -1);
    for (char **step = steps; *step; step++) {
        if (**step == '\0')
            return faltung_fail(error, FALTUNG_ERROR_INPUT,
                                "'%s' is not a path; write it like train.optimizer.sgd.lr", path);
        g_ptr_array_add(place->rest, g_strdup(*step));
    }
    if (place->rest->len == 0)
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "the path is empty; write it like train.optimizer.sgd.lr");

    FaltungYamlNode *network = faltung_yaml_get(root, "network");
    g_autoptr(GPtrArray) items = faltung_yaml_items(faltung_yaml_get(network, "layers"));
    while (place->rest->len > 0) {
        FaltungYamlNode *before = place->node;
        if (before->type == FALTUNG_YAML_MAP && enter_key(place))
            continue;
        const char *step = place->rest->pdata[0];
        if (before == network && before->type == FALTUNG_YAML_MAP && !g_str_equal(step, "input") &&
            !g_str_equal(step, "layers")) {
            if (!enter_layer(place, items, error))
                return FALSE;
            enter_item(place, !whole_layer);
        } else if (before->type == FALTUNG_YAML_LIST) {
            if (!enter_index(place, error))
                return FALSE;
            if (place->node != before && is_of_layers(items, before))
                enter_item(place, FALSE);
        }
        if (place->node == before || place->node->type == FALTUNG_YAML_SCALAR)
            break;
    }
    join_axis(place, steps);
    return TRUE;
}

/* -- the text around a node --------------------------------------------------------------- */

static gboolean is_space(const char *text, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        if (!g_ascii_isspace(text[i]))
            return FALSE;
    }
    return TRUE;
}

/* -- one splice --------------------------------------------------------------------------- */

/* The value under its steps: {sgd: {lr: 0.1}}. */
static char *nest(GPtrArray *steps, guint from, const char *value, size_t *value_at) {
    GString *text = g_string_new(NULL);
    for (guint i = from; i < steps->len; i++) {
        g_autofree char *key = faltung_yaml_quote(steps->pdata[i]);
        g_string_append_printf(text, "{%s: ", key);
    }
    *value_at = text->len;
    g_string_append(text, value);
    for (guint i = from; i < steps->len; i++)
        g_string_append_c(text, '}');
    return g_string_free(text, FALSE);
}

typedef struct {
    size_t offset, removed;
    GString *inserted;
    size_t value_at; /* in inserted */
} Edit;

static void edit_insert(Edit *edit, const char *text, size_t value_at) {
    edit->value_at = edit->inserted->len + value_at;
    g_string_append(edit->inserted, text);
}

static void edit_replace(Edit *edit, const char *text, const Place *place, const char *value,
                         size_t value_at) {
    const FaltungYamlNode *node = place->node;
    edit->offset = node->start;
    edit->removed = node->end - node->start;
    if (node->type == FALTUNG_YAML_EMPTY && node->start == node->end) {
        char before = node->start > 0 ? text[node->start - 1] : '\n';
        if (place->parent && place->parent->keys && before != ':')
            g_string_append(edit->inserted, ": ");
        else if (!g_ascii_isspace(before))
            g_string_append_c(edit->inserted, ' ');
    } else if (node->values && !node->flow && place->parent) {
        if (is_space(text, node->lead, node->start)) { /* up to where `key: value` has it */
            edit->removed += node->start - node->lead;
            edit->offset = node->lead;
            g_string_append_c(edit->inserted, ' ');
        } else if (place->parent->keys &&
                   column_of(text, node->start) <=
                       column_of(text, faltung_yaml_key(place->parent, place->index)->start)) {
            g_string_append(edit->inserted, "  "); /* a list may stand right under its key */
        }
    }
    edit_insert(edit, value, value_at);
}

static void append_indent(GString *out, int columns) {
    for (int i = 0; i < columns; i++)
        g_string_append_c(out, ' ');
}

/* Adds an entry behind the last one; @lead is `key: ` or empty. */
static void edit_append(Edit *edit, const char *text, const Place *place, const char *lead,
                        const char *value, size_t value_at) {
    const FaltungYamlNode *node = place->node;
    guint n = faltung_yaml_size(node);
    if (!node->flow) {
        size_t first = node->keys ? faltung_yaml_key(node, 0)->start : node->start;
        edit->offset = line_end(text, node->end);
        g_string_append(edit->inserted, line_break(text));
        append_indent(edit->inserted, column_of(text, first));
        g_string_append_printf(edit->inserted, "%s%s", node->keys ? "" : "- ", lead);
        edit_insert(edit, value, value_at);
    } else if (n == 0) {
        edit->offset = node->start + 1;
        g_string_append(edit->inserted, lead);
        edit_insert(edit, value, value_at);
    } else if (node->keys && text[node->start] != '{') { /* the one pair of [a: 1] */
        edit->offset = node->start;
        edit->removed = node->end - node->start;
        g_string_append_c(edit->inserted, '{');
        g_string_append_len(edit->inserted, text + node->start, edit->removed);
        g_string_append_printf(edit->inserted, ", %s", lead);
        edit_insert(edit, value, value_at);
        g_string_append_c(edit->inserted, '}');
    } else {
        edit->offset = faltung_yaml_value(node, n - 1)->end;
        g_string_append_printf(edit->inserted, ", %s", lead);
        edit_insert(edit, value, value_at);
    }
}

/* A new section: lines, as a person would write them. */
static void edit_section(Edit *edit, const char *text, const FaltungYamlNode *root, GPtrArray *rest,
                         const char *value) {
    const char *end = line_break(text);
    gboolean empty = root->type == FALTUNG_YAML_EMPTY;
    int indent = empty ? 0 : column_of(text, faltung_yaml_key(root, 0)->start);
    edit->offset = empty ? strlen(text) : line_end(text, root->end);
    if (!empty || (edit->offset > 0 && text[edit->offset - 1] != '\n'))
        g_string_append(edit->inserted, end);
    for (guint i = 0; i < MIN(rest->len, 2); i++) {
        g_autofree char *key = faltung_yaml_quote(rest->pdata[i]);
        if (i > 0)
            g_string_append(edit->inserted, end);
        append_indent(edit->inserted, indent + 2 * i);
        g_string_append_printf(edit->inserted, "%s:", key);
    }
    g_string_append_c(edit->inserted, ' ');
    size_t value_at;
    g_autofree char *nested = nest(rest, 2, value, &value_at);
    edit_insert(edit, nested, value_at);
    if (empty)
        g_string_append(edit->inserted, end);
}

/* -- the same done to the tree ------------------------------------------------------------ */

static void node_become(FaltungYamlNode *node, FaltungYamlNode *other) {
    FaltungYamlNode old = *node;
    *node = *other;
    *other = old;
    faltung_yaml_free(other);
}

static void node_append(FaltungYamlNode *node, const char *key, FaltungYamlNode *value) {
    if (node->type == FALTUNG_YAML_MAP) {
        FaltungYamlNode *name = g_new0(FaltungYamlNode, 1);
        name->type = FALTUNG_YAML_SCALAR;
        name->text = g_strdup(key);
        g_ptr_array_add(node->keys, name);
    }
    g_ptr_array_add(node->values, value);
}

static FaltungYamlNode *parse_or_fail(const char *text, const char *what, GError **error) {
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    FaltungYamlNode *root = faltung_yaml_parse(text, mistakes);
    if (!root)
        faltung_mistakes_report(mistakes, what, text, error);
    return root;
}

static char *spliced(const char *text, const Edit *edit) {
    GString *out = g_string_new_len(text, edit->offset);
    g_string_append_len(out, edit->inserted->str, edit->inserted->len);
    g_string_append(out, text + edit->offset + edit->removed);
    return g_string_free(out, FALSE);
}

/* Returns: the new text, if it reads as @expected. */
static char *finish(const char *text, const Edit *edit, const FaltungYamlNode *expected,
                    const char *path, GError **error) {
    g_autofree char *result = spliced(text, edit);
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    g_autoptr(FaltungYamlNode) root = faltung_yaml_parse(result, mistakes);
    if (!root || !faltung_yaml_equal(root, expected)) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "'%s' cannot be changed without changing what is around it; edit it by hand",
                     path);
        return NULL;
    }
    return g_steal_pointer(&result);
}

/* -- values ------------------------------------------------------------------------------- */

/* Returns: @value as flow text: brackets and quotes are YAML, all else is one scalar. */
static char *flow_value(const char *value, GError **error) {
    g_autofree char *trimmed = g_strstrip(g_strdup(value));
    if (!g_utf8_validate(trimmed, -1, NULL)) {
        faltung_fail(error, FALTUNG_ERROR_INPUT, "the value is not UTF-8 text");
        return NULL;
    }
    gboolean yaml = *trimmed && strchr("[{\"'", *trimmed);
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    g_autoptr(FaltungYamlNode) node = faltung_yaml_parse(trimmed, mistakes);
    if (!node && yaml) {
        const FaltungMistake *first = mistakes->pdata[0];
        g_autofree char *there = faltung_shorten(trimmed);
        faltung_fail(error, FALTUNG_ERROR_INPUT, "the value `%s`: %s", there, first->message);
        return NULL;
    }
    if (yaml)
        return faltung_yaml_flow(node);
    if (node && *trimmed && node->start == 0 && trimmed[node->end] == '\0' && !node->values &&
        !node->quoted && !strpbrk(trimmed, ",[]{}\n"))
        return g_steal_pointer(&trimmed);
    return faltung_yaml_quote(trimmed);
}

/* Plans the edit of @text and does it to the tree that @place is in. */
static gboolean plan(Edit *edit, const char *text, const Place *place, const char *value,
                     GError **error) {
    FaltungYamlNode *node = place->node;
    const GPtrArray *rest = place->rest;
    const char *step = rest->len ? rest->pdata[0] : NULL;
    gboolean root = !place->parent;
    gboolean replaces = !step || node->type == FALTUNG_YAML_EMPTY ||
                        (node->type == FALTUNG_YAML_SCALAR && g_str_equal(node->text, step));
    if (!replaces && node->type == FALTUNG_YAML_SCALAR) {
        g_autofree char *there = faltung_shorten(node->text);
        return faltung_fail(
            error, FALTUNG_ERROR_INPUT,
            "nothing called '%s' can be set below '%s'; set all of it at once, as in "
            "train.optimizer={adam: {lr: 0.001}}",
            step, there);
    }
    size_t whole_at, below_at;
    g_autofree char *whole = nest(place->rest, 0, value, &whole_at);
    g_autofree char *below = nest(place->rest, 1, value, &below_at);
    g_autofree char *key = step ? faltung_yaml_quote(step) : NULL;
    g_autofree char *lead =
        step && node->type != FALTUNG_YAML_LIST ? g_strconcat(key, ": ", NULL) : g_strdup("");
    if (root && !node->flow && (node->type == FALTUNG_YAML_EMPTY || rest->len > 1)) {
        edit_section(edit, text, node, place->rest, value);
    } else if (replaces && node->type == FALTUNG_YAML_SCALAR && step &&
               place->parent->type == FALTUNG_YAML_LIST && !place->parent->flow) {
        g_autofree char *pair = g_strconcat(lead, below, NULL); /* - relu: {name: x} */
        edit_replace(edit, text, place, pair, strlen(lead) + below_at);
    } else if (replaces) {
        edit_replace(edit, text, place, whole, whole_at);
    } else {
        edit_append(edit, text, place, lead, below, below_at);
    }
    FaltungYamlNode *made = parse_or_fail(replaces ? whole : below, _("the value"), error);
    if (!made)
        return FALSE;
    if (replaces)
        node_become(node, made);
    else
        node_append(node, step, made);
    return TRUE;
}

static gboolean check_root(const FaltungYamlNode *root, GError **error) {
    if (root->type == FALTUNG_YAML_MAP || root->type == FALTUNG_YAML_EMPTY)
        return TRUE;
    return faltung_fail(error, FALTUNG_ERROR_INPUT,
                        "the text is not a mapping; write `key: value`");
}

char *faltung_yaml_splice(const char *text, const char *path, const char *value,
                          FaltungSplice *splice, GError **error) {
    g_autoptr(FaltungYamlNode) root = parse_or_fail(text, "<text>", error);
    g_autofree char *flow = root ? flow_value(value, error) : NULL;
    if (!flow || !check_root(root, error))
        return NULL;
    Place place;
    Edit edit = {.inserted = g_string_new(NULL)};
    char *result = NULL;
    if (walk(root, path, FALSE, &place, error) && plan(&edit, text, &place, flow, error))
        result = finish(text, &edit, root, path, error);
    if (splice)
        *splice = (FaltungSplice){
            .offset = edit.offset,
            .removed = edit.removed,
            .inserted = edit.inserted->len,
            .value = edit.offset + edit.value_at,
            .value_end = edit.offset + edit.value_at + strlen(flow),
        };
    g_string_free(edit.inserted, TRUE);
    g_ptr_array_unref(place.rest);
    return result;
}

char *faltung_yaml_set(const char *text, const char *path, const char *value, GError **error) {
    return faltung_yaml_splice(text, path, value, NULL, error);
}

char *faltung_yaml_lookup(const char *text, const char *path, GError **error) {
    g_autoptr(FaltungYamlNode) root = parse_or_fail(text, "<text>", error);
    if (!root || !check_root(root, error))
        return NULL;
    Place place;
    char *value = NULL;
    if (walk(root, path, FALSE, &place, error)) {
        if (place.rest->len == 0)
            value = faltung_yaml_flow(place.node);
        else
            faltung_fail(error, FALTUNG_ERROR_INPUT, "'%s' is not there", path);
    }
    g_ptr_array_unref(place.rest);
    return value;
}

/* -- a list's new item ----------------------------------------------------------------------- */

/* An operation with its options stands on a line without brackets: `- dense: {units: 10}`. */
static char *item_text(const FaltungYamlNode *item, gboolean flow) {
    if (flow || item->type != FALTUNG_YAML_MAP || item->keys->len != 1)
        return faltung_yaml_flow(item);
    g_autofree char *key = faltung_yaml_quote(faltung_yaml_key(item, 0)->text);
    g_autofree char *value = faltung_yaml_flow(faltung_yaml_value(item, 0));
    return g_strdup_printf("%s: %s", key, value);
}

static void plan_item(Edit *edit, const char *text, const FaltungYamlNode *list, guint index,
                      const char *item) {
    if (list->flow) {
        edit->offset = index > 0 ? faltung_yaml_value(list, index - 1)->end
                                 : faltung_yaml_value(list, 0)->start;
        g_string_append_printf(edit->inserted, index > 0 ? ", %s" : "%s, ", item);
        return;
    }
    int indent = column_of(text, faltung_yaml_value(list, 0)->lead - 1);
    if (index > 0) {
        edit->offset = line_end(text, faltung_yaml_value(list, index - 1)->end);
        g_string_append(edit->inserted, line_break(text));
        append_indent(edit->inserted, indent);
        g_string_append_printf(edit->inserted, "- %s", item);
    } else {
        edit->offset = faltung_yaml_value(list, 0)->lead - 1;
        g_string_append_printf(edit->inserted, "- %s%s", item, line_break(text));
        append_indent(edit->inserted, indent);
    }
}

/* The first item of a list that stands on lines of its own. */
static char *insert_first(const char *text, const Place *place, const char *path,
                          const FaltungYamlNode *item) {
    const FaltungYamlNode *list = place->node, *parent = place->parent;
    if (place->rest->len > 0 || !parent || !parent->keys || parent->flow ||
        !is_space(text, list->lead, list->start))
        return NULL;
    g_autofree char *flow = faltung_yaml_flow(item);
    g_autofree char *only = g_strdup_printf("[%s]", flow);
    g_autofree char *expected_text = faltung_yaml_set(text, path, only, NULL);
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    g_autoptr(FaltungYamlNode) expected =
        expected_text ? faltung_yaml_parse(expected_text, mistakes) : NULL;
    if (!expected)
        return NULL;
    Edit edit = {.offset = list->lead, .removed = list->end - list->lead};
    edit.inserted = g_string_new(line_break(text));
    append_indent(edit.inserted,
                  column_of(text, faltung_yaml_key(parent, place->index)->start) + 2);
    g_autofree char *written = item_text(item, FALSE);
    g_string_append_printf(edit.inserted, "- %s", written);
    char *result = finish(text, &edit, expected, path, NULL);
    g_string_free(edit.inserted, TRUE);
    return result;
}

char *faltung_yaml_insert(const char *text, const char *path, guint index, const char *value,
                          GError **error) {
    g_autoptr(FaltungYamlNode) root = parse_or_fail(text, "<text>", error);
    g_autoptr(FaltungYamlNode) item = root ? parse_or_fail(value, _("the value"), error) : NULL;
    if (!item || !check_root(root, error))
        return NULL;
    Place place;
    Edit edit = {.inserted = g_string_new(NULL)};
    char *result = NULL;
    if (walk(root, path, FALSE, &place, error)) {
        FaltungYamlNode *list = place.node;
        guint n = faltung_yaml_size(list);
        if (place.rest->len > 0 || (n == 0 && list->type != FALTUNG_YAML_MAP)) {
            g_autofree char *flow = faltung_yaml_flow(item);
            g_autofree char *only = g_strdup_printf("[%s]", flow);
            result = insert_first(text, &place, path, item);
            if (!result)
                result = faltung_yaml_set(text, path, only, error);
        } else if (list->type != FALTUNG_YAML_LIST || index > n) {
            faltung_fail(error, FALTUNG_ERROR_INPUT,
                         "'%s' has no place %u; expected a list of at least %u", path, index,
                         index);
        } else {
            g_autofree char *written = item_text(item, list->flow);
            plan_item(&edit, text, list, index, written);
            g_ptr_array_insert(list->values, index, g_steal_pointer(&item));
            result = finish(text, &edit, root, path, error);
        }
    }
    g_string_free(edit.inserted, TRUE);
    g_ptr_array_unref(place.rest);
    return result;
}

/* -- removing ----------------------------------------------------------------------------- */

static size_t entry_start(const FaltungYamlNode *parent, guint index) {
    if (parent->keys)
        return faltung_yaml_key(parent, index)->start;
    const FaltungYamlNode *item = faltung_yaml_value(parent, index);
    return parent->flow ? item->start : item->lead - 1; /* the dash */
}

static void plan_removal_in_flow(Edit *edit, const char *text, const Place *place, size_t start) {
    guint n = faltung_yaml_size(place->parent);
    edit->offset = start;
    size_t end = place->node->end;
    if (place->index + 1 == n && n > 1) {
        edit->offset = faltung_yaml_value(place->parent, n - 2)->end;
    } else {
        size_t comma = end + strspn(text + end, " \t\r\n");
        if (text[comma] == ',') {
            end = comma + 1;
            end += strspn(text + end, " \t");
        }
    }
    edit->removed = end - edit->offset;
}

static void plan_removal_of_lines(Edit *edit, const char *text, const Place *place, size_t start) {
    const FaltungYamlNode *parent = place->parent;
    size_t line = line_start(text, start);
    if (!is_space(text, line, start)) { /* behind a dash, which stays */
        gboolean last = place->index + 1 == faltung_yaml_size(parent);
        edit->offset = start;
        edit->removed = (last ? place->node->end : entry_start(parent, place->index + 1)) - start;
        return;
    }
    size_t end = place->node->end + strcspn(text + place->node->end, "\n");
    edit->offset = line;
    if (text[end] == '\n')
        end++;
    else if (line > 0)
        edit->offset = line_end(text, line_start(text, line - 1));
    edit->removed = end - edit->offset;
}

/* Returns: (nullable): what has @node among its values, and where. */
static const FaltungYamlNode *holder_of(const FaltungYamlNode *root, const FaltungYamlNode *node,
                                        guint *index) {
    const FaltungYamlNode *holder = NULL;
    for (guint i = 0; !holder && i < faltung_yaml_size(root); i++) {
        *index = i;
        holder = faltung_yaml_value(root, i) == node
                     ? root
                     : holder_of(faltung_yaml_value(root, i), node, index);
    }
    return holder;
}

/* The last option of a layer goes with its brackets: `- flatten: {moved: [0, 8]}` was
   `- flatten:`. */
static gboolean plan_removal_of_brackets(Edit *edit, const FaltungYamlNode *root,
                                         const FaltungYamlNode *options) {
    guint index, place;
    const FaltungYamlNode *layer = holder_of(root, options, &place);
    const FaltungYamlNode *list = layer ? holder_of(root, layer, &index) : NULL;
    if (faltung_yaml_size(options) != 1 || !options->keys || !list || layer->flow || !layer->keys ||
        layer->keys->len != 1 || list->type != FALTUNG_YAML_LIST)
        return FALSE;
    edit->offset = faltung_yaml_key(layer, place)->end + strlen(":");
    edit->removed = options->end - edit->offset;
    return TRUE;
}

char *faltung_yaml_unset(const char *text, const char *path, GError **error) {
    g_autoptr(FaltungYamlNode) root = parse_or_fail(text, "<text>", error);
    if (!root || !check_root(root, error))
        return NULL;
    Place place;
    Edit edit = {.inserted = g_string_new(NULL)};
    char *result = NULL;
    if (!walk(root, path, TRUE, &place, error)) {
        /* the error is set */
    } else if (place.rest->len > 0) {
        faltung_fail(error, FALTUNG_ERROR_INPUT, "'%s' is not there; nothing to remove", path);
    } else {
        FaltungYamlNode *parent = place.parent;
        size_t start = entry_start(parent, place.index);
        gboolean bare = parent->flow && plan_removal_of_brackets(&edit, root, parent);
        if (parent->flow && !bare)
            plan_removal_in_flow(&edit, text, &place, start);
        else if (!parent->flow)
            plan_removal_of_lines(&edit, text, &place, start);
        if (parent->keys)
            g_ptr_array_remove_index(parent->keys, place.index);
        g_ptr_array_remove_index(parent->values, place.index);
        if ((!parent->flow || bare) && parent->values->len == 0)
            node_become(parent, g_new0(FaltungYamlNode, 1));
        result = finish(text, &edit, root, path, error);
    }
    g_string_free(edit.inserted, TRUE);
    g_ptr_array_unref(place.rest);
    return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/yaml-links.h"

#include "core/base/quote.h"
#include "core/config/experiment.h"

#include <string.h>

void faltung_link_free(FaltungLink *link) {
    g_free(link->name);
    g_free(link->scope);
    g_free(link->path);
    g_ptr_array_unref(link->inputs);
    g_free(link);
}

FaltungLink *faltung_link_new(const char *name, const char *scope) {
    FaltungLink *link = g_new0(FaltungLink, 1);
    link->name = g_strdup(name);
    link->scope = g_strdup(scope);
    link->inputs = g_ptr_array_new_with_free_func(g_free);
    return link;
}

static FaltungLink *at(const GPtrArray *links, int index) {
    return links->pdata[index];
}

/* -- reading ------------------------------------------------------------------------------ */

FaltungYamlNode *faltung_links_parse(const char *text, GError **error) {
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    FaltungYamlNode *root = faltung_yaml_parse(text, mistakes);
    if (!root)
        faltung_mistakes_report(mistakes, "<text>", text, error);
    return root;
}

FaltungYamlNode *faltung_links_layers(FaltungYamlNode *root) {
    return faltung_yaml_get(faltung_yaml_get(root, "network"), "layers");
}

static const FaltungYamlNode *given_inputs(const FaltungYamlNode *item) {
    const FaltungYamlNode *options =
        item->type == FALTUNG_YAML_MAP && item->keys->len == 1 ? faltung_yaml_value(item, 0) : NULL;
    return faltung_yaml_get(options, "inputs");
}

static void add_input(const GPtrArray *links, FaltungLink *link, const FaltungYamlNode *input) {
    if (input->type == FALTUNG_YAML_SCALAR)
        g_ptr_array_add(link->inputs, faltung_links_resolve(links, link->scope, input->text));
}

/* @before: (nullable): what stands before it, or what goes into the block. */
static void read_inputs(const GPtrArray *links, FaltungLink *link, const FaltungYamlNode *given,
                        const char *before) {
    if (given && given->type != FALTUNG_YAML_EMPTY)
        add_input(links, link, given);
    else if (before)
        g_ptr_array_add(link->inputs, g_strdup(before));
    for (guint i = 0; given && given->type == FALTUNG_YAML_LIST && i < given->values->len; i++)
        add_input(links, link, faltung_yaml_value(given, i));
}

/* The mapping of named inputs, or NULL. */
static const FaltungYamlNode *named_inputs(FaltungYamlNode *root) {
    const FaltungYamlNode *input = faltung_yaml_get(faltung_yaml_get(root, "network"), "input");
    return input && input->type == FALTUNG_YAML_MAP ? input : NULL;
}

gboolean faltung_links_is_input(const char *text, const char *source) {
    if (g_str_equal(source, "input"))
        return TRUE;
    g_autoptr(FaltungYamlNode) root = faltung_links_parse(text, NULL);
    const FaltungYamlNode *inputs = named_inputs(root);
    return inputs && faltung_yaml_find(inputs, source) >= 0;
}

/* What the first layer takes where it does not say: of several inputs none. */
static const char *first_source(FaltungYamlNode *root) {
    const FaltungYamlNode *inputs = named_inputs(root);
    if (!inputs)
        return "input";
    return faltung_yaml_size(inputs) == 1 ? faltung_yaml_key(inputs, 0)->text : NULL;
}

GPtrArray *faltung_links_read(const char *text, GError **error) {
    g_autoptr(FaltungYamlNode) root = faltung_links_parse(text, error);
    if (!root)
        return NULL;
    g_autoptr(GPtrArray) items = faltung_yaml_items(faltung_links_layers(root));
    GPtrArray *links = g_ptr_array_new_with_free_func((GDestroyNotify)faltung_link_free);
    for (guint i = 0; i < items->len; i++) {
        const FaltungYamlItem *item = items->pdata[i];
        const char *block = item->parent >= 0 ? at(links, item->parent)->name : NULL;
        g_autofree char *scope = block ? g_strconcat(block, "/", NULL) : g_strdup("");
        FaltungLink *link = faltung_link_new(item->name ? item->name : "", scope);
        link->path = g_strdup(item->path);
        link->block = item->block;
        g_ptr_array_add(links, link);
    }
    g_autofree const char **before = g_new0(const char *, items->len + 1); /* in each block */
    for (guint i = 0; i < items->len; i++) {
        const FaltungYamlItem *item = items->pdata[i];
        FaltungLink *link = links->pdata[i];
        const char **last = &before[item->parent + 1];
        g_autofree char *input = g_strconcat(link->scope, "input", NULL);
        const char *first = *link->scope ? input : first_source(root);
        read_inputs(links, link, given_inputs(item->node), *last ? *last : first);
        *last = link->name;
    }
    return links;
}

char *faltung_links_item(const char *text, int index, GError **error) {
    g_autoptr(FaltungYamlNode) root = faltung_links_parse(text, error);
    if (!root)
        return NULL;
    g_autoptr(GPtrArray) items = faltung_yaml_items(faltung_links_layers(root));
    return faltung_yaml_flow(((const FaltungYamlItem *)items->pdata[index])->node);
}

/* -- names -------------------------------------------------------------------------------- */

static int find_exactly(const GPtrArray *links, const char *name) {
    for (guint i = 0; i < links->len; i++) {
        if (g_str_equal(at(links, (int)i)->name, name))
            return (int)i;
    }
    return -1;
}

int faltung_links_find(const GPtrArray *links, const char *name) {
    g_autofree char *item = faltung_item_name(name);
    int found = find_exactly(links, name);
    return found < 0 ? find_exactly(links, item) : found;
}

int faltung_links_need(const GPtrArray *links, const char *name, GError **error) {
    int found = faltung_links_find(links, name);
    if (found < 0)
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "no layer is called '%s'; expected the name of one of the %u layers", name,
                     links->len);
    return found;
}

/* The block whose names begin with @scope, or -1. */
static int block_of_scope(const GPtrArray *links, const char *scope) {
    g_autofree char *name = *scope ? g_strndup(scope, strlen(scope) - 1) : NULL;
    return name ? find_exactly(links, name) : -1;
}

int faltung_links_block(const GPtrArray *links, int index) {
    return block_of_scope(links, at(links, index)->scope);
}

int faltung_links_end(const GPtrArray *links, int index) {
    g_autofree char *scope = g_strconcat(at(links, index)->name, "/", NULL);
    int end = index + 1;
    while (at(links, index)->block && end < (int)links->len &&
           g_str_has_prefix(at(links, end)->scope, scope))
        end++;
    return end;
}

/* The scope around @scope; NULL around the network's. */
static const char *outer_scope(const GPtrArray *links, const char *scope) {
    int block = block_of_scope(links, scope);
    return block < 0 ? (*scope ? "" : NULL) : at(links, block)->scope;
}

/* Whether @name is that of a copy: of `encoder/2`, where `encoder` is a block. */
static gboolean is_copy(const GPtrArray *links, const char *name) {
    const char *number = strrchr(name, '/');
    if (!number || number[1] == '\0' || number[1 + strspn(number + 1, "0123456789")] != '\0')
        return FALSE;
    g_autofree char *block = g_strndup(name, number - name);
    int found = faltung_links_find(links, block);
    return found >= 0 && at(links, found)->block;
}

char *faltung_links_resolve(const GPtrArray *links, const char *scope, const char *name) {
    if (g_str_equal(name, "input"))
        return g_strconcat(scope, name, NULL);
    for (; scope; scope = outer_scope(links, scope)) {
        char *whole = g_strconcat(scope, name, NULL);
        if (faltung_links_find(links, whole) >= 0 || is_copy(links, whole))
            return whole;
        g_free(whole);
    }
    return g_strdup(name);
}

/* The block whose input @name is, or -1. */
static int block_of_input(const GPtrArray *links, const char *name) {
    size_t length = strlen(name), tail = strlen("/input");
    if (length <= tail || !g_str_has_suffix(name, "/input"))
        return -1;
    g_autofree char *block = g_strndup(name, length - tail);
    return find_exactly(links, block);
}

static int last_in(const GPtrArray *links, int block) {
    int last = -1;
    for (int i = block + 1; i < faltung_links_end(links, block); i = faltung_links_end(links, i))
        last = i;
    return last;
}

const char *faltung_links_origin(const GPtrArray *links, const char *name) {
    for (guint n = 0; n <= links->len; n++) { /* a text may have them wrong, and go in circles */
        int block = block_of_input(links, name), link = faltung_links_find(links, name);
        if (block >= 0 && at(links, block)->inputs->len > 0)
            name = at(links, block)->inputs->pdata[0];
        else if (block < 0 && link >= 0 && at(links, link)->block && last_in(links, link) >= 0)
            name = at(links, last_in(links, link))->name;
        else
            return link >= 0 ? at(links, link)->name : name;
    }
    return name;
}

char *faltung_links_spell(const GPtrArray *links, int index, const char *name, GError **error) {
    const char *own = at(links, index)->scope;
    for (int block = block_of_input(links, name); block >= 0; block = block_of_input(links, name)) {
        g_autofree char *scope = g_strconcat(at(links, block)->name, "/", NULL);
        if (g_str_has_prefix(own, scope) || at(links, block)->inputs->len == 0)
            break;
        name = at(links, block)->inputs->pdata[0]; /* from outside: what it takes */
    }
    for (const char *scope = own; scope; scope = outer_scope(links, scope)) {
        if (!g_str_has_prefix(name, scope))
            continue;
        const char *rest = name + strlen(scope);
        g_autofree char *meant = faltung_links_resolve(links, own, rest);
        if (g_str_equal(meant, name))
            return g_strdup(rest);
    }
    faltung_fail(error, FALTUNG_ERROR_INPUT,
                 "'%s' has no name inside the block of '%s'; let the block take it, or give it "
                 "another name",
                 name, at(links, index)->name);
    return NULL;
}

/* -- settling ----------------------------------------------------------------------------- */

void faltung_link_redirect(FaltungLink *link, const char *from, const char *to) {
    for (guint k = link->inputs->len; k-- > 0;) {
        if (!g_str_equal(link->inputs->pdata[k], from))
            continue;
        g_ptr_array_remove_index(link->inputs, k);
        if (to)
            g_ptr_array_insert(link->inputs, (int)k, g_strdup(to));
    }
}

void faltung_links_redirect(GPtrArray *links, const char *from, const char *to) {
    for (guint i = 0; i < links->len; i++)
        faltung_link_redirect(links->pdata[i], from, to);
}

/* The same of a copy, or of what is in one: `encoder/2/conv1`: name by name, with the numbers. */
static char *rename_copy(const GPtrArray *before, const GPtrArray *now, const char *name) {
    g_auto(GStrv) parts = g_strsplit(name, "/", -1);
    g_autoptr(GString) item = g_string_new(NULL);
    GString *renamed = g_string_new(NULL);
    for (int i = 0; parts[i]; i++) {
        g_autofree char *whole = g_strconcat(item->str, parts[i], NULL);
        int link = find_exactly(before, whole);
        if (link >= 0)
            g_string_append_printf(item, "%s/", parts[i]);
        g_string_append_printf(renamed, "%s%s", i > 0 ? "/" : "",
                               link < 0 ? parts[i]
                                        : at(now, link)->name + strlen(at(now, link)->scope));
    }
    return g_string_free(renamed, FALSE);
}

char *faltung_links_renamed(const GPtrArray *before, const GPtrArray *now, const char *name) {
    int block = block_of_input(before, name), link = find_exactly(before, name);
    if (block >= 0)
        return g_strconcat(at(now, block)->name, "/input", NULL);
    return link >= 0 ? g_strdup(at(now, link)->name) : rename_copy(before, now, name);
}

static gboolean same_inputs(const GPtrArray *a, const GPtrArray *b) {
    gboolean same = a->len == b->len;
    for (guint k = 0; same && k < a->len; k++)
        same = g_str_equal(a->pdata[k], b->pdata[k]);
    return same;
}

/* Returns: (nullable): `[a, b]`. */
static char *inputs_text(const GPtrArray *links, int index, const GPtrArray *inputs,
                         GError **error) {
    GString *text = g_string_new("[");
    gboolean good = TRUE;
    for (guint k = 0; good && k < inputs->len; k++) {
        g_autofree char *name = faltung_links_spell(links, index, inputs->pdata[k], error);
        g_autofree char *quoted = name ? faltung_yaml_quote(name) : NULL;
        good = quoted != NULL;
        g_string_append_printf(text, "%s%s", k > 0 ? ", " : "", good ? quoted : "");
    }
    g_string_append_c(text, ']');
    return g_string_free(text, !good);
}

char *faltung_links_settle(char *text, GPtrArray *wanted, GError **error) {
    g_autofree char *edited = text;
    g_autoptr(GPtrArray) links = edited ? faltung_links_read(edited, error) : NULL;
    if (!links)
        return NULL;
    g_return_val_if_fail(links->len == wanted->len, NULL);
    g_autofree char *now = faltung_links_rename_all(edited, wanted, links, error);
    if (!now)
        return NULL;
    for (guint i = 0; i < links->len; i++) {
        const FaltungLink *link = links->pdata[i], *want = wanted->pdata[i];
        g_autoptr(GPtrArray) inputs = g_ptr_array_new_with_free_func(g_free);
        for (guint k = 0; k < want->inputs->len; k++)
            g_ptr_array_add(inputs, faltung_links_renamed(wanted, links, want->inputs->pdata[k]));
        if (same_inputs(inputs, link->inputs))
            continue;
        g_autofree char *path = g_strdup_printf("network.%s.inputs", link->path);
        g_autofree char *value = inputs_text(links, (int)i, inputs, error);
        char *next = value ? faltung_yaml_set(now, path, value, error) : NULL;
        if (!next)
            return NULL;
        g_free(now);
        now = next;
    }
    return g_steal_pointer(&now);
}

/* -- new layers --------------------------------------------------------------------------- */

static FaltungLinkPlace place_of(const GPtrArray *links, int index) {
    const FaltungLink *link = at(links, index);
    const char *dot = strrchr(link->path, '.');
    return (FaltungLinkPlace){index, link->scope, link->path, (int)(dot - link->path),
                              (int)g_ascii_strtoll(dot + 1, NULL, 10)};
}

FaltungLinkPlace faltung_links_before(const GPtrArray *links, int index) {
    return place_of(links, index);
}

FaltungLinkPlace faltung_links_behind(const GPtrArray *links, int index) {
    if (index < 0)
        return (FaltungLinkPlace){0, "", "layers", (int)strlen("layers"), 0};
    FaltungLinkPlace place = place_of(links, index);
    place.index = faltung_links_end(links, index);
    place.at++;
    return place;
}

/* dense_2, where that is taken, becomes dense_3 rather than dense_2_2. */
static size_t stem_length(const char *name) {
    size_t length = strlen(name), end = length;
    while (end > 0 && g_ascii_isdigit(name[end - 1]))
        end--;
    return end < length && end > 1 && name[end - 1] == '_' ? end - 1 : length;
}

char *faltung_links_free_name(const GPtrArray *links, const char *scope, const char *wish) {
    char *name = g_strdup(wish);
    int stem = (int)stem_length(wish);
    for (int n = 2;; n++) {
        g_autofree char *whole = g_strconcat(scope, name, NULL);
        if (find_exactly(links, whole) < 0)
            return name;
        g_free(name);
        name = g_strdup_printf("%.*s_%d", stem, wish, n);
    }
}

char *faltung_links_name_item(const GPtrArray *links, const char *scope, const char *item,
                              char **name, GError **error) {
    g_autoptr(FaltungYamlNode) root = faltung_links_parse(item, error);
    if (!root)
        return NULL;
    gboolean map = root->type == FALTUNG_YAML_MAP && root->keys->len == 1;
    if (!map && root->type != FALTUNG_YAML_SCALAR) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "`%s` is not a layer; write it like `dense: {units: 10}`", item);
        return NULL;
    }
    const char *operation = map ? faltung_yaml_key(root, 0)->text : root->text;
    const FaltungYamlNode *options = map ? faltung_yaml_value(root, 0) : NULL;
    const FaltungYamlNode *given = faltung_yaml_get(options, "name");
    gboolean has_name = given && given->type == FALTUNG_YAML_SCALAR;
    g_autofree char *own =
        faltung_links_free_name(links, scope, has_name ? given->text : operation);
    *name = g_strconcat(scope, own, NULL);
    g_autofree char *key = faltung_yaml_quote(operation);
    GString *text = g_string_new(NULL);
    if (has_name || !g_str_equal(own, operation)) {
        g_autofree char *quoted = faltung_yaml_quote(own);
        g_string_append_printf(text, "name: %s", quoted);
    }
    for (guint i = 0; options && options->keys && i < options->keys->len; i++) {
        const char *option = faltung_yaml_key(options, i)->text;
        if (g_str_equal(option, "name") || g_str_equal(option, "inputs"))
            continue;
        g_autofree char *quoted = faltung_yaml_quote(option);
        g_autofree char *value = faltung_yaml_flow(faltung_yaml_value(options, i));
        g_string_append_printf(text, "%s%s: %s", text->len > 0 ? ", " : "", quoted, value);
    }
    char *made = text->len > 0 ? g_strdup_printf("%s: {%s}", key, text->str) : g_strdup(key);
    g_string_free(text, TRUE);
    return made;
}

/* What a block that was put at @index of @links has in it. */
static void adopt(GPtrArray *links, int index, const char *text) {
    g_autoptr(GPtrArray) there = faltung_links_read(text, NULL);
    at(links, index)->block = at(there, index)->block;
    int end = faltung_links_end(there, index);
    for (int i = end - 1; i > index; i--)
        g_ptr_array_insert(links, index + 1, g_ptr_array_steal_index(there, (guint)i));
}

char *faltung_links_put(const char *text, GPtrArray *links, FaltungLinkPlace place,
                        FaltungLink *link, const char *layer, GError **error) {
    g_autofree char *path = g_strdup_printf("network.%.*s", place.list_length, place.list);
    char *made = faltung_yaml_insert(text, path, (guint)place.at, layer, error);
    g_ptr_array_insert(links, place.index, link);
    if (made)
        adopt(links, place.index, made);
    return made;
}

char *faltung_links_insert(const char *text, GPtrArray *links, FaltungLinkPlace place,
                           const char *name, const char *source, const char *layer,
                           GError **error) {
    FaltungLink *link = faltung_link_new(name, place.scope);
    if (source)
        g_ptr_array_add(link->inputs, g_strdup(source));
    return faltung_links_settle(faltung_links_put(text, links, place, link, layer, error), links,
                                error);
}

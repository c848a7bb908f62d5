/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/quote.h"
#include "core/config/experiment.h"
#include "core/config/yaml.h"

/*
 * Edits of the list of layers. A name may be implied by the operation (`relu_2`) and an input by
 * the place in the list, so taking one layer away can change what others are called and what they
 * take. Hence each edit notes first who takes whose output, changes the list, and then writes
 * `inputs` wherever the text no longer says the same.
 */

/* A layer, and whose outputs it takes; names are those before the edit. */
typedef struct {
    char *name;
    GPtrArray *inputs; /* (element-type char*) */
} Link;

static void link_free(gpointer data) {
    Link *link = data;
    g_free(link->name);
    g_ptr_array_unref(link->inputs);
    g_free(link);
}

static Link *link_new(const char *name) {
    Link *link = g_new0(Link, 1);
    link->name = g_strdup(name);
    link->inputs = g_ptr_array_new_with_free_func(g_free);
    return link;
}

static void read_inputs(Link *link, const FaltungYamlNode *given, const char *before) {
    if (!given || given->type == FALTUNG_YAML_EMPTY)
        g_ptr_array_add(link->inputs, g_strdup(before));
    else if (given->type == FALTUNG_YAML_SCALAR)
        g_ptr_array_add(link->inputs, g_strdup(given->text));
    for (guint i = 0; given && given->type == FALTUNG_YAML_LIST && i < given->values->len; i++) {
        const FaltungYamlNode *input = faltung_yaml_value(given, i);
        if (input->type == FALTUNG_YAML_SCALAR)
            g_ptr_array_add(link->inputs, g_strdup(input->text));
    }
}

static FaltungYamlNode *parse(const char *text, GError **error) {
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    FaltungYamlNode *root = faltung_yaml_parse(text, mistakes);
    if (!root)
        faltung_mistakes_report(mistakes, "<text>", text, error);
    return root;
}

static FaltungYamlNode *layers_of(FaltungYamlNode *root) {
    return faltung_yaml_get(faltung_yaml_get(root, "network"), "layers");
}

/* Returns: (element-type Link): one for each layer of @text. */
static GPtrArray *read_links(const char *text, GError **error) {
    g_autoptr(FaltungYamlNode) root = parse(text, error);
    if (!root)
        return NULL;
    const FaltungYamlNode *layers = layers_of(root);
    g_autoptr(GPtrArray) names = faltung_yaml_layer_names(layers);
    GPtrArray *links = g_ptr_array_new_with_free_func(link_free);
    const char *before = "input";
    for (guint i = 0; i < names->len; i++) {
        const FaltungYamlNode *item = faltung_yaml_value(layers, i);
        const FaltungYamlNode *options = item->type == FALTUNG_YAML_MAP && item->keys->len == 1
                                             ? faltung_yaml_value(item, 0)
                                             : NULL;
        Link *link = link_new(names->pdata[i] ? names->pdata[i] : "");
        read_inputs(link, faltung_yaml_get(options, "inputs"), before);
        g_ptr_array_add(links, link);
        before = link->name;
    }
    return links;
}

static int find_link(const GPtrArray *links, const char *name) {
    for (guint i = 0; i < links->len; i++) {
        if (g_str_equal(((const Link *)links->pdata[i])->name, name))
            return (int)i;
    }
    return -1;
}

static int need_link(const GPtrArray *links, const char *name, GError **error) {
    int found = find_link(links, name);
    if (found < 0)
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                    "no layer is called '%s'; expected the name of one of the %u layers", name,
                    links->len);
    return found;
}

/* Whoever takes @from takes @to. */
static void redirect(GPtrArray *links, const char *from, const char *to) {
    for (guint i = 0; i < links->len; i++) {
        GPtrArray *inputs = ((Link *)links->pdata[i])->inputs;
        for (guint k = 0; k < inputs->len; k++) {
            if (g_str_equal(inputs->pdata[k], from)) {
                g_free(inputs->pdata[k]);
                inputs->pdata[k] = g_strdup(to);
            }
        }
    }
}

static char *inputs_text(const GPtrArray *inputs) {
    GString *text = g_string_new("[");
    for (guint k = 0; k < inputs->len; k++) {
        g_autofree char *name = faltung_yaml_quote(inputs->pdata[k]);
        g_string_append_printf(text, "%s%s", k > 0 ? ", " : "", name);
    }
    g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

static gboolean same_inputs(const GPtrArray *a, const GPtrArray *b) {
    gboolean same = a->len == b->len;
    for (guint k = 0; same && k < a->len; k++)
        same = g_str_equal(a->pdata[k], b->pdata[k]);
    return same;
}

/* Writes `inputs` where @text does not say what @wanted, a link for each of its layers, does. */
static char *settle(char *text, GPtrArray *wanted, GError **error) {
    g_autofree char *now = text;
    g_autoptr(GPtrArray) links = now ? read_links(now, error) : NULL;
    if (!links)
        return NULL;
    g_return_val_if_fail(links->len == wanted->len, NULL);
    for (guint i = 0; i < links->len; i++) {
        const Link *link = links->pdata[i], *want = wanted->pdata[i];
        g_autoptr(GPtrArray) inputs = g_ptr_array_new();
        for (guint k = 0; k < want->inputs->len; k++) {
            int from = find_link(wanted, want->inputs->pdata[k]);
            g_ptr_array_add(inputs, from >= 0 ? ((Link *)links->pdata[from])->name
                                              : want->inputs->pdata[k]);
        }
        if (same_inputs(inputs, link->inputs))
            continue;
        g_autofree char *path = g_strdup_printf("network.layers.%u.inputs", i);
        g_autofree char *value = inputs_text(inputs);
        char *next = faltung_yaml_set(now, path, value, error);
        if (!next)
            return NULL;
        g_free(now);
        now = next;
    }
    return g_steal_pointer(&now);
}

/* -- inserting ---------------------------------------------------------------------------- */

static char *free_name(const GPtrArray *links, const char *wish) {
    char *name = g_strdup(wish);
    for (int n = 2; find_link(links, name) >= 0; n++) {
        g_free(name);
        name = g_strdup_printf("%s_%d", wish, n);
    }
    return name;
}

/* Returns: (transfer full): @item under a name that no other layer has, without inputs; @name is
   written only where it is not the one that the operation implies. */
static char *named_item(const GPtrArray *links, const char *item, char **name, GError **error) {
    g_autoptr(FaltungYamlNode) root = parse(item, error);
    if (!root)
        return NULL;
    gboolean map = root->type == FALTUNG_YAML_MAP && root->keys->len == 1;
    if (!map && root->type != FALTUNG_YAML_SCALAR) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                    "`%s` is not a layer; write it like `dense: {units: 10}`", item);
        return NULL;
    }
    const char *operation = map ? faltung_yaml_key(root, 0)->text : root->text;
    const FaltungYamlNode *options = map ? faltung_yaml_value(root, 0) : NULL;
    const FaltungYamlNode *given = faltung_yaml_get(options, "name");
    gboolean has_name = given && given->type == FALTUNG_YAML_SCALAR;
    *name = free_name(links, has_name ? given->text : operation);
    g_autofree char *key = faltung_yaml_quote(operation);
    GString *text = g_string_new(NULL);
    if (has_name || !g_str_equal(*name, operation)) {
        g_autofree char *quoted = faltung_yaml_quote(*name);
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

char *faltung_yaml_insert_layer(const char *text, const char *after, const char *item, char **name,
                                GError **error) {
    g_autoptr(GPtrArray) links = read_links(text, error);
    if (!links)
        return NULL;
    const char *source = after ? after : "input";
    int at = g_str_equal(source, "input") ? -1 : need_link(links, source, error);
    if (at < 0 && !g_str_equal(source, "input"))
        return NULL;
    g_autofree char *called = NULL;
    g_autofree char *layer = named_item(links, item, &called, error);
    if (!layer)
        return NULL;
    redirect(links, source, called);
    Link *link = link_new(called);
    g_ptr_array_add(link->inputs, g_strdup(source));
    g_ptr_array_insert(links, at + 1, link);
    char *made = faltung_yaml_insert(text, "network.layers", (guint)(at + 1), layer, error);
    char *result = made ? settle(made, links, error) : NULL;
    if (result && name)
        *name = g_steal_pointer(&called);
    return result;
}

char *faltung_yaml_duplicate_layer(const char *text, const char *layer, char **name,
                                   GError **error) {
    g_autoptr(GPtrArray) links = read_links(text, error);
    int at = links ? need_link(links, layer, error) : -1;
    if (at < 0)
        return NULL;
    g_autoptr(FaltungYamlNode) root = parse(text, error);
    g_autofree char *item = faltung_yaml_flow(faltung_yaml_value(layers_of(root), at));
    return faltung_yaml_insert_layer(text, layer, item, name, error);
}

/* -- removing and renaming ---------------------------------------------------------------- */

char *faltung_yaml_remove_layer(const char *text, const char *layer, GError **error) {
    g_autoptr(GPtrArray) links = read_links(text, error);
    int at = links ? need_link(links, layer, error) : -1;
    if (at < 0)
        return NULL;
    Link *link = links->pdata[at];
    g_autofree char *source = g_strdup(link->inputs->len > 0 ? link->inputs->pdata[0] : "input");
    g_ptr_array_remove_index(links, at);
    redirect(links, layer, source);
    g_autofree char *path = g_strdup_printf("network.layers.%d", at);
    char *removed = faltung_yaml_unset(text, path, error);
    return removed ? settle(removed, links, error) : NULL;
}

char *faltung_yaml_rename_layer(const char *text, const char *layer, const char *name,
                                GError **error) {
    g_autoptr(GPtrArray) links = read_links(text, error);
    int at = links ? need_link(links, layer, error) : -1;
    if (at < 0)
        return NULL;
    if (find_link(links, name) >= 0 && find_link(links, name) != at) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                    "another layer is called '%s'; choose a name that is free", name);
        return NULL;
    }
    g_autofree char *path = g_strdup_printf("network.layers.%d.name", at);
    char *renamed = faltung_yaml_set(text, path, name, error);
    return renamed ? settle(renamed, links, error) : NULL;
}

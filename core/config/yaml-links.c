/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/yaml-links.h"

#include "core/base/quote.h"
#include "core/config/experiment.h"

#include <string.h>

void faltung_link_free(FaltungLink *link) {
    g_free(link->name);
    g_ptr_array_unref(link->inputs);
    g_free(link);
}

FaltungLink *faltung_link_new(const char *name) {
    FaltungLink *link = g_new0(FaltungLink, 1);
    link->name = g_strdup(name);
    link->inputs = g_ptr_array_new_with_free_func(g_free);
    return link;
}

/* @before: (nullable): what a layer takes that does not say */
static void read_inputs(FaltungLink *link, const FaltungYamlNode *given, const char *before) {
    if ((!given || given->type == FALTUNG_YAML_EMPTY) && before)
        g_ptr_array_add(link->inputs, g_strdup(before));
    else if (given && given->type == FALTUNG_YAML_SCALAR)
        g_ptr_array_add(link->inputs, g_strdup(given->text));
    for (guint i = 0; given && given->type == FALTUNG_YAML_LIST && i < given->values->len; i++) {
        const FaltungYamlNode *input = faltung_yaml_value(given, i);
        if (input->type == FALTUNG_YAML_SCALAR)
            g_ptr_array_add(link->inputs, g_strdup(input->text));
    }
}

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
    const FaltungYamlNode *layers = faltung_links_layers(root);
    g_autoptr(GPtrArray) names = faltung_yaml_layer_names(layers);
    GPtrArray *links = g_ptr_array_new_with_free_func((GDestroyNotify)faltung_link_free);
    const char *before = first_source(root);
    for (guint i = 0; i < names->len; i++) {
        const FaltungYamlNode *item = faltung_yaml_value(layers, i);
        const FaltungYamlNode *options = item->type == FALTUNG_YAML_MAP && item->keys->len == 1
                                             ? faltung_yaml_value(item, 0)
                                             : NULL;
        FaltungLink *link = faltung_link_new(names->pdata[i] ? names->pdata[i] : "");
        read_inputs(link, faltung_yaml_get(options, "inputs"), before);
        g_ptr_array_add(links, link);
        before = link->name;
    }
    return links;
}

int faltung_links_find(const GPtrArray *links, const char *name) {
    for (guint i = 0; i < links->len; i++) {
        if (g_str_equal(((const FaltungLink *)links->pdata[i])->name, name))
            return (int)i;
    }
    return -1;
}

int faltung_links_need(const GPtrArray *links, const char *name, GError **error) {
    int found = faltung_links_find(links, name);
    if (found < 0)
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                    "no layer is called '%s'; expected the name of one of the %u layers", name,
                    links->len);
    return found;
}

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

char *faltung_links_settle(char *text, GPtrArray *wanted, GError **error) {
    g_autofree char *now = text;
    g_autoptr(GPtrArray) links = now ? faltung_links_read(now, error) : NULL;
    if (!links)
        return NULL;
    g_return_val_if_fail(links->len == wanted->len, NULL);
    for (guint i = 0; i < links->len; i++) {
        const FaltungLink *link = links->pdata[i], *want = wanted->pdata[i];
        g_autoptr(GPtrArray) inputs = g_ptr_array_new();
        for (guint k = 0; k < want->inputs->len; k++) {
            int from = faltung_links_find(wanted, want->inputs->pdata[k]);
            g_ptr_array_add(inputs, from >= 0 ? ((FaltungLink *)links->pdata[from])->name
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

/* dense_2, where that is taken, becomes dense_3 rather than dense_2_2. */
static size_t stem_length(const char *name) {
    size_t length = strlen(name), end = length;
    while (end > 0 && g_ascii_isdigit(name[end - 1]))
        end--;
    return end < length && end > 1 && name[end - 1] == '_' ? end - 1 : length;
}

char *faltung_links_free_name(const GPtrArray *links, const char *wish) {
    char *name = g_strdup(wish);
    int stem = (int)stem_length(wish);
    for (int n = 2; faltung_links_find(links, name) >= 0; n++) {
        g_free(name);
        name = g_strdup_printf("%.*s_%d", stem, wish, n);
    }
    return name;
}

char *faltung_links_name_item(const GPtrArray *links, const char *item, char **name,
                              GError **error) {
    g_autoptr(FaltungYamlNode) root = faltung_links_parse(item, error);
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
    *name = faltung_links_free_name(links, has_name ? given->text : operation);
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

char *faltung_links_insert(const char *text, GPtrArray *links, int index, const char *name,
                           const char *source, const char *layer, GError **error) {
    FaltungLink *link = faltung_link_new(name);
    if (source)
        g_ptr_array_add(link->inputs, g_strdup(source));
    g_ptr_array_insert(links, index, link);
    char *made = faltung_yaml_insert(text, "network.layers", (guint)index, layer, error);
    return made ? faltung_links_settle(made, links, error) : NULL;
}

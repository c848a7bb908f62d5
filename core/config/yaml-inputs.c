/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/quote.h"
#include "core/config/experiment.h"
#include "core/config/yaml-links.h"

/* Edits of what the network is given: `input: [1, 28, 28]` or, with names, `input: {image: ...,
   place: ...}`. */

static FaltungYamlNode *given_input(FaltungYamlNode *root) {
    return faltung_yaml_get(faltung_yaml_get(root, "network"), "input");
}

static gboolean is_taken(const char *text, const GPtrArray *links, const char *name) {
    return faltung_links_find(links, name) >= 0 || faltung_links_is_input(text, name);
}

static char *free_name(const char *text, const GPtrArray *links, const char *wish) {
    char *name = g_strdup(wish);
    for (int n = 2; is_taken(text, links, name); n++) {
        g_free(name);
        name = g_strdup_printf("%s_%d", wish, n);
    }
    return name;
}

/* What people call an input of that rank. */
static const char *usual_name(const FaltungYamlNode *shape) {
    static const char *const names[] = {"values", "values", "sequence", "image", "volume"};
    return names[MIN(faltung_yaml_size(shape), G_N_ELEMENTS(names) - 1)];
}

/* Gives the one input a name: whoever takes it takes it by that. */
static char *name_input(const char *text, GPtrArray *links, const FaltungYamlNode *input,
                        GError **error) {
    g_autofree char *name = free_name(text, links, usual_name(input));
    g_autofree char *shape = input ? faltung_yaml_flow(input) : g_strdup("[1]");
    g_autofree char *value = g_strdup_printf("{%s: %s}", name, shape);
    faltung_links_redirect(links, "input", name);
    return faltung_yaml_set(text, "network.input", value, error);
}

char *faltung_yaml_add_input(const char *text, char **name, GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    g_autoptr(FaltungYamlNode) root = links ? faltung_links_parse(text, error) : NULL;
    if (!root)
        return NULL;
    const FaltungYamlNode *input = given_input(root);
    gboolean named = input && input->type == FALTUNG_YAML_MAP;
    g_autofree char *all = named ? g_strdup(text) : name_input(text, links, input, error);
    if (!all)
        return NULL;
    g_autofree char *called = free_name(all, links, "values");
    g_autofree char *path = g_strconcat("network.input.", called, NULL);
    char *made = faltung_links_settle(faltung_yaml_set(all, path, "[1]", error), links, error);
    if (made && name)
        *name = g_steal_pointer(&called);
    return made;
}

/* Where the data name the inputs as the network does: arrays, or files of NumPy. */
static const char *const data_keys[] = {"input", "npy"};

static FaltungYamlNode *data_of(FaltungYamlNode *root, const char *key) {
    return faltung_yaml_get(faltung_yaml_get(root, "data"), key);
}

/* @text: (transfer full) (nullable): without what the data have for @input. */
static char *remove_data(char *text, FaltungYamlNode *root, const char *input, GError **error) {
    for (size_t i = 0; text && i < G_N_ELEMENTS(data_keys); i++) {
        const FaltungYamlNode *map = data_of(root, data_keys[i]);
        if (!map || map->type != FALTUNG_YAML_MAP || faltung_yaml_find(map, input) < 0)
            continue;
        g_autofree char *before = text;
        g_autofree char *path = g_strdup_printf("data.%s.%s", data_keys[i], input);
        text = faltung_yaml_unset(before, path, error);
    }
    return text;
}

char *faltung_links_remove_input(const char *text, const char *input, GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    g_autoptr(FaltungYamlNode) root = links ? faltung_links_parse(text, error) : NULL;
    if (!root)
        return NULL;
    if (faltung_yaml_size(given_input(root)) < 2) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "'%s' is the only input, and a network needs one; give it another shape or "
                     "name instead",
                     input);
        return NULL;
    }
    g_autofree char *path = g_strconcat("network.input.", input, NULL);
    faltung_links_redirect(links, input, NULL);
    char *without = remove_data(faltung_yaml_unset(text, path, error), root, input, error);
    return faltung_links_settle(without, links, error);
}

gboolean faltung_links_has_named_input(const char *text, const char *name) {
    return !g_str_equal(name, "input") && faltung_links_is_input(text, name);
}

static const FaltungYamlNode *key_of(const FaltungYamlNode *map, const char *name) {
    int index = map && map->type == FALTUNG_YAML_MAP ? faltung_yaml_find(map, name) : -1;
    return index < 0 ? NULL : faltung_yaml_key(map, (guint)index);
}

/* @by in the place of @node ((nullable): nothing is done). */
static char *put(const char *text, const FaltungYamlNode *node, const char *by) {
    return node ? g_strdup_printf("%.*s%s%s", (int)node->start, text, by, text + node->end)
                : g_strdup(text);
}

char *faltung_links_rename_input(const char *text, const char *input, const char *name,
                                 GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    g_autoptr(FaltungYamlNode) root = links ? faltung_links_parse(text, error) : NULL;
    if (!root)
        return NULL;
    if (!g_str_equal(input, name) && is_taken(text, links, name)) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "another layer or input is called '%s'; choose a name that is free", name);
        return NULL;
    }
    /* the data's inputs are called as the network's are */
    const FaltungYamlNode *of_data = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(data_keys) && !of_data; i++)
        of_data = key_of(data_of(root, data_keys[i]), input);
    const FaltungYamlNode *keys[] = {key_of(given_input(root), input), of_data};
    gboolean data_last = keys[1] && keys[1]->start > keys[0]->start;
    g_autofree char *quoted = faltung_yaml_quote(name);
    g_autofree char *once = put(text, keys[data_last], quoted);
    faltung_links_redirect(links, input, name);
    return faltung_links_settle(put(once, keys[!data_last], quoted), links, error);
}

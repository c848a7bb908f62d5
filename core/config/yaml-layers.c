/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/quote.h"
#include "core/config/experiment.h"
#include "core/config/yaml-links.h"

/* -- inserting ---------------------------------------------------------------------------- */

char *faltung_yaml_insert_layer(const char *text, const char *after, const char *item, char **name,
                                GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    if (!links)
        return NULL;
    const char *source = after ? after : "input";
    gboolean given = faltung_links_is_input(text, source);
    int at = given ? -1 : faltung_links_need(links, source, error);
    if (at < 0 && !given)
        return NULL;
    g_autofree char *called = NULL;
    g_autofree char *layer = faltung_links_name_item(links, item, &called, error);
    if (!layer)
        return NULL;
    faltung_links_redirect(links, source, called);
    char *result = faltung_links_insert(text, links, at + 1, called, source, layer, error);
    if (result && name)
        *name = g_steal_pointer(&called);
    return result;
}

char *faltung_yaml_duplicate_layer(const char *text, const char *layer, char **name,
                                   GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    int at = links ? faltung_links_need(links, layer, error) : -1;
    if (at < 0)
        return NULL;
    g_autoptr(FaltungYamlNode) root = faltung_links_parse(text, error);
    g_autofree char *item = faltung_yaml_flow(faltung_yaml_value(faltung_links_layers(root), at));
    return faltung_yaml_insert_layer(text, layer, item, name, error);
}

/* Layers that were tied to @layer are tied to @name. @text: (transfer full) (nullable). */
static char *tie_again(char *text, guint n, const char *layer, const char *name, GError **error) {
    g_autofree char *from = faltung_yaml_quote(layer), *to = faltung_yaml_quote(name);
    for (guint i = 0; text && i < n; i++) {
        g_autofree char *path = g_strdup_printf("network.layers.%u.tied", i);
        g_autofree char *tied = faltung_yaml_lookup(text, path, NULL);
        if (g_strcmp0(tied, from) != 0)
            continue;
        g_autofree char *before = text;
        text = faltung_yaml_set(before, path, to, error);
    }
    return text;
}

char *faltung_yaml_rename_layer(const char *text, const char *layer, const char *name,
                                GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    int at = links ? faltung_links_need(links, layer, error) : -1;
    if (at < 0)
        return NULL;
    if (faltung_links_find(links, name) >= 0 && faltung_links_find(links, name) != at) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                    "another layer is called '%s'; choose a name that is free", name);
        return NULL;
    }
    g_autofree char *path = g_strdup_printf("network.layers.%d.name", at);
    char *renamed = faltung_yaml_set(text, path, name, error);
    renamed = renamed ? faltung_links_settle(renamed, links, error) : NULL;
    return tie_again(renamed, links->len, layer, name, error);
}

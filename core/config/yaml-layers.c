/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/config/yaml-links.h"

/* -- inserting ---------------------------------------------------------------------------- */

char *faltung_yaml_insert_layer(const char *text, const char *after, const char *item, char **name,
                                GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    if (!links)
        return NULL;
    const char *source = after ? after : "input";
    int at = g_str_equal(source, "input") ? -1 : faltung_links_need(links, source, error);
    if (at < 0 && !g_str_equal(source, "input"))
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
    return renamed ? faltung_links_settle(renamed, links, error) : NULL;
}

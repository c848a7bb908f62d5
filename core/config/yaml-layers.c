/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/config/yaml-links.h"

#include <string.h>

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
    FaltungLinkPlace place = faltung_links_behind(links, at);
    g_autofree char *layer = faltung_links_name_item(links, place.scope, item, &called, error);
    if (!layer)
        return NULL;
    source = at < 0 ? source : ((const FaltungLink *)links->pdata[at])->name;
    faltung_links_redirect(links, source, called);
    char *result = faltung_links_insert(text, links, place, called, source, layer, error);
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
    g_autofree char *item = faltung_links_item(text, at, error);
    return faltung_yaml_insert_layer(text, layer, item, name, error);
}

char *faltung_yaml_rename_layer(const char *text, const char *layer, const char *name,
                                GError **error) {
    if (faltung_links_has_named_input(text, layer))
        return faltung_links_rename_input(text, layer, name, error);
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    int at = links ? faltung_links_need(links, layer, error) : -1;
    if (at < 0)
        return NULL;
    const FaltungLink *link = links->pdata[at];
    if (g_str_has_prefix(name, link->scope))
        name += strlen(link->scope);
    g_autofree char *whole = g_strconcat(link->scope, name, NULL);
    int there = faltung_links_find(links, whole);
    if (there >= 0 && there != at) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "another layer is called '%s'; choose a name that is free", name);
        return NULL;
    }
    g_autofree char *path = g_strdup_printf("network.%s.name", link->path);
    char *renamed = faltung_yaml_set(text, path, name, error);
    return faltung_links_settle(renamed, links, error);
}

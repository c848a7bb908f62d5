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

/* Layers that were tied to number @index are tied to it under its name in @text ((transfer full)
   (nullable)). @before: as the links were. */
static char *tie_again(char *text, const GPtrArray *before, int index, GError **error) {
    g_autoptr(GPtrArray) links = text ? faltung_links_read(text, error) : NULL;
    for (guint i = 0; links && text && i < links->len; i++) {
        const FaltungLink *was = before->pdata[i];
        g_autofree char *path = g_strdup_printf("network.%s.tied", was->path);
        g_autofree char *value = faltung_yaml_lookup(text, path, NULL);
        g_autoptr(FaltungYamlNode) tied = value ? faltung_links_parse(value, NULL) : NULL;
        if (!tied || tied->type != FALTUNG_YAML_SCALAR)
            continue;
        g_autofree char *owner = faltung_links_resolve(before, was->scope, tied->text);
        if (!g_str_equal(owner, ((const FaltungLink *)before->pdata[index])->name))
            continue;
        const char *name = ((const FaltungLink *)links->pdata[index])->name;
        g_autofree char *spelt = faltung_links_spell(links, (int)i, name, error);
        g_autofree char *old = text;
        text = spelt ? faltung_yaml_set(old, path, spelt, error) : NULL;
    }
    return text;
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
    renamed = renamed ? faltung_links_settle(renamed, links, error) : NULL;
    return tie_again(renamed, links, at, error);
}

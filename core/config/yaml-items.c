/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/yaml.h"

/* The layers and blocks of a text, in the order in which they are written. */

const char *faltung_yaml_operation(const FaltungYamlNode *item) {
    if (item->type == FALTUNG_YAML_SCALAR)
        return item->text;
    return item->keys && item->keys->len == 1 ? faltung_yaml_key(item, 0)->text : NULL;
}

static gboolean is_taken(GPtrArray *names, const char *name) {
    for (guint i = 0; i < names->len; i++) {
        if (g_strcmp0(names->pdata[i], name) == 0)
            return TRUE;
    }
    return FALSE;
}

GPtrArray *faltung_yaml_layer_names(const FaltungYamlNode *layers) {
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < faltung_yaml_size(layers); i++) {
        const FaltungYamlNode *item = faltung_yaml_value(layers, i);
        const char *operation = faltung_yaml_operation(item);
        const FaltungYamlNode *given =
            item->keys && operation ? faltung_yaml_get(faltung_yaml_value(item, 0), "name") : NULL;
        char *name = NULL;
        if (given && given->type == FALTUNG_YAML_SCALAR) {
            name = g_strdup(given->text);
        } else if (operation) {
            name = g_strdup(operation);
            for (int n = 2; is_taken(names, name); n++) {
                g_free(name);
                name = g_strdup_printf("%s_%d", operation, n);
            }
        }
        g_ptr_array_add(names, name);
    }
    return names;
}

static void item_free(gpointer data) {
    FaltungYamlItem *item = data;
    g_free(item->name);
    g_free(item->path);
    g_free(item);
}

static void add_items(GPtrArray *items, FaltungYamlNode *list, int parent, const char *path) {
    g_autoptr(GPtrArray) names = faltung_yaml_layer_names(list);
    const FaltungYamlItem *block = parent >= 0 ? items->pdata[parent] : NULL;
    for (guint i = 0; list->type == FALTUNG_YAML_LIST && i < list->values->len; i++) {
        FaltungYamlItem *item = g_new0(FaltungYamlItem, 1);
        item->node = faltung_yaml_value(list, i);
        item->list = list;
        item->index = i;
        item->parent = parent;
        item->path = g_strdup_printf("%s.%u", path, i);
        if (names->pdata[i])
            item->name = g_strdup_printf("%s%s%s", block ? block->name : "", block ? "/" : "",
                                         (char *)names->pdata[i]);
        item->block = g_strcmp0(faltung_yaml_operation(item->node), FALTUNG_BLOCK) == 0;
        g_ptr_array_add(items, item);
        const FaltungYamlNode *options =
            item->block && item->node->keys ? faltung_yaml_value(item->node, 0) : NULL;
        FaltungYamlNode *inner = faltung_yaml_get(options, "layers");
        if (inner) {
            g_autofree char *below = g_strdup_printf("%s.%s.layers", item->path, FALTUNG_BLOCK);
            add_items(items, inner, (int)items->len - 1, below);
        }
    }
}

GPtrArray *faltung_yaml_items(FaltungYamlNode *layers) {
    GPtrArray *items = g_ptr_array_new_with_free_func(item_free);
    if (layers)
        add_items(items, layers, -1, "layers");
    return items;
}

int faltung_yaml_item_find(const GPtrArray *items, const char *name) {
    for (guint i = 0; i < items->len; i++) {
        if (g_strcmp0(((const FaltungYamlItem *)items->pdata[i])->name, name) == 0)
            return (int)i;
    }
    return -1;
}

int faltung_yaml_item_at(const GPtrArray *items, size_t offset) {
    int found = -1;
    for (guint i = 0; i < items->len; i++) {
        const FaltungYamlItem *item = items->pdata[i];
        if (offset >= faltung_yaml_item_start(item) && offset <= item->node->end)
            found = (int)i; /* what is in a block comes behind it */
    }
    return found;
}

size_t faltung_yaml_item_start(const FaltungYamlItem *item) {
    const FaltungYamlNode *node = item->node;
    return node->keys && node->keys->len ? MIN(node->start, faltung_yaml_key(node, 0)->start)
                                         : node->start;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/config/yaml-links.h"
#include "core/ops/operation.h"

/* Edits of the wires between layers. */

/* Whether the output of @from reaches @to. Inputs name earlier layers only, or the walk could go in
   circles where a text has them wrong: hence the marks. */
static gboolean reaches(const GPtrArray *links, const char *from, int to, gboolean *seen) {
    if (seen[to])
        return FALSE;
    seen[to] = TRUE;
    const FaltungLink *link = links->pdata[to];
    if (g_str_equal(link->name, from))
        return TRUE;
    for (guint k = 0; k < link->inputs->len; k++) {
        int input = faltung_links_find(links, link->inputs->pdata[k]);
        if (input >= 0 && reaches(links, from, input, seen))
            return TRUE;
    }
    return FALSE;
}

static gboolean depends(const GPtrArray *links, int layer, const char *on) {
    g_autofree gboolean *seen = g_new0(gboolean, links->len);
    return reaches(links, on, layer, seen);
}

/* An item of the list from one place to another, in the text and in @links. */
static char *move_item(const char *text, GPtrArray *links, int from, int to, GError **error) {
    g_autoptr(FaltungYamlNode) root = faltung_links_parse(text, error);
    if (!root)
        return NULL;
    g_autofree char *item = faltung_yaml_flow(faltung_yaml_value(faltung_links_layers(root), from));
    g_autofree char *path = g_strdup_printf("network.layers.%d", from);
    g_autofree char *without = faltung_yaml_unset(text, path, error);
    if (!without)
        return NULL;
    int place = to > from ? to - 1 : to;
    FaltungLink *link = g_ptr_array_steal_index(links, from);
    g_ptr_array_insert(links, place, link);
    return faltung_yaml_insert(without, "network.layers", (guint)place, item, error);
}

/* @layer and all that depends on it behind @after, in the order that they have. */
static char *move_behind(const char *text, GPtrArray *links, const char *layer, const char *after,
                         GError **error) {
    g_autofree char *now = g_strdup(text);
    int moved = 0;
    for (int i = 0; i < faltung_links_find(links, after);) {
        if (!depends(links, i, layer)) {
            i++;
            continue;
        }
        int behind = faltung_links_find(links, after) + 1 + moved++;
        char *next = move_item(now, links, i, behind, error);
        if (!next)
            return NULL;
        g_free(now);
        now = next;
    }
    return g_steal_pointer(&now);
}

static int most_inputs(const char *text, int layer) {
    g_autoptr(FaltungYamlNode) root = faltung_links_parse(text, NULL);
    const FaltungYamlNode *item = faltung_yaml_value(faltung_links_layers(root), layer);
    const char *name = item->keys && item->keys->len ? faltung_yaml_key(item, 0)->text : item->text;
    const FaltungOperation *operation = name ? faltung_operation_find(name, NULL) : NULL;
    return operation ? operation->max_inputs : 1;
}

static gboolean takes(const FaltungLink *link, const char *source) {
    return g_ptr_array_find_with_equal_func(link->inputs, source, g_str_equal, NULL);
}

static void add_wire(FaltungLink *link, const char *from, const char *instead_of, int most) {
    if (instead_of && takes(link, instead_of)) {
        faltung_link_redirect(link, instead_of, from);
        return;
    }
    while ((int)link->inputs->len >= most)
        g_ptr_array_remove_index(link->inputs, link->inputs->len - 1);
    g_ptr_array_add(link->inputs, g_strdup(from));
}

/* The places of @from (-1: an input) and @to in @links, those of @text. */
static gboolean find_ends(const char *text, const GPtrArray *links, const char *from,
                          const char *to, int *source, int *target, GError **error) {
    gboolean given = faltung_links_is_input(text, from);
    *source = given ? -1 : faltung_links_need(links, from, error);
    if (*source < 0 && !given)
        return FALSE;
    *target = faltung_links_need(links, to, error);
    return *target >= 0;
}

char *faltung_yaml_connect(const char *text, const char *from, const char *to,
                           const char *instead_of, GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    int source, target;
    if (!links || !find_ends(text, links, from, to, &source, &target, error))
        return NULL;
    FaltungLink *link = links->pdata[target];
    if (takes(link, from) && !instead_of)
        return g_strdup(text);
    if (source >= 0 && depends(links, source, to)) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                    "'%s' already depends on '%s'; a network has no cycles", from, to);
        return NULL;
    }
    add_wire(link, from, instead_of, most_inputs(text, target));
    char *moved = source > target ? move_behind(text, links, to, from, error) : g_strdup(text);
    return moved ? faltung_links_settle(moved, links, error) : NULL;
}

char *faltung_yaml_disconnect(const char *text, const char *from, const char *to, GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    int source, target;
    if (!links || !find_ends(text, links, from, to, &source, &target, error))
        return NULL;
    faltung_link_redirect(links->pdata[target], from, NULL);
    return faltung_links_settle(g_strdup(text), links, error);
}

char *faltung_yaml_insert_on_wire(const char *text, const char *from, const char *to,
                                  const char *item, char **name, GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    int source, target;
    if (!links || !find_ends(text, links, from, to, &source, &target, error))
        return NULL;
    if (!takes(links->pdata[target], from)) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                    "there is no wire from '%s' to '%s'; connect them first", from, to);
        return NULL;
    }
    g_autofree char *called = NULL;
    g_autofree char *layer = faltung_links_name_item(links, item, &called, error);
    if (!layer)
        return NULL;
    faltung_link_redirect(links->pdata[target], from, called);
    char *result = faltung_links_insert(text, links, target, called, from, layer, error);
    if (result && name)
        *name = g_steal_pointer(&called);
    return result;
}

char *faltung_yaml_move_layer(const char *text, const char *layer, const char *from, const char *to,
                              GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    int at = links ? faltung_links_need(links, layer, error) : -1;
    if (at < 0)
        return NULL;
    if (g_str_equal(layer, from) || g_str_equal(layer, to))
        return g_strdup(text); /* it is there */
    g_autoptr(FaltungYamlNode) root = faltung_links_parse(text, error);
    g_autofree char *item = faltung_yaml_flow(faltung_yaml_value(faltung_links_layers(root), at));
    /* Names that are implied change as a layer goes: the wire's ends are told by their places. */
    int source = faltung_links_find(links, from), target = faltung_links_need(links, to, error);
    if (target < 0)
        return NULL;
    g_autofree char *without = faltung_yaml_remove_layer(text, layer, error);
    g_autoptr(GPtrArray) left = without ? faltung_links_read(without, error) : NULL;
    if (!left)
        return NULL;
    const FaltungLink *taker = left->pdata[target > at ? target - 1 : target];
    const FaltungLink *giver = source < 0 ? NULL : left->pdata[source > at ? source - 1 : source];
    return faltung_yaml_insert_on_wire(without, giver ? giver->name : from, taker->name, item, NULL,
                                       error);
}

char *faltung_yaml_branch_layer(const char *text, const char *source, const char *item, char **name,
                                GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    if (!links)
        return NULL;
    gboolean given = !source || faltung_links_is_input(text, source);
    int at = given ? -1 : faltung_links_need(links, source, error);
    if (!given && at < 0)
        return NULL;
    g_autofree char *called = NULL;
    g_autofree char *layer = faltung_links_name_item(links, item, &called, error);
    if (!layer)
        return NULL;
    char *result = faltung_links_insert(text, links, at + 1, called, source, layer, error);
    if (result && name)
        *name = g_steal_pointer(&called);
    return result;
}

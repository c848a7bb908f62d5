/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/quote.h"
#include "core/config/experiment.h"
#include "core/config/yaml-links.h"
#include "core/train/act.h"

#include <string.h>

/*
 * Where an experiment names layers beside their `inputs`: in options that say so
 * (FaltungOptionSpec.names), of a layer or of the training, and in what a sweep changes: in its
 * paths, network.LAYER.units, and in the values of such options there.
 */

/* The bytes [start, end) become @by. */
typedef struct {
    size_t start, end;
    char *by;
} Change;

typedef struct {
    const char *text;
    const GPtrArray *before, *now; /* links: what layers were called, and are */
    GArray *changes;               /* (element-type Change) */
    GError *error;                 /* the first: where a layer has no name any more */
} Search;

static void clear_change(gpointer data) {
    g_free(((Change *)data)->by);
}

static void add_change(Search *search, size_t start, size_t end, char *by) {
    Change change = {start, end, by};
    g_array_append_val(search->changes, change);
}

/* @item: the link that says @name, or -1: the experiment does, which has no scope. Returns:
   (transfer full) (nullable): how the layer is called there now; NULL: as before, or there is an
   error. */
static char *name_now(Search *search, int item, const char *name) {
    const FaltungLink *by = item < 0 ? NULL : search->before->pdata[item];
    g_autofree char *whole =
        by ? faltung_links_resolve(search->before, by->scope, name) : g_strdup(name);
    g_autofree char *fresh = faltung_links_renamed(search->before, search->now, whole);
    if (!by)
        return g_str_equal(fresh, whole) ? NULL : g_steal_pointer(&fresh);
    const char *scope = ((const FaltungLink *)search->now->pdata[item])->scope;
    g_autofree char *meant = faltung_links_resolve(search->now, scope, name);
    if (g_str_equal(meant, fresh))
        return NULL;
    return faltung_links_spell(search->now, item, fresh, search->error ? NULL : &search->error);
}

static void see_name(Search *search, int item, const FaltungYamlNode *node) {
    g_autofree char *name = name_now(search, item, node->text);
    if (name)
        add_change(search, node->start, node->end, faltung_yaml_quote(name));
}

/* As they are written, whatever the style of the text. */
static void see_acts(Search *search, const FaltungYamlNode *node) {
    for (size_t at = node->start; at < node->end;) {
        size_t length = MIN(strcspn(search->text + at, ";\n\"'"), node->end - at), start, end;
        if (faltung_act_find_layer(search->text + at, length, &start, &end)) {
            g_autofree char *old = g_strndup(search->text + at + start, end - start);
            char *name = name_now(search, -1, old);
            if (name)
                add_change(search, at + start, at + end, name);
        }
        at += length + 1;
    }
}

static void see_options(Search *search, int item, const FaltungOptionSpec *specs,
                        const FaltungYamlNode *map);

static const FaltungOptionSpec *find_spec(const FaltungOptionSpec *specs, const char *name) {
    while (specs && specs->name && !g_str_equal(specs->name, name))
        specs++;
    return specs && specs->name ? specs : NULL;
}

static void see_value(Search *search, int item, const FaltungOptionSpec *spec,
                      const FaltungYamlNode *node) {
    if (spec->names == FALTUNG_NAMES_LAYER && node->type == FALTUNG_YAML_SCALAR)
        see_name(search, item, node);
    else if (spec->names == FALTUNG_NAMES_IN_ACTS && node->type == FALTUNG_YAML_SCALAR)
        see_acts(search, node);
    else if (spec->type == FALTUNG_GROUP)
        see_options(search, item, spec->group->options, node);
    else if (spec->type == FALTUNG_VARIANT && node->keys && node->keys->len == 1) {
        const FaltungKind *kind =
            faltung_table_find(spec->table(), faltung_yaml_key(node, 0)->text, NULL);
        see_options(search, item, kind ? kind->options : NULL, faltung_yaml_value(node, 0));
    }
}

static void see_options(Search *search, int item, const FaltungOptionSpec *specs,
                        const FaltungYamlNode *map) {
    for (guint i = 0; map && map->keys && i < map->keys->len; i++) {
        const FaltungOptionSpec *spec = find_spec(specs, faltung_yaml_key(map, i)->text);
        if (spec)
            see_value(search, item, spec, faltung_yaml_value(map, i));
    }
}

/* -- sweeps ------------------------------------------------------------------------------- */

/* @steps: the rest of a path; @node: the value there. */
static void see_at(Search *search, int item, const FaltungOptionSpec *specs, char **steps,
                   const FaltungYamlNode *node) {
    const FaltungOptionSpec *spec = *steps ? find_spec(specs, *steps) : NULL;
    const FaltungKind *chosen = spec && spec->type == FALTUNG_VARIANT && steps[1]
                                    ? faltung_table_find(spec->table(), steps[1], NULL)
                                    : NULL;
    if (!*steps)
        see_options(search, item, specs, node);
    else if (chosen)
        see_at(search, item, chosen->options, steps + 2, node);
    else if (spec && spec->type == FALTUNG_GROUP)
        see_at(search, item, spec->group->options, steps + 1, node);
    else if (spec && !steps[1])
        see_value(search, item, spec, node);
}

static void see_inputs(Search *search, int item, const FaltungYamlNode *node) {
    if (node->type == FALTUNG_YAML_SCALAR)
        see_name(search, item, node);
    for (guint i = 0; node->type == FALTUNG_YAML_LIST && i < node->values->len; i++)
        see_inputs(search, item, faltung_yaml_value(node, i));
}

static void see_path(Search *search, const FaltungYamlNode *key) {
    g_auto(GStrv) steps = g_strsplit(key->text, ".", 3);
    if (g_strv_length(steps) < 2 || !g_str_equal(steps[0], "network"))
        return;
    g_autofree char *name = name_now(search, -1, steps[1]);
    if (!name)
        return;
    g_autofree char *path = g_strjoin(".", steps[0], name, steps[2], NULL);
    add_change(search, key->start, key->end, faltung_yaml_quote(path));
}

/* A value that a sweep sets at @path. */
static void see_set(Search *search, const char *path, const FaltungYamlNode *node) {
    g_auto(GStrv) steps = g_strsplit(path, ".", -1);
    int item = steps[0] && steps[1] ? faltung_links_find(search->before, steps[1]) : -1;
    if (g_strcmp0(steps[0], "train") == 0)
        see_at(search, -1, faltung_train_kind.options, steps + 1, node);
    else if (g_strcmp0(steps[0], "network") == 0 && item >= 0 && !g_strcmp0(steps[2], "inputs"))
        see_inputs(search, item, node);
    else if (g_strcmp0(steps[0], "network") == 0 && item >= 0)
        see_at(search, item, faltung_layer_settings, steps + 2, node);
}

static void see_sweep(Search *search, const FaltungYamlNode *sweep) {
    const FaltungYamlNode *grid = faltung_yaml_get(sweep, "grid");
    const FaltungYamlNode *variants = faltung_yaml_get(sweep, "variants");
    for (guint i = 0; grid && grid->keys && i < grid->keys->len; i++) {
        const FaltungYamlNode *key = faltung_yaml_key(grid, i), *list = faltung_yaml_value(grid, i);
        see_path(search, key);
        for (guint k = 0; k < faltung_yaml_size(list); k++)
            see_set(search, key->text, faltung_yaml_value(list, k));
    }
    for (guint i = 0; variants && variants->keys && i < variants->keys->len; i++) {
        const FaltungYamlNode *changes = faltung_yaml_value(variants, i);
        for (guint k = 0; changes->keys && k < changes->keys->len; k++) {
            const FaltungYamlNode *key = faltung_yaml_key(changes, k);
            see_path(search, key);
            see_set(search, key->text, faltung_yaml_value(changes, k));
        }
    }
}

/* -- all of it ---------------------------------------------------------------------------- */

static int compare_changes(gconstpointer a, gconstpointer b) {
    size_t left = ((const Change *)a)->start, right = ((const Change *)b)->start;
    return (left < right) - (left > right); /* the last first */
}

char *faltung_links_rename_all(const char *text, const GPtrArray *before, const GPtrArray *now,
                               GError **error) {
    g_autoptr(FaltungYamlNode) root = faltung_links_parse(text, error);
    if (!root)
        return NULL;
    g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(Change));
    g_array_set_clear_func(changes, clear_change);
    Search search = {text, before, now, changes, NULL};
    g_autoptr(GPtrArray) items = faltung_yaml_items(faltung_links_layers(root));
    for (guint i = 0; i < items->len; i++) {
        const FaltungYamlNode *node = ((const FaltungYamlItem *)items->pdata[i])->node;
        if (node->keys && node->keys->len == 1)
            see_options(&search, (int)i, faltung_layer_settings, faltung_yaml_value(node, 0));
    }
    see_options(&search, -1, faltung_train_kind.options, faltung_yaml_get(root, "train"));
    see_sweep(&search, faltung_yaml_get(root, "sweep"));

    if (search.error) {
        g_propagate_error(error, search.error);
        return NULL;
    }
    g_array_sort(changes, compare_changes);
    GString *out = g_string_new(text);
    for (guint i = 0; i < changes->len; i++) {
        const Change *change = &g_array_index(changes, Change, i);
        g_string_erase(out, (gssize)change->start, (gssize)(change->end - change->start));
        g_string_insert(out, (gssize)change->start, change->by);
    }
    return g_string_free(out, FALSE);
}

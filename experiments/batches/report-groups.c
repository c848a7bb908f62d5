/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/batches/report-private.h"

#include "core/config/yaml.h"

#include <string.h>

/* Which runs belong together, and what to call each group. */

/* What tells runs of one group apart, or says nothing about how they were trained. */
static gboolean is_left_out(const char *path) {
    static const char *const paths[] = {"name", "description", "sweep", "train.seed", "data.fold"};
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        if (strcmp(path, paths[i]) == 0)
            return TRUE;
    }
    return FALSE;
}

static void flatten(FaltungYamlNode *node, const char *path, gboolean block, GHashTable *settings);

/* What is in a block comes by itself. */
static void flatten_layers(FaltungYamlNode *layers, GHashTable *settings) {
    g_autoptr(GPtrArray) items = faltung_yaml_items(layers);
    for (guint i = 0; i < items->len; i++) {
        const FaltungYamlItem *item = items->pdata[i];
        const FaltungYamlNode *layer = item->node;
        if (!item->name || layer->type != FALTUNG_YAML_MAP || faltung_yaml_size(layer) != 1)
            continue;
        g_autofree char *path = g_strconcat("network.", item->name, NULL);
        g_autofree char *kind = g_strconcat(path, ".operation", NULL);
        g_hash_table_replace(settings, g_steal_pointer(&kind),
                             g_strdup(faltung_yaml_key(layer, 0)->text));
        flatten(faltung_yaml_value(layer, 0), path, item->block, settings);
    }
}

/* A kind with options, {sgd: {lr: 0.1}}, is as many settings as it has options; anything else
   that is no map is one. */
static void flatten(FaltungYamlNode *node, const char *path, gboolean block, GHashTable *settings) {
    if (is_left_out(path))
        return;
    if (strcmp(path, "network.layers") == 0) {
        flatten_layers(node, settings);
        return;
    }
    if (node->type != FALTUNG_YAML_MAP) {
        g_hash_table_replace(settings, g_strdup(path), faltung_yaml_flow(node));
        return;
    }
    for (guint i = 0; i < faltung_yaml_size(node); i++) {
        const char *key = faltung_yaml_key(node, i)->text;
        if (block && strcmp(key, "layers") == 0)
            continue;
        g_autofree char *below = *path ? g_strconcat(path, ".", key, NULL) : g_strdup(key);
        flatten(faltung_yaml_value(node, i), below, FALSE, settings);
    }
}

GHashTable *faltung_report_settings(const FaltungExperiment *experiment) {
    g_autofree char *text = faltung_experiment_resolve(experiment);
    g_autoptr(GPtrArray) mistakes = g_ptr_array_new();
    g_autoptr(FaltungYamlNode) root = faltung_yaml_parse(text, mistakes);
    g_return_val_if_fail(root, NULL); /* what was resolved can be read */
    GHashTable *settings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    flatten(root, "", FALSE, settings);
    return settings;
}

static gboolean same_settings(GHashTable *a, GHashTable *b) {
    if (g_hash_table_size(a) != g_hash_table_size(b))
        return FALSE;
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, a);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        if (g_strcmp0(value, g_hash_table_lookup(b, key)) != 0)
            return FALSE;
    }
    return TRUE;
}

static FaltungReportRun *first_run(const FaltungReport *report, guint group) {
    return ((FaltungReportGroup *)report->groups->pdata[group])->runs->pdata[0];
}

static void add_to_group(FaltungReport *report, FaltungReportRun *run) {
    for (guint i = 0; i < report->groups->len; i++) {
        FaltungReportRun *other = first_run(report, i);
        if (strcmp(other->name, run->name) == 0 && same_settings(other->settings, run->settings)) {
            g_ptr_array_add(((FaltungReportGroup *)report->groups->pdata[i])->runs, run);
            return;
        }
    }
    FaltungReportGroup *group = g_new0(FaltungReportGroup, 1);
    group->runs = g_ptr_array_new();
    g_ptr_array_add(group->runs, run);
    g_ptr_array_add(report->groups, group);
}

/* The part of the names that all groups share, up to and with its last ": ". */
static size_t shared_prefix(const FaltungReport *report) {
    const char *first = first_run(report, 0)->name;
    size_t length = strlen(first);
    for (guint i = 1; i < report->groups->len; i++) {
        const char *name = first_run(report, i)->name;
        size_t same = 0;
        while (same < length && name[same] == first[same])
            same++;
        length = same;
    }
    while (length >= 2 && strncmp(first + length - 2, ": ", 2) != 0)
        length--;
    return length >= 2 ? length : 0;
}

static gboolean names_differ(const FaltungReport *report) {
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < report->groups->len; i++) {
        if (!g_hash_table_add(names, first_run(report, i)->name))
            return FALSE;
    }
    return TRUE;
}

static int compare_paths(gconstpointer a, gconstpointer b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The settings in which the groups differ, sorted. */
static GPtrArray *differing_settings(const FaltungReport *report) {
    g_autoptr(GHashTable) found = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < report->groups->len; i++) {
        GHashTable *settings = first_run(report, i)->settings;
        GHashTableIter iter;
        gpointer key, value;
        g_hash_table_iter_init(&iter, settings);
        while (g_hash_table_iter_next(&iter, &key, &value)) {
            for (guint j = 0; j < report->groups->len; j++) {
                if (g_strcmp0(value, g_hash_table_lookup(first_run(report, j)->settings, key)) != 0)
                    g_hash_table_add(found, key);
            }
        }
    }
    GPtrArray *paths = g_ptr_array_new();
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, found);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_ptr_array_add(paths, key);
    g_ptr_array_sort(paths, compare_paths);
    return paths;
}

/* The end of a path that no other one has: `lr`, or `conv1.kernel` beside `conv2.kernel`. */
static const char *short_path(const GPtrArray *paths, const char *path) {
    const char *dot = path + strlen(path);
    for (;;) {
        do
            dot--;
        while (dot > path && *dot != '.');
        if (dot <= path)
            return path;
        int n = 0;
        for (guint i = 0; i < paths->len; i++)
            n += g_str_has_suffix(paths->pdata[i], dot);
        if (n == 1)
            return dot + 1;
    }
}

static char *label_by_settings(const GPtrArray *paths, GHashTable *settings) {
    GString *label = g_string_new(NULL);
    for (guint i = 0; i < paths->len; i++) {
        const char *value = g_hash_table_lookup(settings, paths->pdata[i]);
        if (value)
            g_string_append_printf(label, "%s%s=%s", label->len ? ", " : "",
                                   short_path(paths, paths->pdata[i]), value);
    }
    return g_string_free(label, FALSE);
}

void faltung_report_group(FaltungReport *report) {
    for (guint i = 0; i < report->runs->len; i++)
        add_to_group(report, report->runs->pdata[i]);
    gboolean by_name = names_differ(report);
    size_t prefix = report->groups->len > 1 && by_name ? shared_prefix(report) : 0;
    g_autoptr(GPtrArray) paths = differing_settings(report);
    for (guint i = 0; i < report->groups->len; i++) {
        FaltungReportGroup *group = report->groups->pdata[i];
        const FaltungReportRun *run = first_run(report, i);
        group->label =
            by_name ? g_strdup(run->name + prefix) : label_by_settings(paths, run->settings);
        if (!*group->label) {
            g_free(group->label);
            group->label = g_strdup(run->name);
        }
    }
    const char *name = first_run(report, 0)->name;
    if (prefix)
        report->title = g_strndup(name, prefix - strlen(": "));
    else
        report->title = g_strdup(by_name && report->groups->len > 1 ? "Comparison" : name);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"

/* The paths of all settings, from the tables of options. */

static void add_path(GPtrArray *paths, const char *prefix, const char *name) {
    g_ptr_array_add(paths, g_strdup_printf("%s.%s", prefix, name));
}

static void add_option(GPtrArray *paths, const char *prefix, const FaltungOptionSpec *spec,
                       const void *options);

static void add_options(GPtrArray *paths, const char *prefix, const FaltungKind *kind,
                        const void *options) {
    for (const FaltungOptionSpec *spec = kind->options; spec && spec->name; spec++)
        add_option(paths, prefix, spec, options);
}

/* Of a variant also what can be set on the kind that is chosen; of a group what is in it. */
static void add_option(GPtrArray *paths, const char *prefix, const FaltungOptionSpec *spec,
                       const void *options) {
    add_path(paths, prefix, spec->name);
    if (spec->type == FALTUNG_GROUP) {
        g_autofree char *inner = g_strdup_printf("%s.%s", prefix, spec->name);
        add_options(paths, inner, spec->group, (const char *)options + spec->offset);
    }
    if (spec->type != FALTUNG_VARIANT)
        return;
    const FaltungVariant *variant = (const void *)((const char *)options + spec->offset);
    if (!variant->kind)
        return;
    g_autofree char *inner = g_strdup_printf("%s.%s.%s", prefix, spec->name, variant->kind->name);
    add_options(paths, inner, variant->kind, variant->options);
}

static gboolean is_known(GPtrArray *paths, const char *layer) {
    g_autofree char *path = g_strdup_printf("%s.name", layer);
    return g_ptr_array_find_with_equal_func(paths, path, g_str_equal, NULL);
}

static void add_blocks(GPtrArray *paths, const FaltungGraph *graph) {
    for (guint i = 0; i < graph->blocks->len; i++) {
        const FaltungLayerBlock *block = graph->blocks->pdata[i];
        g_autofree char *name = faltung_item_name(block->name);
        g_autofree char *prefix = g_strdup_printf("network.%s", name);
        if (is_known(paths, prefix))
            continue;
        add_path(paths, prefix, "name");
        add_path(paths, prefix, "inputs");
        add_path(paths, prefix, "repeat");
    }
}

char **faltung_experiment_paths(const FaltungExperiment *experiment) {
    GPtrArray *paths = g_ptr_array_new();
    g_ptr_array_add(paths, g_strdup("name"));
    g_ptr_array_add(paths, g_strdup("description"));
    add_options(paths, "data", &faltung_data_kind, experiment->data);
    g_ptr_array_add(paths, g_strdup("network.input"));
    for (guint i = faltung_graph_n_inputs(experiment->graph); i < experiment->graph->layers->len;
         i++) {
        const FaltungLayer *layer = faltung_graph_layer(experiment->graph, i);
        g_autofree char *name = faltung_item_name(layer->name);
        g_autofree char *prefix = g_strdup_printf("network.%s", name);
        if (is_known(paths, prefix))
            continue; /* a copy of one before */
        add_path(paths, prefix, "name");
        add_path(paths, prefix, "inputs");
        add_options(paths, prefix, &layer->operation->kind, layer->options);
        if (layer->operation->flags & FALTUNG_TAKES_ACTIVATION)
            add_option(paths, prefix, &faltung_activation_option, layer);
        for (const FaltungOptionSpec *spec = faltung_layer_settings;
             spec->name && faltung_layer_n_parameters(layer) > 0; spec++)
            add_option(paths, prefix, spec, layer);
    }
    add_blocks(paths, experiment->graph);
    add_options(paths, "train", &faltung_train_kind, experiment->train);
    g_ptr_array_add(paths, NULL);
    return (char **)g_ptr_array_free(paths, FALSE);
}

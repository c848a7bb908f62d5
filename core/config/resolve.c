/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/quote.h"
#include "core/config/named.h"
#include "core/config/reader.h"

#include <string.h>

/* Writes an experiment with every default spelled out, in the style that people write. */

enum { MOST_COLUMNS = 100 };

/* -- values ------------------------------------------------------------------------------- */

static char *format_kind(const FaltungKind *kind, const void *options);

static void add_options(GPtrArray *entries, const FaltungKind *kind, const void *options);
static char *join_flow(GPtrArray *entries);

/* A group whose options are all at their defaults does nothing: `none` says that. */
static char *format_group(const FaltungOptionSpec *spec, const void *options) {
    if (faltung_option_is_default(spec, options))
        return g_strdup("none");
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(g_free);
    add_options(entries, spec->group, (const char *)options + spec->offset);
    return join_flow(entries);
}

static char *format_value(const FaltungOptionSpec *spec, const void *options) {
    if (spec->type == FALTUNG_GROUP)
        return format_group(spec, options);
    if (spec->named) {
        g_autoptr(GArray) all = faltung_named_read(*(char **)((char *)options + spec->offset));
        if (all->len > 0 && faltung_named_at(all, 0)->name)
            return faltung_named_write(all);
    }
    if (spec->type != FALTUNG_VARIANT)
        return faltung_option_format(spec, options);
    const FaltungVariant *variant = (const void *)((const char *)options + spec->offset);
    return variant->kind ? format_kind(variant->kind, variant->options) : g_strdup("none");
}

/* Adds `key: value` lines of all options to @entries. */
static void add_options(GPtrArray *entries, const FaltungKind *kind, const void *options) {
    for (const FaltungOptionSpec *spec = kind->options; spec && spec->name; spec++) {
        g_autofree char *value = format_value(spec, options);
        g_ptr_array_add(entries, g_strdup_printf("%s: %s", spec->name, value));
    }
}

static char *join_flow(GPtrArray *entries) {
    GString *flow = g_string_new("{");
    for (guint i = 0; i < entries->len; i++)
        g_string_append_printf(flow, "%s%s", i ? ", " : "", (char *)entries->pdata[i]);
    g_string_append_c(flow, '}');
    return g_string_free(flow, FALSE);
}

static char *format_kind(const FaltungKind *kind, const void *options) {
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(g_free);
    add_options(entries, kind, options);
    if (entries->len == 0)
        return g_strdup(kind->name);
    g_autofree char *flow = join_flow(entries);
    return g_strdup_printf("{%s: %s}", kind->name, flow);
}

/* `LEAD key:` with the entries behind it where they fit in a line, else under it. */
static void write_map(GString *out, int indent, const char *lead, const char *key,
                      GPtrArray *entries) {
    g_autofree char *flow = join_flow(entries);
    g_autofree char *head = g_strdup_printf("%*s%s%s:", indent, "", lead, key);
    if (entries->len == 0) {
        g_string_append_printf(out, "%s\n", head);
    } else if (g_utf8_strlen(head, -1) + 1 + g_utf8_strlen(flow, -1) <= MOST_COLUMNS) {
        g_string_append_printf(out, "%s %s\n", head, flow);
    } else {
        g_string_append_printf(out, "%s\n", head);
        for (guint i = 0; i < entries->len; i++)
            g_string_append_printf(out, "%*s%s\n", indent + (int)strlen(lead) + 2, "",
                                   (char *)entries->pdata[i]);
    }
}

/* -- sections ----------------------------------------------------------------------------- */

/* Only what applies to the data set's source. */
static void write_data(GString *out, const FaltungDataOptions *data) {
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(g_free);
    const char *source = faltung_data_source(data);
    for (const FaltungOptionSpec *spec = faltung_data_kind.options; spec->name; spec++) {
        if (!faltung_data_applies(spec->name, source))
            continue;
        g_autofree char *value = format_value(spec, data);
        g_ptr_array_add(entries, g_strdup_printf("%s: %s", spec->name, value));
    }
    write_map(out, 0, "", "data", entries);
}

static const char *input_name(const FaltungGraph *graph, int input) {
    return input == FALTUNG_INPUT ? "input" : faltung_graph_layer(graph, input)->name;
}

static void write_layer(GString *out, int indent, const FaltungGraph *graph, int index) {
    const FaltungLayer *layer = faltung_graph_layer(graph, index);
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *name = faltung_yaml_quote(layer->name);
    g_ptr_array_add(entries, g_strdup_printf("name: %s", name));
    int n_inputs = faltung_graph_n_inputs(graph);
    gboolean implied = layer->n_inputs == 1 && layer->inputs[0] == index - 1;
    if (!implied || (n_inputs > 1 && index == n_inputs)) {
        GString *inputs = g_string_new("inputs: [");
        for (int i = 0; i < layer->n_inputs; i++) {
            g_autofree char *input = faltung_yaml_quote(input_name(graph, layer->inputs[i]));
            g_string_append_printf(inputs, "%s%s", i ? ", " : "", input);
        }
        g_string_append_c(inputs, ']');
        g_ptr_array_add(entries, g_string_free(inputs, FALSE));
    }
    add_options(entries, &layer->operation->kind, layer->options);
    if (layer->operation->flags & FALTUNG_TAKES_ACTIVATION) {
        g_autofree char *activation = format_value(&faltung_activation_option, layer);
        g_ptr_array_add(entries, g_strdup_printf("activation: %s", activation));
    }
    for (const FaltungOptionSpec *spec = faltung_layer_settings; spec->name; spec++) {
        if (faltung_option_is_default(spec, layer))
            continue;
        g_autofree char *value = format_value(spec, layer);
        g_ptr_array_add(entries, g_strdup_printf("%s: %s", spec->name, value));
    }
    write_map(out, indent, "- ", layer->operation->kind.name, entries);
}

static void write_input(GString *out, int indent, const FaltungGraph *graph) {
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < faltung_graph_n_inputs(graph); i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        g_autofree char *name = faltung_yaml_quote(layer->name);
        g_autofree char *shape = faltung_shape_to_yaml(&layer->output_shape);
        g_ptr_array_add(entries, g_strdup_printf("%s: %s", name, shape));
    }
    if (entries->len > 0) {
        write_map(out, indent, "", "input", entries);
        return;
    }
    g_autofree char *shape = faltung_shape_to_yaml(&graph->input);
    g_string_append_printf(out, "%*sinput: %s\n", indent, "", shape);
}

static void write_network(GString *out, int indent, const FaltungGraph *graph) {
    write_input(out, indent, graph);
    g_string_append_printf(out, "%*slayers:\n", indent, "");
    for (guint i = faltung_graph_n_inputs(graph); i < graph->layers->len; i++)
        write_layer(out, indent + 2, graph, i);
}

static void write_train(GString *out, const FaltungTrainOptions *train) {
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(g_free);
    add_options(entries, &faltung_train_kind, train);
    g_string_append(out, "train:\n");
    for (guint i = 0; i < entries->len; i++)
        g_string_append_printf(out, "  %s\n", (char *)entries->pdata[i]);
}

static void write_sweep(GString *out, const FaltungSweep *sweep) {
    g_string_append(out, "sweep:\n");
    if (sweep->grid->len > 0)
        g_string_append(out, "  grid:\n");
    for (guint i = 0; i < sweep->grid->len; i++) {
        const FaltungSweepAxis *axis = sweep->grid->pdata[i];
        g_autofree char *path = faltung_yaml_quote(axis->path);
        g_autofree char *values = g_strjoinv(", ", axis->values);
        g_string_append_printf(out, "    %s: [%s]\n", path, values);
    }
    if (sweep->variants->len > 0)
        g_string_append(out, "  variants:\n");
    for (guint i = 0; i < sweep->variants->len; i++) {
        const FaltungSweepPoint *variant = sweep->variants->pdata[i];
        g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(g_free);
        for (char **override = variant->overrides; *override; override++) {
            const char *equals = strchr(*override, '=');
            g_autofree char *path = g_strndup(*override, equals - *override);
            g_autofree char *key = faltung_yaml_quote(path);
            g_ptr_array_add(entries, g_strdup_printf("%s: %s", key, equals + 1));
        }
        g_autofree char *name = faltung_yaml_quote(variant->name);
        write_map(out, 4, "", name, entries);
    }
    g_string_append_printf(out, "  seeds: %d\n", sweep->seeds);
}

char *faltung_experiment_resolve(const FaltungExperiment *experiment) {
    g_autofree char *name = faltung_yaml_quote(experiment->name);
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "name: %s\n", name);
    if (*experiment->description) {
        g_autofree char *description = faltung_yaml_quote(experiment->description);
        g_string_append_printf(out, "description: %s\n", description);
    }
    write_data(out, experiment->data);
    g_string_append(out, "network:\n");
    write_network(out, 2, experiment->graph);
    write_train(out, experiment->train);
    if (experiment->sweep)
        write_sweep(out, experiment->sweep);
    return g_string_free(out, FALSE);
}

/* -- graphs ------------------------------------------------------------------------------- */

char *faltung_graph_to_yaml(const FaltungGraph *graph) {
    GString *out = g_string_new(NULL);
    write_network(out, 0, graph);
    return g_string_free(out, FALSE);
}

FaltungGraph *faltung_graph_from_yaml(const char *text, const char *origin, GError **error) {
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    g_autoptr(FaltungYamlNode) root = faltung_yaml_parse(text, mistakes);
    FaltungReader reader = {.text = text, .origin = origin, .mistakes = mistakes};
    FaltungGraph *graph = root ? faltung_read_graph(&reader, root, root->start) : NULL;
    if (!graph)
        faltung_mistakes_report(mistakes, origin, text, error);
    return graph;
}

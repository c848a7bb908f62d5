/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/quote.h"
#include "core/config/named.h"
#include "core/config/reader.h"
#include "core/graph/copies.h"

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

/* -- the network -------------------------------------------------------------------------- */

/* Where the layers [first, end) are written: in a block, as of its first copy, or in none. @prefix
   is what their names begin with; @input what goes in. */
typedef struct Scope Scope;
struct Scope {
    const Scope *outer; /* (nullable) */
    const char *prefix;
    int first, end, input;
};

static gboolean has_name(const FaltungGraph *graph, const char *prefix, const char *name) {
    g_autofree char *whole = g_strconcat(prefix, name, NULL);
    return faltung_graph_find(graph, whole) >= 0;
}

/* A name that means layer @index in @scope: of what is around it too, where no inner name hides it.
   The last layer of a block that is elsewhere is called as the block is, however often that is
   repeated. */
static char *spell(const FaltungGraph *graph, const Scope *scope, int index) {
    if (index == FALTUNG_INPUT)
        return g_strdup("input");
    const char *name = faltung_graph_layer(graph, index)->name;
    for (guint i = 0; i < graph->blocks->len; i++) {
        const FaltungLayerBlock *block = graph->blocks->pdata[i];
        gboolean inside =
            scope->first >= block->first && scope->end <= block->first + block->n_layers;
        if (!inside && block->first + block->n_layers - 1 == index) {
            name = block->name;
            break;
        }
    }
    for (const Scope *around = scope; around; around = around->outer) {
        if (!g_str_has_prefix(name, around->prefix))
            continue;
        const char *rest = name + strlen(around->prefix);
        gboolean hidden = FALSE;
        for (const Scope *inner = scope; inner != around; inner = inner->outer)
            hidden |= has_name(graph, inner->prefix, rest);
        if (!hidden)
            return faltung_yaml_quote(rest);
    }
    return faltung_yaml_quote(name);
}

/* What `input` means where layer @index is written. */
static int scope_input(const FaltungGraph *graph, int index) {
    int input = faltung_graph_n_inputs(graph) - 1; /* FALTUNG_INPUT where none has a name */
    for (guint i = 0; i < graph->blocks->len; i++) {
        const FaltungLayerBlock *block = graph->blocks->pdata[i];
        if (index < block->first || index >= block->first + block->n_layers)
            continue;
        int each = block->n_layers / block->repeat, copy = (index - block->first) / each;
        input = copy == 0 ? block->input : block->first + copy * each - 1;
    }
    return input;
}

/* Whether input @k of a layer is what goes into the block in every copy. */
static gboolean takes_input(const FaltungGraph *graph, int index, int k) {
    int last = faltung_graph_copy_of(graph, index, TRUE);
    return faltung_graph_layer(graph, index)->inputs[k] == scope_input(graph, index) &&
           faltung_graph_layer(graph, last)->inputs[k] == scope_input(graph, last);
}

static char *inputs_text(const FaltungGraph *graph, const Scope *scope, int index) {
    const FaltungLayer *layer = faltung_graph_layer(graph, index);
    GString *inputs = g_string_new("inputs: [");
    for (int k = 0; k < layer->n_inputs; k++) {
        gboolean given = scope->outer && takes_input(graph, index, k);
        int input = given ? FALTUNG_INPUT : layer->inputs[k];
        g_autofree char *name = spell(graph, scope, input);
        g_string_append_printf(inputs, "%s%s", k ? ", " : "", name);
    }
    g_string_append_c(inputs, ']');
    return g_string_free(inputs, FALSE);
}

static char *setting_text(const FaltungGraph *graph, const Scope *scope, const FaltungLayer *layer,
                          const FaltungOptionSpec *spec) {
    int owner = g_str_equal(spec->name, "tied") ? faltung_graph_find(graph, layer->tied) : -1;
    return owner >= 0 ? spell(graph, scope, owner) : format_value(spec, layer);
}

static void write_layer(GString *out, int indent, const FaltungGraph *graph, const Scope *scope,
                        int index) {
    const FaltungLayer *layer = faltung_graph_layer(graph, index);
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *name = faltung_yaml_quote(layer->name + strlen(scope->prefix));
    g_ptr_array_add(entries, g_strdup_printf("name: %s", name));
    gboolean vague = !scope->outer && index == scope->first && scope->input > 0;
    gboolean implied =
        !vague && layer->n_inputs == 1 &&
        (index > scope->first ? layer->inputs[0] == index - 1 : takes_input(graph, index, 0));
    if (!implied)
        g_ptr_array_add(entries, inputs_text(graph, scope, index));
    add_options(entries, &layer->operation->kind, layer->options);
    if (layer->operation->flags & FALTUNG_TAKES_ACTIVATION) {
        g_autofree char *activation = format_value(&faltung_activation_option, layer);
        g_ptr_array_add(entries, g_strdup_printf("activation: %s", activation));
    }
    for (const FaltungOptionSpec *spec = faltung_layer_settings; spec->name; spec++) {
        if (faltung_option_is_default(spec, layer))
            continue;
        g_autofree char *value = setting_text(graph, scope, layer, spec);
        g_ptr_array_add(entries, g_strdup_printf("%s: %s", spec->name, value));
    }
    write_map(out, indent, "- ", layer->operation->kind.name, entries);
}

/* The outermost block of @blocks, from number @from on, that begins at layer @index; NULL: none. */
static const FaltungLayerBlock *block_at(const GPtrArray *blocks, guint *from, int index) {
    for (; *from < blocks->len; ++*from) {
        const FaltungLayerBlock *block = blocks->pdata[*from];
        if (block->first == index)
            return block;
        if (block->first > index)
            break;
    }
    return NULL;
}

static void write_layers(GString *out, int indent, const FaltungGraph *graph, const Scope *scope,
                         guint block);

/* Returns: the layer behind it. */
static int write_block(GString *out, int indent, const FaltungGraph *graph, const Scope *scope,
                       guint index) {
    const FaltungLayerBlock *block = graph->blocks->pdata[index];
    g_autofree char *own = faltung_yaml_quote(block->name + strlen(scope->prefix));
    g_string_append_printf(out, "%*s- block:\n%*sname: %s\n%*srepeat: %d\n", indent, "", indent + 4,
                           "", own, indent + 4, "", block->repeat);
    int before = block->first > scope->first ? block->first - 1 : scope->input;
    gboolean vague = !scope->outer && block->first == scope->first && scope->input > 0;
    if (block->input != before || vague) {
        gboolean given = scope->outer && block->input == scope->input;
        int input = given ? FALTUNG_INPUT : block->input;
        g_autofree char *name = spell(graph, scope, input);
        g_string_append_printf(out, "%*sinputs: %s\n", indent + 4, "", name);
    }
    g_string_append_printf(out, "%*slayers:\n", indent + 4, "");
    g_autofree char *prefix = g_strdup_printf(block->repeat > 1 ? "%s/1/" : "%s/", block->name);
    Scope inner = {scope, prefix, block->first, block->first + block->n_layers / block->repeat,
                   block->input};
    write_layers(out, indent + 6, graph, &inner, index + 1);
    return block->first + block->n_layers;
}

/* @block: the first that may be in it. */
static void write_layers(GString *out, int indent, const FaltungGraph *graph, const Scope *scope,
                         guint block) {
    for (int i = scope->first; i < scope->end;) {
        if (block_at(graph->blocks, &block, i)) {
            i = write_block(out, indent, graph, scope, block);
            while (block < graph->blocks->len &&
                   ((FaltungLayerBlock *)graph->blocks->pdata[block])->first < i)
                block++;
        } else {
            write_layer(out, indent, graph, scope, i++);
        }
    }
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
    int n_inputs = faltung_graph_n_inputs(graph);
    Scope all = {NULL, "", n_inputs, (int)graph->layers->len, n_inputs - 1};
    write_layers(out, indent + 2, graph, &all, 0);
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
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    FaltungGraph unfolded = *graph; /* every copy of a layer */
    unfolded.blocks = none;
    write_network(out, 0, &unfolded);
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

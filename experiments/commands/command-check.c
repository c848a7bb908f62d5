/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/train/fit.h"
#include "core/train/initializer.h"
#include "data/catalogue.h"
#include "experiments/command.h"
#include "experiments/json.h"
#include "experiments/place.h"
#include "experiments/table.h"
#ifdef FALTUNG_HAVE_DRAW
#include "draw/diagram.h"
#endif

#include <math.h>
#include <stdio.h>
#include <string.h>

static char **overrides, *diagram;
static gboolean down;

static const GOptionEntry options[] = {
    {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &overrides,
     "Put a value in place of the file's, such as train.epochs=3; may be repeated", "PATH=VALUE"},
    {"diagram", 0, 0, G_OPTION_ARG_FILENAME, &diagram,
     "Draw the network, as a figure fit for a paper, into FILE.pdf, .svg, .png or .tikz", "FILE"},
    {"down", 0, 0, G_OPTION_ARG_NONE, &down,
     "The diagram from top to bottom rather than from left to right", NULL},
    {0},
};

/* 12 345 678 as 12.3 M; the exact number where it is short. */
static char *format_count(double value, const char *unit) {
    static const char *const prefixes[] = {"", "k", "M", "G", "T", "P"};
    size_t i = 0;
    while (value >= 999.95 && i + 1 < G_N_ELEMENTS(prefixes)) {
        value /= 1000;
        i++;
    }
    if (i == 0)
        return g_strdup_printf("%.0f%s%s", value, *unit ? " " : "", unit);
    return g_strdup_printf("%.*f %s%s", value < 99.95 ? 1 : 0, value, prefixes[i], unit);
}

/* `filters 16`; of a switch that is on its name alone. */
static void describe_option(GString *out, const FaltungOptionSpec *spec, const void *values) {
    g_autofree char *value = faltung_option_format(spec, values);
    g_string_append_printf(out, "%s%s", out->len ? ", " : "", spec->name);
    if (spec->type != FALTUNG_SWITCH || !g_str_equal(value, "true"))
        g_string_append_printf(out, " %s", value);
}

/* The options that are not at their defaults, without how parameters begin: `filters 16, kernel 5,
   tanh`. */
static char *describe_options(const FaltungLayer *layer) {
    GString *out = g_string_new(NULL);
    const FaltungOptionSpec *spec = layer->operation->kind.options;
    for (; spec && spec->name; spec++) {
        gboolean begins = spec->type == FALTUNG_VARIANT && spec->table == faltung_initializers;
        if (begins || faltung_option_is_default(spec, layer->options))
            continue;
        describe_option(out, spec, layer->options);
    }
    if (layer->activation.kind)
        g_string_append_printf(out, "%s%s", out->len ? ", " : "", layer->activation.kind->name);
    for (spec = faltung_layer_settings; spec->name; spec++)
        if (!faltung_option_is_default(spec, layer))
            describe_option(out, spec, layer);
    return g_string_free(out, FALSE);
}

static void print_layers(const FaltungGraph *graph) {
    const char *const header[] = {"layer",      "operation", "options", "output",
                                  "parameters", "FLOPs",     NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    g_autofree char *input = faltung_shape_format(&graph->input);
    const char *const first[] = {"input", "", "", input, "", ""};
    if (faltung_graph_n_inputs(graph) == 0)
        faltung_text_table_row(table);
    for (size_t i = 0; faltung_graph_n_inputs(graph) == 0 && i < G_N_ELEMENTS(first); i++)
        faltung_text_table_cell(table, first[i]);
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        g_autofree char *described = describe_options(layer);
        g_autofree char *shape = faltung_shape_format(&layer->output_shape);
        g_autofree char *flops = format_count(faltung_layer_flops(layer), "");
        faltung_text_table_row(table);
        faltung_text_table_cell(table, layer->name);
        faltung_text_table_cell(table, layer->operation->kind.name);
        faltung_text_table_cell(table, described);
        faltung_text_table_cell(table, shape);
        faltung_text_table_cellf(table, "%zu", faltung_layer_n_parameters(layer));
        faltung_text_table_cell(table, flops);
    }
    g_autofree char *text = faltung_text_table_format(table);
    fputs(text, stdout);
}

static size_t block_parameters(const FaltungGraph *graph, const FaltungLayerBlock *block) {
    size_t n = 0;
    for (int i = 0; i < block->n_layers; i++)
        n += faltung_layer_n_parameters(faltung_graph_layer(graph, block->first + i));
    return n;
}

static void print_blocks(const FaltungGraph *graph) {
    if (graph->blocks->len == 0)
        return;
    const char *const header[] = {"block", "copies", "layers", "output", "parameters", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    for (guint i = 0; i < graph->blocks->len; i++) {
        const FaltungLayerBlock *block = graph->blocks->pdata[i];
        const FaltungLayer *last = faltung_graph_layer(graph, block->first + block->n_layers - 1);
        g_autofree char *shape = faltung_shape_format(&last->output_shape);
        faltung_text_table_row(table);
        faltung_text_table_cell(table, block->name);
        faltung_text_table_cellf(table, "%d", block->repeat);
        faltung_text_table_cellf(table, "%d", block->n_layers);
        faltung_text_table_cell(table, shape);
        faltung_text_table_cellf(table, "%zu", block_parameters(graph, block));
    }
    g_autofree char *text = faltung_text_table_format(table);
    printf("\n%s", text);
}

typedef struct {
    size_t n_parameters, inference_bytes;
    FaltungTrainingMemory training;
    size_t data_bytes; /* 0: not known before it is read */
    double flops;
} Totals;

/* Samples of images are held as bytes, others as floats. */
static size_t data_bytes(const FaltungExperiment *experiment) {
    const char *name = experiment->data->name;
    const FaltungDatasetEntry *entry = *name ? faltung_catalogue_find(name, NULL) : NULL;
    if (!entry)
        return 0;
    size_t each = faltung_shape_size(&entry->shape) * (entry->shape.rank == 3 ? 1 : sizeof(float));
    return (each + sizeof(gint32)) * ((size_t)entry->n_training + entry->n_test);
}

/* The parts of the memory of a training, as they are named in both outputs. */
static const char *const part_names[] = {"parameters", "gradients", "optimizer",
                                         "kept",       "reused",    "data"};
static const char *const part_texts[] = {
    "parameters",
    "their gradients",
    "the optimizer's",
    "outputs kept for backward",
    "buffers that take turns",
    "the data set",
};
enum { N_PARTS = G_N_ELEMENTS(part_names) };

static void list_parts(const Totals *totals, size_t parts[N_PARTS]) {
    const FaltungNetworkMemory *network = &totals->training.network;
    size_t all[N_PARTS] = {network->parameters, network->gradients, totals->training.optimizer,
                           network->kept,       network->reused,    totals->data_bytes};
    memcpy(parts, all, sizeof all);
}

/* How the layer learns: numbers and switches as such, without what it leaves to the network; of the
   rest the text of the experiment file. */
static void write_setting(FaltungJson *json, const FaltungOptionSpec *spec,
                          const FaltungLayer *layer) {
    const void *value = (const char *)layer + spec->offset;
    if (spec->type == FALTUNG_SWITCH) {
        faltung_json_boolean(json, spec->name, *(const gboolean *)value);
    } else if (spec->type == FALTUNG_NUMBER) {
        double number = *(const double *)value;
        faltung_json_number(json, spec->name, number < 0.0 ? NAN : number);
    } else {
        g_autofree char *text = faltung_option_format(spec, layer);
        faltung_json_string(json, spec->name, text);
    }
}

static void write_json(const FaltungExperiment *experiment, const Totals *totals) {
    const FaltungGraph *graph = experiment->graph;
    g_autoptr(FaltungJson) json = faltung_json_new();
    faltung_json_open_object(json, NULL);
    faltung_json_string(json, "name", experiment->name);
    faltung_json_string(json, "data", experiment->data->name);
    faltung_json_integers(json, "input", graph->input.rank, graph->input.dims);
    faltung_json_open_array(json, "layers");
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        faltung_json_open_object(json, NULL);
        faltung_json_string(json, "name", layer->name);
        faltung_json_string(json, "operation", layer->operation->kind.name);
        faltung_json_string(json, "activation",
                            layer->activation.kind ? layer->activation.kind->name : NULL);
        faltung_json_integers(json, "output", layer->output_shape.rank, layer->output_shape.dims);
        faltung_json_open_object(json, "parameters");
        for (int j = 0; j < layer->n_parameters; j++) {
            const FaltungParameter *parameter = &layer->parameters[j];
            faltung_json_integers(json, parameter->name, parameter->shape.rank,
                                  parameter->shape.dims);
        }
        faltung_json_close(json);
        faltung_json_integer(json, "n_parameters", faltung_layer_n_parameters(layer));
        for (const FaltungOptionSpec *spec = faltung_layer_settings; spec->name; spec++)
            write_setting(json, spec, layer);
        faltung_json_number(json, "flops", faltung_layer_flops(layer));
        faltung_json_close(json);
    }
    faltung_json_close(json);
    faltung_json_open_array(json, "blocks");
    for (guint i = 0; i < graph->blocks->len; i++) {
        const FaltungLayerBlock *block = graph->blocks->pdata[i];
        faltung_json_open_object(json, NULL);
        faltung_json_string(json, "name", block->name);
        faltung_json_integer(json, "copies", block->repeat);
        faltung_json_integer(json, "layers", block->n_layers);
        faltung_json_integer(json, "n_parameters", block_parameters(graph, block));
        faltung_json_close(json);
    }
    faltung_json_close(json);
    faltung_json_integer(json, "n_parameters", totals->n_parameters);
    faltung_json_number(json, "flops", totals->flops);
    faltung_json_integer(json, "batch", experiment->train->batch);
    size_t parts[N_PARTS];
    list_parts(totals, parts);
    faltung_json_open_object(json, "memory");
    for (int i = 0; i < N_PARTS; i++)
        faltung_json_integer(json, part_names[i], parts[i]);
    faltung_json_close(json);
    faltung_json_integer(json, "training_bytes", totals->training.total + totals->data_bytes);
    faltung_json_integer(json, "inference_bytes", totals->inference_bytes);
    faltung_json_close(json);
    faltung_json_print(json);
}

static void print_memory(const Totals *totals, int batch) {
    size_t parts[N_PARTS];
    list_parts(totals, parts);
    g_autofree char *total = format_count(totals->training.total + totals->data_bytes, "B");
    g_autofree char *inference = format_count(totals->inference_bytes, "B");
    printf("\nmemory in training (batch %d): %s\n", batch, total);
    for (int i = 0; i < N_PARTS; i++) {
        g_autofree char *bytes = format_count(parts[i], "B");
        if (parts[i] > 0)
            printf("  %-26s %9s\n", part_texts[i], bytes);
    }
    printf("for one sample: %s\n", inference);
}

/* Samples that are part of the program are at hand at once: they tell whether the output and the
   loss fit, too, as a training would. */
static gboolean check_fit(const FaltungExperiment *experiment, GError **error) {
    g_autoptr(FaltungDataset) training = NULL;
    g_autoptr(FaltungDataset) validation = NULL;
    if (faltung_data_load(experiment->data, experiment->origin, &training, &validation, error) &&
        faltung_check_fit(experiment, training, error))
        return TRUE;
    faltung_prefix_place(error, experiment, "network", "input");
    return FALSE;
}

/* The catalogue knows a data set's shape without reading it. */
static gboolean check_data(const FaltungExperiment *experiment, GError **error) {
    const char *name = experiment->data->name;
    if (!*name)
        return TRUE;
    const FaltungDatasetEntry *entry = faltung_catalogue_find(name, error);
    if (!entry) {
        faltung_prefix_place(error, experiment, "data", "name");
        return FALSE;
    }
    const FaltungShape *input = &experiment->graph->input;
    if (faltung_shape_size(&entry->shape) == faltung_shape_size(input))
        return entry->downloads || entry->text || check_fit(experiment, error);
    g_autofree char *expected = faltung_shape_format(input);
    g_autofree char *got = faltung_shape_format(&entry->shape);
    g_autofree char *dims = faltung_shape_to_yaml(&entry->shape);
    faltung_fail(error, FALTUNG_ERROR_SHAPE,
                 "the network takes %s, and a sample of %s is %s; write `input: %s` under "
                 "network, or choose another data set",
                 expected, name, got, dims);
    faltung_prefix_place(error, experiment, "network", "input");
    return FALSE;
}

static gboolean write_diagram(const FaltungGraph *graph, GError **error) {
#ifdef FALTUNG_HAVE_DRAW
    return faltung_diagram_write(graph, down ? FALTUNG_TOP_TO_BOTTOM : FALTUNG_LEFT_TO_RIGHT,
                                 diagram, error);
#else
    return faltung_fail(error, FALTUNG_ERROR_INPUT,
                        "--diagram: this program was built without pictures (-Ddraw=disabled)");
#endif
}

static int check_run(const FaltungCall *call, GError **error) {
    g_autoptr(FaltungExperiment) experiment =
        faltung_experiment_load(call->arguments[0], (const char *const *)overrides, error);
    if (!experiment || !check_data(experiment, error))
        return FALTUNG_EXIT_USAGE;
    const FaltungGraph *graph = experiment->graph;
    if (diagram && !write_diagram(graph, error))
        return g_error_matches(*error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT) ? FALTUNG_EXIT_USAGE
                                                                           : FALTUNG_EXIT_FAILED;
    Totals totals = {
        .n_parameters = faltung_graph_n_parameters(graph),
        .flops = faltung_graph_flops(graph),
        .training = faltung_training_memory(experiment, experiment->train->batch),
        .inference_bytes = faltung_network_memory(graph, 1, 0, 0).total,
        .data_bytes = data_bytes(experiment),
    };
    if (call->json) {
        write_json(experiment, &totals);
        return FALTUNG_EXIT_DONE;
    }
    printf("%s\n\n", experiment->name);
    print_layers(graph);
    print_blocks(graph);
    g_autofree char *flops = format_count(totals.flops, "FLOP");
    size_t n_frozen = faltung_graph_n_frozen(graph);
    g_autofree char *frozen =
        n_frozen > 0 ? g_strdup_printf(" (%zu of them frozen)", n_frozen) : g_strdup("");
    printf("\n%zu parameters%s, %s a sample forward\n", totals.n_parameters, frozen, flops);
    print_memory(&totals, experiment->train->batch);
    return FALTUNG_EXIT_DONE;
}

const FaltungCommand faltung_command_check = {
    .name = "check",
    .arguments = "FILE.yaml",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "Checks an experiment file and shows its layers, shapes and sizes",
    .description =
        "Reads the file as training would and prints every layer with the shape of its output, "
        "its learned parameters and the floating-point operations of one sample's forward pass, "
        "and the memory that training will need, part by part. Mistakes are shown with file, line "
        "and column. With --diagram the network is drawn as well; a .tikz file is included in a "
        "LaTeX document by `\\usepackage{tikz}` and `\\input{FILE.tikz}`.",
    .options = options,
    .flags = FALTUNG_COMMAND_JSON,
    .run = check_run,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/sketch.h"

#include "core/config/reader.h"

/* The layer in whose bytes a mistake lies, or -1. */
static int layer_at(const FaltungYamlNode *layers, size_t offset) {
    for (guint i = 0; i < faltung_yaml_size(layers); i++) {
        const FaltungYamlNode *item = faltung_yaml_value(layers, i);
        size_t start =
            item->keys && item->keys->len ? faltung_yaml_key(item, 0)->start : item->start;
        if (offset >= MIN(start, item->start) && offset <= item->end)
            return (int)i;
    }
    return -1;
}

/* The first mistake of each layer: the others often follow from it. */
static char **tell_layers(const char *text, GPtrArray *mistakes, const FaltungGraph *graph) {
    guint n_layers = graph->layers->len;
    int n_inputs = faltung_graph_n_inputs(graph);
    g_autoptr(GPtrArray) nothing = faltung_mistakes_new();
    g_autoptr(FaltungYamlNode) root = faltung_yaml_parse(text, nothing);
    const FaltungYamlNode *layers = faltung_yaml_get(faltung_yaml_get(root, "network"), "layers");
    char **problems = g_new0(char *, n_layers + 1);
    for (guint i = 0; i < n_layers; i++)
        problems[i] = g_strdup("");
    for (guint i = 0; i < mistakes->len; i++) {
        const FaltungMistake *mistake = mistakes->pdata[i];
        int item = layer_at(layers, mistake->offset), layer = n_inputs + item;
        if (item < 0 || layer >= (int)n_layers || *problems[layer])
            continue;
        g_free(problems[layer]);
        problems[layer] = g_strdup(mistake->message);
    }
    return problems;
}

FaltungSketch *faltung_sketch_new(const char *text, const char *origin) {
    FaltungSketch *sketch = g_new0(FaltungSketch, 1);
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    sketch->experiment =
        faltung_read_experiment(text, origin, FALTUNG_READ_SWEEP | FALTUNG_READ_SKETCH, mistakes);
    if (mistakes->len > 0)
        faltung_mistakes_report(mistakes, origin, text, &sketch->error);
    if (sketch->experiment) {
        FaltungGraph *graph = sketch->experiment->graph;
        if (!sketch->error)
            faltung_graph_infer(graph, NULL, NULL); /* all that a network needs, too */
        sketch->problems = tell_layers(text, mistakes, graph);
    }
    return sketch;
}

void faltung_sketch_free(FaltungSketch *sketch) {
    if (!sketch)
        return;
    faltung_experiment_free(sketch->experiment);
    g_strfreev(sketch->problems);
    g_clear_error(&sketch->error);
    g_free(sketch);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/sketch.h"

#include "core/config/reader.h"

/* The first mistake of each layer: the others often follow from it. All copies of a block's layer
   have it. */
static char **tell_layers(const char *text, GPtrArray *mistakes, const FaltungGraph *graph) {
    g_autoptr(GPtrArray) nothing = faltung_mistakes_new();
    g_autoptr(FaltungYamlNode) root = faltung_yaml_parse(text, nothing);
    g_autoptr(GPtrArray) items =
        faltung_yaml_items(faltung_yaml_get(faltung_yaml_get(root, "network"), "layers"));
    guint n_layers = graph->layers->len;
    char **problems = g_new0(char *, n_layers + 1);
    for (guint i = 0; i < n_layers; i++)
        problems[i] = g_strdup("");
    for (guint i = 0; i < mistakes->len; i++) {
        const FaltungMistake *mistake = mistakes->pdata[i];
        int at = faltung_yaml_item_at(items, mistake->offset);
        const char *path = at < 0 ? NULL : ((const FaltungYamlItem *)items->pdata[at])->path;
        for (guint k = 0; path && k < n_layers; k++) {
            if (*problems[k] || g_strcmp0(faltung_graph_layer(graph, (int)k)->path, path) != 0)
                continue;
            g_free(problems[k]);
            problems[k] = g_strdup(mistake->message);
        }
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

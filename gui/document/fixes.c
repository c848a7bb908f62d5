/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/document/fixes.h"

#include "core/config/yaml.h"
#include "core/train/fit.h"

#include <glib/gi18n.h>
#include <string.h>

enum { MOST = 4 };

typedef struct {
    const char *text, *origin;
    const FaltungGraph *graph;
    FaltungDataset *data; /* (nullable) */
    gboolean misfit;      /* between network and data; else the network cannot run at all */
    const FaltungLayer *layer;
    int index;
    GPtrArray *fixes;
} Search;

static void fix_free(gpointer data) {
    FaltungFix *fix = data;
    g_free(fix->title);
    g_free(fix->text);
    g_free(fix);
}

static gboolean is_well(const Search *search, const FaltungSketch *sketch, const char *name) {
    int index = faltung_graph_find(sketch->experiment->graph, name);
    const FaltungLayer *layer =
        index >= 0 ? faltung_graph_layer(sketch->experiment->graph, index) : NULL;
    if (layer == NULL || *sketch->problems[index] != '\0' || layer->output_shape.rank == 0) {
        return FALSE;
    }
    return !search->misfit ||
           (sketch->error == NULL && faltung_check_fit(sketch->experiment, search->data, NULL));
}

/* Keeps @text ((transfer full) (nullable)) if it helps, and the layer called @besides too. */
static void try(Search *search, char *text, const char *besides, char *title) {
    g_autofree char *words = title;
    if (text == NULL || search->fixes->len >= MOST) {
        g_free(text);
        return;
    }
    g_autoptr(FaltungSketch) sketch = faltung_sketch_new(text, search->origin);
    if (sketch->experiment == NULL || !is_well(search, sketch, search->layer->name) ||
        (besides != NULL && !is_well(search, sketch, besides))) {
        g_free(text);
        return;
    }
    FaltungFix *fix = g_new(FaltungFix, 1);
    *fix = (FaltungFix){g_steal_pointer(&words), text};
    g_ptr_array_add(search->fixes, fix);
}

static const char *name_of(const Search *search, int layer) {
    return layer == FALTUNG_INPUT ? "input" : faltung_graph_layer(search->graph, layer)->name;
}

/* What changes shapes and has nothing that must be given. */
static gboolean is_adapter(const FaltungOperation *operation) {
    for (const FaltungOptionSpec *spec = operation->kind.options; spec != NULL && spec->name;
         spec++) {
        if (spec->fallback == NULL) {
            return FALSE;
        }
    }
    return operation->group == FALTUNG_GROUP_SHAPE || operation->group == FALTUNG_GROUP_POOLING;
}

static void try_adapters(Search *search) {
    if (search->layer->n_inputs == 0) {
        return;
    }
    const char *from = name_of(search, search->layer->inputs[0]);
    for (int group = FALTUNG_N_GROUPS - 1; group >= 0; group--) { /* shapes before poolings */
        for (const FaltungKind *const *kind = faltung_operations()->kinds; *kind; kind++) {
            const FaltungOperation *operation = (const FaltungOperation *)*kind;
            if ((int)operation->group != group || !is_adapter(operation)) {
                continue;
            }
            g_autofree char *name = NULL;
            char *text = faltung_yaml_insert_on_wire(search->text, from, search->layer->name,
                                                     (*kind)->name, &name, NULL);
            try(search, text, name, g_strdup_printf(_("Insert %s before it"), _((*kind)->title)));
        }
    }
}

/* The nearest before it first. */
static void try_wires(Search *search) {
    if (search->layer->n_inputs > 0) {
        return;
    }
    for (int i = (int)search->graph->layers->len - 1; i >= FALTUNG_INPUT; i--) {
        if (i != search->index && faltung_graph_would_fit(search->graph, i, search->index)) {
            const char *from = name_of(search, i);
            try(search, faltung_yaml_connect(search->text, from, search->layer->name, NULL, NULL),
                NULL, g_strdup_printf(_("Connect it to %s"), from));
        }
    }
}

static void try_value(Search *search, const char *option, const char *value) {
    g_autofree char *path = g_strdup_printf("network.%s.%s", search->layer->path, option);
    try(search, faltung_yaml_set(search->text, path, value, NULL), NULL,
        g_strdup_printf(_("Set %s to %s"), option, value));
}

static void try_options(Search *search) {
    g_autofree char *targets = search->data != NULL
                                   ? g_strdup_printf("%d", faltung_dataset_n_targets(search->data))
                                   : NULL;
    for (const FaltungOptionSpec *spec = search->layer->operation->kind.options;
         spec != NULL && spec->name != NULL; spec++) {
        if (spec->type == FALTUNG_INTEGER && spec->fallback == NULL && targets != NULL) {
            try_value(search, spec->name, targets);
        }
        for (int i = 0; spec->choices != NULL && spec->choices[i] != NULL; i++) {
            try_value(search, spec->name, spec->choices[i]);
        }
    }
}

/* Each key that the layer has in the text. */
static void try_without(Search *search) {
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    g_autoptr(FaltungYamlNode) root = faltung_yaml_parse(search->text, mistakes);
    g_autoptr(GPtrArray) items =
        faltung_yaml_items(faltung_yaml_get(faltung_yaml_get(root, "network"), "layers"));
    const FaltungYamlNode *item = NULL;
    for (guint i = 0; i < items->len; i++) {
        const FaltungYamlItem *there = items->pdata[i];
        item = g_strcmp0(there->path, search->layer->path) == 0 ? there->node : item;
    }
    if (item == NULL || item->type != FALTUNG_YAML_MAP || faltung_yaml_size(item) != 1) {
        return;
    }
    const FaltungYamlNode *options = faltung_yaml_value(item, 0);
    for (guint i = 0; options->keys != NULL && i < options->keys->len; i++) {
        const char *key = faltung_yaml_key(options, i)->text;
        if (strcmp(key, "name") == 0) {
            continue; /* it would be another layer */
        }
        g_autofree char *path = g_strdup_printf("network.%s.%s", search->layer->path, key);
        try(search, faltung_yaml_unset(search->text, path, NULL), NULL,
            g_strdup_printf(_("Remove %s"), key));
    }
}

/* What is to be mended, apart from the document: it may change meanwhile. */
typedef struct {
    char *text, *origin;
    FaltungDataset *data; /* (nullable) */
    gboolean misfit;
    int layer;
} Job;

static Job *job_new(FaltungDocument *document, int layer) {
    FaltungDataset *data = faltung_document_data(document);
    Job *job = g_new(Job, 1);
    *job = (Job){
        .text = g_strdup(faltung_document_text(document)),
        .origin = g_strdup(faltung_document_origin(document)),
        .data = data != NULL ? faltung_dataset_ref(data) : NULL,
        .misfit = faltung_document_error(document) == NULL,
        .layer = layer,
    };
    return job;
}

static void job_free(gpointer data) {
    Job *job = data;
    g_free(job->text);
    g_free(job->origin);
    g_clear_pointer(&job->data, faltung_dataset_unref);
    g_free(job);
}

static GPtrArray *find(const Job *job) {
    GPtrArray *fixes = g_ptr_array_new_with_free_func(fix_free);
    g_autoptr(FaltungSketch) sketch = faltung_sketch_new(job->text, job->origin);
    const FaltungGraph *graph = sketch->experiment != NULL ? sketch->experiment->graph : NULL;
    if (graph == NULL || job->layer >= (int)graph->layers->len) {
        return fixes;
    }
    Search search = {
        .text = job->text,
        .origin = job->origin,
        .graph = graph,
        .data = job->data,
        .misfit = job->misfit,
        .layer = faltung_graph_layer(graph, job->layer),
        .index = job->layer,
        .fixes = fixes,
    };
    try_adapters(&search);
    try_wires(&search);
    try_options(&search);
    try_without(&search);
    return fixes;
}

GPtrArray *faltung_fixes_find(FaltungDocument *document, int layer) {
    Job *job = job_new(document, layer);
    GPtrArray *fixes = find(job);
    job_free(job);
    return fixes;
}

static void run(GTask *task, gpointer source, gpointer job, GCancellable *cancellable) {
    g_task_return_pointer(task, find(job), (GDestroyNotify)g_ptr_array_unref);
}

void faltung_fixes_begin(FaltungDocument *document, int layer, GCancellable *cancellable,
                         GAsyncReadyCallback ready, gpointer data) {
    g_autoptr(GTask) task = g_task_new(document, cancellable, ready, data);
    g_task_set_task_data(task, job_new(document, layer), job_free);
    g_task_run_in_thread(task, run);
}

GPtrArray *faltung_fixes_finish(GAsyncResult *result) {
    return g_task_propagate_pointer(G_TASK(result), NULL);
}

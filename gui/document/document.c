/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/document/document.h"

#include "core/config/mistakes.h"
#include "core/train/fit.h"

#include <string.h>

#define MERGE_WITHIN (1 * G_TIME_SPAN_SECOND)

struct _FaltungDocument {
    GObject parent;
    char *text;
    char *saved;      /* the text as it is in the file; NULL: not in a file */
    gboolean touched; /* left by a crash and not saved since */
    char *origin;
    GFile *file;
    GPtrArray *undo, *redo; /* texts */
    FaltungSketch *sketch;  /* of the last text that could be drawn */
    GError *error;          /* of this one; NULL: it can run */
    FaltungDataset *data;   /* what it is to learn from; NULL: not known */
    GError *misfit;         /* between the two */
    int misfit_layer;
    int stuck;           /* the layer at which a text is that cannot be drawn; -1 */
    char *stuck_problem; /* what was wrong with it before */
    char *last_path;     /* of the last edit, and when */
    gint64 last_time;
};

G_DEFINE_FINAL_TYPE(FaltungDocument, faltung_document, G_TYPE_OBJECT)

static guint changed_signal;

static void faltung_document_finalize(GObject *object) {
    FaltungDocument *self = FALTUNG_DOCUMENT(object);
    g_free(self->text);
    g_free(self->saved);
    g_free(self->origin);
    g_clear_object(&self->file);
    g_ptr_array_unref(self->undo);
    g_ptr_array_unref(self->redo);
    g_clear_pointer(&self->sketch, faltung_sketch_free);
    g_clear_error(&self->error);
    g_clear_error(&self->misfit);
    g_clear_pointer(&self->data, faltung_dataset_unref);
    g_free(self->last_path);
    g_free(self->stuck_problem);
    G_OBJECT_CLASS(faltung_document_parent_class)->finalize(object);
}

static void faltung_document_class_init(FaltungDocumentClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = faltung_document_finalize;
    changed_signal = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void faltung_document_init(FaltungDocument *self) {
    self->undo = g_ptr_array_new_with_free_func(g_free);
    self->redo = g_ptr_array_new_with_free_func(g_free);
    self->stuck = -1;
}

FaltungDocument *faltung_document_new(const char *text, const char *origin, GFile *file,
                                      GError **error) {
    g_autoptr(FaltungSketch) sketch = faltung_sketch_new(text, origin);
    if (sketch->experiment == NULL) {
        g_propagate_error(error, g_steal_pointer(&sketch->error));
        return NULL;
    }
    FaltungDocument *self = g_object_new(FALTUNG_TYPE_DOCUMENT, NULL);
    self->text = g_strdup(text);
    self->origin = g_strdup(origin);
    self->error = sketch->error != NULL ? g_error_copy(sketch->error) : NULL;
    self->sketch = g_steal_pointer(&sketch);
    if (file != NULL) {
        self->file = g_object_ref(file);
        self->saved = g_strdup(text);
    }
    return self;
}

const char *faltung_document_text(FaltungDocument *self) {
    return self->text;
}

const char *faltung_document_origin(FaltungDocument *self) {
    return self->origin;
}

GFile *faltung_document_file(FaltungDocument *self) {
    return self->file;
}

const char *faltung_document_title(FaltungDocument *self) {
    return self->sketch->experiment->name;
}

const FaltungExperiment *faltung_document_experiment(FaltungDocument *self) {
    return self->sketch->experiment;
}

const GError *faltung_document_error(FaltungDocument *self) {
    return self->error;
}

static void set_problem(FaltungDocument *self, int layer, const char *problem) {
    char **place = &self->sketch->problems[layer];
    g_free(*place);
    *place = g_strdup(problem);
}

/* The layer that the message is about by its line, else the last. */
static int layer_of(FaltungDocument *self, const char *message, const char **rest) {
    int line = 0, column;
    const FaltungGraph *graph = self->sketch->experiment->graph;
    const char *words = faltung_mistake_read(message, self->origin, &line, &column);
    *rest = words != NULL ? words : message;
    for (guint i = 0; words != NULL && i < graph->layers->len; i++) {
        if (faltung_graph_layer(graph, (int)i)->line == line) {
            return (int)i;
        }
    }
    return (int)graph->layers->len - 1;
}

static void clear_misfit(FaltungDocument *self) {
    if (self->misfit != NULL && self->misfit_layer >= 0) {
        set_problem(self, self->misfit_layer, "");
    }
    g_clear_error(&self->misfit);
    self->misfit_layer = -1;
}

static void check_data(FaltungDocument *self) {
    clear_misfit(self);
    const FaltungExperiment *experiment = self->sketch->experiment;
    /* indices would have to be looked at one by one */
    if (self->error != NULL || self->data == NULL || faltung_graph_n_indices(experiment->graph) ||
        faltung_check_fit(experiment, self->data, &self->misfit)) {
        return;
    }
    const char *words;
    self->misfit_layer = layer_of(self, self->misfit->message, &words);
    set_problem(self, self->misfit_layer, words);
}

void faltung_document_set_data(FaltungDocument *self, FaltungDataset *data) {
    g_autofree char *before = g_strdup(self->misfit != NULL ? self->misfit->message : NULL);
    g_clear_pointer(&self->data, faltung_dataset_unref);
    self->data = data != NULL ? faltung_dataset_ref(data) : NULL;
    check_data(self);
    if (g_strcmp0(before, self->misfit != NULL ? self->misfit->message : NULL) != 0) {
        g_signal_emit(self, changed_signal, 0);
    }
}

FaltungDataset *faltung_document_data(FaltungDocument *self) {
    return self->data;
}

const GError *faltung_document_obstacle(FaltungDocument *self) {
    return self->error != NULL ? self->error : self->misfit;
}

const char *const *faltung_document_problems(FaltungDocument *self) {
    return (const char *const *)self->sketch->problems;
}

gboolean faltung_document_modified(FaltungDocument *self) {
    return self->touched || self->saved != NULL ? strcmp(self->saved, self->text) != 0
                                                : self->undo->len > 0;
}

gboolean faltung_document_can_undo(FaltungDocument *self) {
    return self->undo->len > 0;
}

gboolean faltung_document_can_redo(FaltungDocument *self) {
    return self->redo->len > 0;
}

/* The layer of the last drawing that is written at @line, or before it. */
static int layer_before(FaltungDocument *self, int line) {
    const FaltungGraph *graph = self->sketch->experiment->graph;
    int before = -1;
    for (guint i = 0; i < graph->layers->len; i++) {
        if (faltung_graph_layer(graph, (int)i)->line <= line) {
            before = (int)i;
        }
    }
    return before;
}

/* What cannot be drawn has a badge in the last drawing, where it is written. */
static void set_stuck(FaltungDocument *self, const GError *error) {
    if (self->stuck >= 0) {
        set_problem(self, self->stuck, self->stuck_problem);
    }
    g_clear_pointer(&self->stuck_problem, g_free);
    int line = 0, column;
    const char *message = error != NULL ? error->message : "";
    g_autofree char *first = g_strndup(message, strcspn(message, "\n"));
    const char *words = faltung_mistake_read(first, self->origin, &line, &column);
    self->stuck = words != NULL ? layer_before(self, line) : -1;
    if (self->stuck >= 0) {
        self->stuck_problem = g_strdup(self->sketch->problems[self->stuck]);
        set_problem(self, self->stuck, words);
    }
}

static void take_text(FaltungDocument *self, char *text) {
    g_free(self->text);
    self->text = text;
    clear_misfit(self);
    FaltungSketch *sketch = faltung_sketch_new(text, self->origin);
    g_clear_error(&self->error);
    self->error = sketch->error != NULL ? g_error_copy(sketch->error) : NULL;
    if (sketch->experiment != NULL) {
        set_stuck(self, NULL);
        faltung_sketch_free(self->sketch);
        self->sketch = sketch;
    } else {
        set_stuck(self, sketch->error);
        faltung_sketch_free(sketch);
    }
    check_data(self);
    g_signal_emit(self, changed_signal, 0);
}

static void travel(FaltungDocument *self, GPtrArray *from, GPtrArray *to) {
    if (from->len == 0) {
        return;
    }
    g_clear_pointer(&self->last_path, g_free);
    g_ptr_array_add(to, g_strdup(self->text));
    take_text(self, g_ptr_array_steal_index(from, from->len - 1));
}

void faltung_document_undo(FaltungDocument *self) {
    travel(self, self->undo, self->redo);
}

void faltung_document_redo(FaltungDocument *self) {
    travel(self, self->redo, self->undo);
}

static gboolean edit(FaltungDocument *self, const char *path, char *text) {
    if (text == NULL) {
        return FALSE;
    }
    if (strcmp(text, self->text) == 0) {
        g_free(text);
        return TRUE;
    }
    gint64 now = g_get_monotonic_time();
    gboolean merge = path != NULL && g_strcmp0(path, self->last_path) == 0 && self->undo->len > 0 &&
                     now - self->last_time < MERGE_WITHIN;
    if (!merge) {
        g_ptr_array_add(self->undo, g_strdup(self->text));
    }
    g_ptr_array_set_size(self->redo, 0);
    g_free(self->last_path);
    self->last_path = g_strdup(path);
    self->last_time = now;
    take_text(self, text);
    return TRUE;
}

gboolean faltung_document_set(FaltungDocument *self, const char *path, const char *value,
                              GError **error) {
    return edit(self, path, faltung_yaml_set(self->text, path, value, error));
}

gboolean faltung_document_unset(FaltungDocument *self, const char *path, GError **error) {
    return edit(self, path, faltung_yaml_unset(self->text, path, error));
}

gboolean faltung_document_rename_layer(FaltungDocument *self, const char *layer, const char *name,
                                       GError **error) {
    return edit(self, NULL, faltung_yaml_rename_layer(self->text, layer, name, error));
}

static gboolean is_drawable(FaltungDocument *self, const char *text, GError **error) {
    g_autoptr(FaltungSketch) sketch = faltung_sketch_new(text, self->origin);
    if (sketch->experiment == NULL) {
        g_propagate_error(error, g_steal_pointer(&sketch->error));
        return FALSE;
    }
    return TRUE;
}

gboolean faltung_document_repeat(FaltungDocument *self, const char *what, const char *text,
                                 GError **error) {
    return is_drawable(self, text, error) && edit(self, what, g_strdup(text));
}

gboolean faltung_document_replace(FaltungDocument *self, const char *text, GError **error) {
    return faltung_document_repeat(self, NULL, text, error);
}

gboolean faltung_document_amend(FaltungDocument *self, const char *text, GError **error) {
    if (!is_drawable(self, text, error)) {
        return FALSE;
    }
    take_text(self, g_strdup(text));
    return TRUE;
}

void faltung_document_type(FaltungDocument *self, const char *text) {
    edit(self, "(the text)", g_strdup(text));
}

void faltung_document_touch(FaltungDocument *self) {
    self->touched = self->saved == NULL;
    g_signal_emit(self, changed_signal, 0);
}

gboolean faltung_document_is_saved_as(FaltungDocument *self, const char *text) {
    return g_strcmp0(self->saved, text) == 0;
}

void faltung_document_reread(FaltungDocument *self, const char *text) {
    g_free(self->saved);
    self->saved = g_strdup(text);
    edit(self, NULL, g_strdup(text));
}

gboolean faltung_document_save(FaltungDocument *self, GFile *file, GError **error) {
    if (!g_file_replace_contents(file, self->text, strlen(self->text), NULL, FALSE,
                                 G_FILE_CREATE_NONE, NULL, NULL, error)) {
        return FALSE;
    }
    g_set_object(&self->file, file);
    g_free(self->saved);
    self->saved = g_strdup(self->text);
    self->touched = FALSE;
    g_free(self->origin);
    self->origin = g_file_get_path(file);
    g_clear_pointer(&self->last_path, g_free);
    g_signal_emit(self, changed_signal, 0);
    return TRUE;
}

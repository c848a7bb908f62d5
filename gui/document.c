/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/document.h"

#include <stdlib.h>
#include <string.h>

#define MERGE_WITHIN (1 * G_TIME_SPAN_SECOND)

struct _FaltungDocument {
    GObject parent;
    char *text;
    char *saved; /* the text as it is in the file; NULL: not in a file */
    char *origin;
    GFile *file;
    GPtrArray *undo, *redo; /* texts */
    FaltungExperiment *experiment;
    GError *error;
    char *last_path; /* of the last edit, and when */
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
    g_clear_pointer(&self->experiment, faltung_experiment_free);
    g_clear_error(&self->error);
    g_free(self->last_path);
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
}

FaltungDocument *faltung_document_new(const char *text, const char *origin, GFile *file,
                                      GError **error) {
    g_autoptr(FaltungExperiment) experiment = faltung_experiment_parse(text, origin, NULL, error);
    if (experiment == NULL) {
        return NULL;
    }
    FaltungDocument *self = g_object_new(FALTUNG_TYPE_DOCUMENT, NULL);
    self->text = g_strdup(text);
    self->origin = g_strdup(origin);
    self->experiment = g_steal_pointer(&experiment);
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
    return self->experiment->name;
}

const FaltungExperiment *faltung_document_experiment(FaltungDocument *self) {
    return self->experiment;
}

const GError *faltung_document_error(FaltungDocument *self) {
    return self->error;
}

/* The error starts with `origin:line:column: `; the layer is the last that begins before it. */
int faltung_document_error_layer(FaltungDocument *self) {
    if (self->error == NULL || !g_str_has_prefix(self->error->message, self->origin)) {
        return FALTUNG_INPUT;
    }
    const char *rest = self->error->message + strlen(self->origin);
    int line = *rest == ':' ? atoi(rest + 1) : 0;
    int found = FALTUNG_INPUT;
    const FaltungGraph *graph = self->experiment->graph;
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, (int)i);
        if (layer->line > 0 && layer->line <= line) {
            found = (int)i;
        }
    }
    return found;
}

gboolean faltung_document_modified(FaltungDocument *self) {
    return self->saved != NULL ? strcmp(self->saved, self->text) != 0 : self->undo->len > 0;
}

gboolean faltung_document_can_undo(FaltungDocument *self) {
    return self->undo->len > 0;
}

gboolean faltung_document_can_redo(FaltungDocument *self) {
    return self->redo->len > 0;
}

static void take_text(FaltungDocument *self, char *text) {
    g_free(self->text);
    self->text = text;
    g_clear_error(&self->error);
    FaltungExperiment *experiment =
        faltung_experiment_parse(text, self->origin, NULL, &self->error);
    if (experiment != NULL) {
        faltung_experiment_free(self->experiment);
        self->experiment = experiment;
    }
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

gboolean faltung_document_replace(FaltungDocument *self, const char *text, GError **error) {
    g_autoptr(FaltungExperiment) experiment =
        faltung_experiment_parse(text, self->origin, NULL, error);
    return experiment != NULL && edit(self, NULL, g_strdup(text));
}

gboolean faltung_document_save(FaltungDocument *self, GFile *file, GError **error) {
    if (!g_file_replace_contents(file, self->text, strlen(self->text), NULL, FALSE,
                                 G_FILE_CREATE_NONE, NULL, NULL, error)) {
        return FALSE;
    }
    g_set_object(&self->file, file);
    g_free(self->saved);
    self->saved = g_strdup(self->text);
    g_free(self->origin);
    self->origin = g_file_get_path(file);
    g_clear_pointer(&self->last_path, g_free);
    g_signal_emit(self, changed_signal, 0);
    return TRUE;
}

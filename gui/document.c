/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/document.h"

#include <string.h>

#define MERGE_WITHIN (1 * G_TIME_SPAN_SECOND)

struct _FaltungDocument {
    GObject parent;
    char *text;
    char *saved; /* the text as it is in the file; NULL: not in a file */
    char *origin;
    GFile *file;
    GPtrArray *undo, *redo; /* texts */
    FaltungSketch *sketch;  /* of the last text that could be drawn */
    GError *error;          /* of this one; NULL: it can run */
    char *last_path;        /* of the last edit, and when */
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

const char *const *faltung_document_problems(FaltungDocument *self) {
    return (const char *const *)self->sketch->problems;
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
    FaltungSketch *sketch = faltung_sketch_new(text, self->origin);
    g_clear_error(&self->error);
    self->error = sketch->error != NULL ? g_error_copy(sketch->error) : NULL;
    if (sketch->experiment != NULL) {
        faltung_sketch_free(self->sketch);
        self->sketch = sketch;
    } else {
        faltung_sketch_free(sketch);
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
    g_autoptr(FaltungSketch) sketch = faltung_sketch_new(text, self->origin);
    if (sketch->experiment == NULL) {
        g_propagate_error(error, g_steal_pointer(&sketch->error));
        return FALSE;
    }
    return edit(self, NULL, g_strdup(text));
}

void faltung_document_type(FaltungDocument *self, const char *text) {
    edit(self, "(the text)", g_strdup(text));
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

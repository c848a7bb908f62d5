/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/document/autosave.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define AFTER_MILLISECONDS 400
#define GROUP "document"

struct FaltungAutosave {
    FaltungDocument *document;
    char *path;
    guint timer;
    GCancellable *writing; /* NULL: not now */
    gboolean again;        /* there are changes since the writing began */
};

static char *folder(void) {
    return g_build_filename(g_get_user_state_dir(), "faltung", "unsaved", NULL);
}

/* --- writing, on another thread: a slow disk is not waited for --- */

typedef struct {
    char *path, *content;
} Job;

static void job_free(gpointer data) {
    Job *job = data;
    g_free(job->path);
    g_free(job->content);
    g_free(job);
}

static void write_file(GTask *task, gpointer source, gpointer data, GCancellable *cancel) {
    Job *job = data;
    g_autofree char *parent = g_path_get_dirname(job->path);
    GError *error = NULL;
    g_mkdir_with_parents(parent, 0700);
    if (!g_file_set_contents_full(job->path, job->content, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                  &error)) {
        g_task_return_error(task, error);
        return;
    }
    if (g_cancellable_is_cancelled(cancel)) {
        g_unlink(job->path); /* closed meanwhile */
    }
    g_task_return_boolean(task, TRUE);
}

static char *content_of(FaltungAutosave *self) {
    g_autoptr(GKeyFile) keys = g_key_file_new();
    GFile *file = faltung_document_file(self->document);
    g_autofree char *path = file != NULL ? g_file_get_path(file) : NULL;
    g_key_file_set_int64(keys, GROUP, "process", getpid());
    g_key_file_set_string(keys, GROUP, "origin", faltung_document_origin(self->document));
    if (path != NULL) {
        g_key_file_set_string(keys, GROUP, "file", path);
    }
    g_key_file_set_string(keys, GROUP, "text", faltung_document_text(self->document));
    return g_key_file_to_data(keys, NULL, NULL);
}

static gboolean keep(gpointer data);

static void on_written(GObject *source, GAsyncResult *result, gpointer data) {
    g_autoptr(GError) error = NULL;
    gboolean cancelled = g_cancellable_is_cancelled(g_task_get_cancellable(G_TASK(result)));
    if (!g_task_propagate_boolean(G_TASK(result), &error) && !cancelled) {
        g_message("unsaved changes could not be kept: %s", error->message);
    }
    if (cancelled) {
        return; /* the autosave is gone */
    }
    FaltungAutosave *self = data;
    g_clear_object(&self->writing);
    if (self->again) {
        self->again = FALSE;
        keep(self);
    }
}

static gboolean keep(gpointer data) {
    FaltungAutosave *self = data;
    self->timer = 0;
    if (self->writing != NULL) {
        self->again = TRUE;
        return G_SOURCE_REMOVE;
    }
    if (!faltung_document_modified(self->document)) {
        g_unlink(self->path);
        return G_SOURCE_REMOVE;
    }
    Job *job = g_new(Job, 1);
    *job = (Job){g_strdup(self->path), content_of(self)};
    self->writing = g_cancellable_new();
    g_autoptr(GTask) task = g_task_new(NULL, self->writing, on_written, self);
    g_task_set_check_cancellable(task, FALSE);
    g_task_set_task_data(task, job, job_free);
    g_task_run_in_thread(task, write_file);
    return G_SOURCE_REMOVE;
}

/* --- a document's --- */

static void on_changed(FaltungAutosave *self) {
    if (self->timer == 0) {
        self->timer = g_timeout_add(AFTER_MILLISECONDS, keep, self);
    }
}

FaltungAutosave *faltung_autosave_new(FaltungDocument *document, const char *path) {
    FaltungAutosave *self = g_new0(FaltungAutosave, 1);
    self->document = g_object_ref(document);
    self->path = g_strdup(path);
    if (path == NULL) {
        g_autofree char *name = g_uuid_string_random(), *parent = folder();
        self->path = g_build_filename(parent, name, NULL);
    }
    g_signal_connect_swapped(document, "changed", G_CALLBACK(on_changed), self);
    if (path != NULL) {
        keep(self);
    }
    return self;
}

void faltung_autosave_free(FaltungAutosave *self) {
    if (self == NULL) {
        return;
    }
    g_clear_handle_id(&self->timer, g_source_remove);
    if (self->writing != NULL) {
        g_cancellable_cancel(self->writing);
        g_clear_object(&self->writing);
    }
    g_signal_handlers_disconnect_by_data(self->document, self);
    g_object_unref(self->document);
    g_unlink(self->path);
    g_free(self->path);
    g_free(self);
}

/* --- after a crash --- */

static void left_over_free(gpointer data) {
    FaltungLeftOver *left = data;
    g_free(left->path);
    g_free(left->text);
    g_free(left->origin);
    g_free(left->file);
    g_free(left);
}

static gboolean is_alive(gint64 process) {
    return process > 0 && (kill((pid_t)process, 0) == 0 || errno == EPERM);
}

static FaltungLeftOver *read_left_over(const char *path) {
    g_autoptr(GKeyFile) keys = g_key_file_new();
    if (!g_key_file_load_from_file(keys, path, G_KEY_FILE_NONE, NULL) ||
        is_alive(g_key_file_get_int64(keys, GROUP, "process", NULL))) {
        return NULL;
    }
    FaltungLeftOver *left = g_new0(FaltungLeftOver, 1);
    left->path = g_strdup(path);
    left->text = g_key_file_get_string(keys, GROUP, "text", NULL);
    left->origin = g_key_file_get_string(keys, GROUP, "origin", NULL);
    left->file = g_key_file_get_string(keys, GROUP, "file", NULL);
    if (left->text == NULL || left->origin == NULL) {
        g_clear_pointer(&left, left_over_free);
    }
    return left;
}

GPtrArray *faltung_autosave_find(void) {
    GPtrArray *found = g_ptr_array_new_with_free_func(left_over_free);
    g_autofree char *parent = folder();
    g_autoptr(GDir) dir = g_dir_open(parent, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(parent, name, NULL);
        FaltungLeftOver *left = read_left_over(path);
        if (left != NULL) {
            g_ptr_array_add(found, left);
        }
    }
    return found;
}

FaltungDocument *faltung_left_over_open(const FaltungLeftOver *left, GError **error) {
    g_autoptr(GFile) file = left->file != NULL ? g_file_new_for_path(left->file) : NULL;
    g_autofree char *saved = NULL;
    FaltungDocument *document = NULL;
    if (file != NULL && g_file_get_contents(left->file, &saved, NULL, NULL)) {
        document = faltung_document_new(saved, left->origin, file, NULL);
    }
    if (document == NULL) {
        document = faltung_document_new(left->text, left->origin, NULL, error);
    }
    if (document != NULL) {
        faltung_document_type(document, left->text);
        faltung_document_touch(document);
    }
    return document;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

#include <glib/gi18n.h>
#include <string.h>

/* What happens to the document's file while it is open: another program writes it, or this one has
   to be killed. */

/* --- written by another program --- */

static void tell(FaltungWindow *self, gboolean differs) {
    gtk_revealer_set_reveal_child(self->disk_revealer, differs);
}

static void take(FaltungWindow *self) {
    g_autofree char *text = g_steal_pointer(&self->disk_text);
    tell(self, FALSE);
    if (text != NULL) {
        faltung_document_reread(self->document, text);
        faltung_window_toast(self, _("Read again, as it is on the disk now"));
    }
}

static void on_content(GObject *source, GAsyncResult *result, gpointer data) {
    FaltungWindow *self = data;
    g_autofree char *content = NULL;
    gsize length = 0;
    gboolean read =
        g_file_load_contents_finish(G_FILE(source), result, &content, &length, NULL, NULL);
    gboolean own = !self->closing && self->document != NULL &&
                   faltung_document_file(self->document) != NULL &&
                   g_file_equal(faltung_document_file(self->document), G_FILE(source));
    if (read && own && strlen(content) == length && g_utf8_validate(content, -1, NULL)) {
        gboolean differs = !faltung_document_is_saved_as(self->document, content);
        g_free(self->disk_text);
        self->disk_text = differs ? g_steal_pointer(&content) : NULL;
        if (differs && !faltung_document_modified(self->document) &&
            !faltung_window_is_training(self)) {
            take(self);
        } else {
            tell(self, differs);
        }
    }
    g_object_unref(self);
}

static void on_file_event(FaltungWindow *self, GFile *file, GFile *other, GFileMonitorEvent event) {
    if (event == G_FILE_MONITOR_EVENT_CHANGES_DONE_HINT || event == G_FILE_MONITOR_EVENT_CREATED ||
        event == G_FILE_MONITOR_EVENT_RENAMED || event == G_FILE_MONITOR_EVENT_MOVED_IN) {
        g_file_load_contents_async(faltung_document_file(self->document), NULL, on_content,
                                   g_object_ref(self));
    }
}

static void watch(FaltungWindow *self) {
    GFile *file = self->document != NULL ? faltung_document_file(self->document) : NULL;
    if (file != NULL && self->watched != NULL && g_file_equal(file, self->watched)) {
        return;
    }
    if (self->monitor != NULL) {
        g_signal_handlers_disconnect_by_data(self->monitor, self);
        g_file_monitor_cancel(self->monitor);
    }
    g_clear_object(&self->monitor);
    g_set_object(&self->watched, file);
    g_clear_pointer(&self->disk_text, g_free);
    tell(self, FALSE);
    if (file != NULL) {
        self->monitor = g_file_monitor_file(file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
    }
    if (self->monitor != NULL) {
        g_signal_connect_swapped(self->monitor, "changed", G_CALLBACK(on_file_event), self);
    }
}

static void on_changed(FaltungWindow *self) {
    watch(self); /* "Save As" gives it another file */
    if (self->disk_text != NULL && faltung_document_is_saved_as(self->document, self->disk_text)) {
        g_clear_pointer(&self->disk_text, g_free);
    }
    if (!faltung_document_modified(self->document)) {
        tell(self, FALSE);
    }
}

static void on_reread(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    if (!faltung_window_is_training(self)) {
        take(self);
    }
}

static void on_keep(GSimpleAction *action, GVariant *parameter, gpointer data) {
    tell(data, FALSE);
}

/* --- killed --- */

void faltung_window_keep_document(FaltungWindow *self, const char *left_over) {
    faltung_autosave_free(g_steal_pointer(&self->autosave));
    if (self->document != NULL) {
        self->autosave = faltung_autosave_new(self->document, left_over);
        g_signal_connect_swapped(self->document, "changed", G_CALLBACK(on_changed), self);
    }
    watch(self);
}

void faltung_window_recover(FaltungWindow *self, const FaltungLeftOver *left) {
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungDocument) document = faltung_left_over_open(left, &error);
    if (document == NULL) {
        faltung_window_problem(self, error->message);
        return;
    }
    faltung_window_show_document(self, document, NULL);
    faltung_window_keep_document(self, left->path);
    faltung_window_toast(self, _("Changes that were not saved are back"));
}

void faltung_window_install_disk(FaltungWindow *self) {
    const GActionEntry actions[] = {{"reread", on_reread}, {"keep", on_keep}};
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
}

void faltung_window_forget_disk(FaltungWindow *self) {
    faltung_autosave_free(g_steal_pointer(&self->autosave));
    if (self->monitor != NULL) {
        g_signal_handlers_disconnect_by_data(self->monitor, self);
    }
    g_clear_object(&self->monitor);
    g_clear_object(&self->watched);
    g_clear_pointer(&self->disk_text, g_free);
}

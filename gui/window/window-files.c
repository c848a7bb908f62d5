/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

#include "core/store/run.h"
#include "gui/window/new-dialog.h"
#include "gui/window/recent.h"

#include <glib/gi18n.h>
#include <string.h>

/* --- reading, on another thread --- */

typedef struct {
    char *text;
    gboolean is_run;
} Content;

static void content_free(gpointer data) {
    Content *content = data;
    g_free(content->text);
    g_free(content);
}

static gboolean is_hdf5(const char *path) {
    static const char signature[] = "\211HDF\r\n\032\n";
    char begin[8] = "";
    FILE *file = fopen(path, "rb");
    gboolean is = file != NULL && fread(begin, 1, 8, file) == 8 && memcmp(begin, signature, 8) == 0;
    if (file != NULL) {
        fclose(file);
    }
    return is;
}

static Content *read_run(const char *path, GError **error) {
    g_autoptr(FaltungRun) run = faltung_run_open(path, error);
    if (run == NULL) {
        return NULL;
    }
    Content *content = g_new0(Content, 1);
    content->is_run = TRUE;
    content->text = g_strdup(faltung_run_config(run));
    return content;
}

static Content *read_text(const char *path, GError **error) {
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error)) {
        return NULL;
    }
    g_autoptr(FaltungSketch) sketch = faltung_sketch_new(text, path);
    if (sketch->experiment == NULL) {
        g_propagate_error(error, g_steal_pointer(&sketch->error));
        return NULL;
    }
    Content *content = g_new0(Content, 1);
    content->text = g_steal_pointer(&text);
    return content;
}

static void read_file(GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
    const char *path = data;
    GError *error = NULL;
    Content *content = is_hdf5(path) || g_str_has_suffix(path, ".h5") ? read_run(path, &error)
                                                                      : read_text(path, &error);
    if (content != NULL) {
        g_task_return_pointer(task, content, content_free);
    } else {
        g_task_return_error(task, error);
    }
}

static void say(FaltungWindow *self, const char *heading, const char *text) {
    GtkWidget *dialog = adw_message_dialog_new(GTK_WINDOW(self), heading, text);
    adw_message_dialog_add_response(ADW_MESSAGE_DIALOG(dialog), "close", _("_Close"));
    gtk_window_present(GTK_WINDOW(dialog));
}

static void set_loading(FaltungWindow *self, gboolean loading) {
    gtk_spinner_set_spinning(self->loading_spinner, loading);
    gtk_stack_set_visible_child_name(self->pages, loading                  ? "loading"
                                                  : self->document != NULL ? "workspace"
                                                                           : "start");
}

typedef struct {
    FaltungWindow *window;
    char *path;
    gboolean template;
} Opening;

static void on_read(GObject *source, GAsyncResult *result, gpointer data) {
    Opening *opening = data;
    FaltungWindow *self = opening->window;
    g_autoptr(GError) error = NULL;
    Content *content = g_task_propagate_pointer(G_TASK(result), &error);
    g_autoptr(FaltungDocument) document = NULL;
    if (content != NULL && !self->closing) {
        g_autoptr(GFile) file = g_file_new_for_path(opening->path);
        gboolean own = !content->is_run && !opening->template;
        document = faltung_document_new(content->text, opening->path, own ? file : NULL, &error);
    }
    if (!self->closing) {
        g_clear_object(&self->opening);
        set_loading(self, FALSE);
        if (document != NULL) {
            faltung_window_show_document(self, document, content->is_run ? opening->path : NULL);
            if (!opening->template) {
                faltung_recent_add(opening->path);
            }
        } else {
            g_autofree char *name = g_path_get_basename(opening->path);
            g_autofree char *heading = g_strdup_printf(_("“%s” cannot be opened"), name);
            say(self, heading, error->message);
        }
    }
    if (content != NULL) {
        content_free(content);
    }
    g_object_unref(self);
    g_free(opening->path);
    g_free(opening);
}

static void open_path(FaltungWindow *self, const char *path, gboolean template) {
    Opening *opening = g_new(Opening, 1);
    *opening = (Opening){g_object_ref(self), g_strdup(path), template};
    if (self->opening != NULL) {
        g_cancellable_cancel(self->opening);
        g_object_unref(self->opening);
    }
    self->opening = g_cancellable_new();
    set_loading(self, TRUE);
    g_autoptr(GTask) task = g_task_new(NULL, self->opening, on_read, opening);
    g_task_set_task_data(task, g_strdup(path), g_free);
    g_task_run_in_thread(task, read_file);
}

static void look_into(GTask *task, gpointer source, gpointer path, GCancellable *cancellable) {
    g_task_return_boolean(task, faltung_window_is_data(path));
}

static void on_looked(GObject *source, GAsyncResult *result, gpointer data) {
    FaltungWindow *self = FALTUNG_WINDOW(source);
    const char *path = g_task_get_task_data(G_TASK(result));
    if (self->closing) {
        return;
    }
    if (g_task_propagate_boolean(G_TASK(result), NULL)) {
        faltung_window_import(self, path);
        return;
    }
    if (self->document != NULL || self->opening != NULL) { /* of several files each has a window */
        self = faltung_window_new(gtk_window_get_application(GTK_WINDOW(self)));
        gtk_window_present(GTK_WINDOW(self));
    }
    open_path(self, path, FALSE);
}

void faltung_window_open(FaltungWindow *self, GFile *file) {
    char *path = g_file_get_path(file);
    if (path == NULL) {
        say(self, _("Only files of this machine can be opened"),
            _("Copy the file to a folder here first."));
        return;
    }
    g_autoptr(GTask) task = g_task_new(self, NULL, on_looked, NULL);
    g_task_set_task_data(task, path, g_free);
    g_task_run_in_thread(task, look_into);
}

void faltung_window_open_template(FaltungWindow *self, const char *path) {
    open_path(self, path, TRUE);
}

static void on_recent(FaltungWindow *self, const char *path) {
    open_path(self, path, FALSE);
}

/* --- saving --- */

typedef void (*Then)(FaltungWindow *self);

static gboolean save_to(FaltungWindow *self, GFile *file) {
    g_autoptr(GError) error = NULL;
    if (!faltung_document_save(self->document, file, &error)) {
        say(self, _("The experiment could not be saved"), error->message);
        return FALSE;
    }
    g_autofree char *path = g_file_get_path(file);
    if (path != NULL) {
        faltung_recent_add(path);
    }
    faltung_window_toast(self, _("Saved"));
    return TRUE;
}

static void add_filter(GtkFileChooser *chooser, const char *name, const char *const *patterns) {
    GtkFileFilter *filter = gtk_file_filter_new();
    gtk_file_filter_set_name(filter, name);
    for (int i = 0; patterns[i] != NULL; i++) {
        gtk_file_filter_add_pattern(filter, patterns[i]);
    }
    gtk_file_chooser_add_filter(chooser, filter);
    g_object_unref(filter);
}

static const char *const yaml_patterns[] = {"*.yaml", "*.yml", NULL};
static const char *const all_patterns[] = {"*.yaml", "*.yml", "*.h5", NULL};

static void on_save_response(GtkNativeDialog *dialog, int response, FaltungWindow *self) {
    g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));
    Then then = g_object_get_data(G_OBJECT(dialog), "then");
    gtk_native_dialog_destroy(dialog);
    gboolean saved = response == GTK_RESPONSE_ACCEPT && file != NULL && save_to(self, file);
    g_object_unref(dialog);
    if (saved && then != NULL) {
        then(self);
    }
}

/* The experiment's name as a file name: "a-convolutional-network.yaml". */
static char *file_stem(const char *name) {
    GString *stem = g_string_new(NULL);
    for (const char *c = name; *c != '\0'; c = g_utf8_next_char(c)) {
        if (g_ascii_isalnum(*c)) {
            g_string_append_c(stem, g_ascii_tolower(*c));
        } else if (stem->len > 0 && stem->str[stem->len - 1] != '-') {
            g_string_append_c(stem, '-');
        }
    }
    while (stem->len > 0 && stem->str[stem->len - 1] == '-') {
        g_string_truncate(stem, stem->len - 1);
    }
    return g_string_free(stem, FALSE);
}

static void save_as(FaltungWindow *self, Then then) {
    GtkFileChooserNative *dialog =
        gtk_file_chooser_native_new(_("Save Experiment"), GTK_WINDOW(self),
                                    GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));
    add_filter(GTK_FILE_CHOOSER(dialog), _("Experiments"), yaml_patterns);
    GFile *file = faltung_document_file(self->document);
    if (file != NULL) {
        gtk_file_chooser_set_file(GTK_FILE_CHOOSER(dialog), file, NULL);
    } else {
        g_autofree char *stem = file_stem(faltung_document_title(self->document));
        g_autofree char *name = g_strdup_printf("%s.yaml", *stem != '\0' ? stem : "experiment");
        gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(dialog), name);
    }
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_object_set_data(G_OBJECT(dialog), "then", then);
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_save_response), self, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

static void save(FaltungWindow *self, Then then) {
    GFile *file = faltung_document_file(self->document);
    if (file == NULL) {
        save_as(self, then);
    } else if (save_to(self, file) && then != NULL) {
        then(self);
    }
}

void faltung_window_saved(FaltungWindow *self, Then then) {
    if (faltung_document_file(self->document) != NULL &&
        !faltung_document_modified(self->document)) {
        then(self);
    } else {
        save(self, then);
    }
}

/* --- leaving --- */

static void leave_unsaved(FaltungWindow *self, Then then);

static void on_stop_response(AdwMessageDialog *dialog, const char *response, FaltungWindow *self) {
    Then then = g_object_get_data(G_OBJECT(dialog), "then");
    if (strcmp(response, "stop") != 0) {
        return;
    }
    if (!faltung_window_is_training(self)) {
        leave_unsaved(self, then);
        return;
    }
    self->then = then;
    faltung_worker_stop(self->worker); /* goes on in faltung_window_left_training() */
}

void faltung_window_left_training(FaltungWindow *self) {
    Then then = self->then;
    self->then = NULL;
    if (then != NULL) {
        leave_unsaved(self, then);
    }
}

static void on_save_question(AdwMessageDialog *dialog, const char *response, FaltungWindow *self) {
    Then then = g_object_get_data(G_OBJECT(dialog), "then");
    if (strcmp(response, "discard") == 0) {
        then(self);
    } else if (strcmp(response, "save") == 0) {
        save(self, then);
    }
}

static void leave_unsaved(FaltungWindow *self, Then then) {
    if (self->document == NULL || !faltung_document_modified(self->document)) {
        then(self);
        return;
    }
    AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG(adw_message_dialog_new(
        GTK_WINDOW(self), _("Save the changes?"),
        _("The experiment has changes that are not in a file. Without saving they are lost.")));
    adw_message_dialog_add_responses(dialog, "cancel", _("_Cancel"), "discard", _("_Discard"),
                                     "save", _("_Save"), NULL);
    adw_message_dialog_set_response_appearance(dialog, "discard", ADW_RESPONSE_DESTRUCTIVE);
    adw_message_dialog_set_response_appearance(dialog, "save", ADW_RESPONSE_SUGGESTED);
    adw_message_dialog_set_default_response(dialog, "save");
    adw_message_dialog_set_close_response(dialog, "cancel");
    g_object_set_data(G_OBJECT(dialog), "then", then);
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_save_question), self, 0);
    gtk_window_present(GTK_WINDOW(dialog));
}

void faltung_window_leave(FaltungWindow *self, Then then) {
    if (!faltung_window_is_training(self)) {
        leave_unsaved(self, then);
        return;
    }
    AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG(adw_message_dialog_new(
        GTK_WINDOW(self), _("Stop the training?"),
        _("The training is under way. It stops after the current step and is saved: it can be "
          "gone on with later.")));
    adw_message_dialog_add_responses(dialog, "cancel", _("_Keep Training"), "stop",
                                     _("_Stop and Save"), NULL);
    adw_message_dialog_set_response_appearance(dialog, "stop", ADW_RESPONSE_SUGGESTED);
    adw_message_dialog_set_default_response(dialog, "stop");
    adw_message_dialog_set_close_response(dialog, "cancel");
    g_object_set_data(G_OBJECT(dialog), "then", then);
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_stop_response), self, 0);
    gtk_window_present(GTK_WINDOW(dialog));
}

/* --- actions --- */

static void on_data_chosen(FaltungWindow *self, const FaltungDatasetEntry *entry) {
    g_autoptr(GError) error = NULL;
    g_autofree char *text = faltung_new_experiment(entry);
    g_autofree char *folder = g_get_current_dir();
    g_autofree char *origin = g_build_filename(folder, "new.yaml", NULL);
    g_autoptr(FaltungDocument) document = faltung_document_new(text, origin, NULL, &error);
    if (document == NULL) {
        say(self, _("There is no new experiment"), error->message);
        return;
    }
    if (self->document != NULL) {
        self = faltung_window_new(gtk_window_get_application(GTK_WINDOW(self)));
        gtk_window_present(GTK_WINDOW(self));
    }
    faltung_window_show_document(self, document, NULL);
    faltung_window_begin_building(self);
}

static void on_new(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungNewDialog *dialog = faltung_new_dialog_new(GTK_WINDOW(data));
    g_signal_connect_object(dialog, "chosen", G_CALLBACK(on_data_chosen), data, G_CONNECT_SWAPPED);
    gtk_window_present(GTK_WINDOW(dialog));
}

static void on_open_response(GtkNativeDialog *dialog, int response, FaltungWindow *self) {
    g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));
    gtk_native_dialog_destroy(dialog);
    if (response == GTK_RESPONSE_ACCEPT && file != NULL) {
        faltung_window_open(self, file);
    }
    g_object_unref(dialog);
}

static void on_open(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    GtkFileChooserNative *dialog =
        gtk_file_chooser_native_new(_("Open Experiment or Run"), GTK_WINDOW(self),
                                    GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("_Cancel"));
    add_filter(GTK_FILE_CHOOSER(dialog), _("Experiments and runs"), all_patterns);
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_open_response), self, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

/* In this window, unless something would be lost. */
static void on_open_run(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    const char *path = g_variant_get_string(parameter, NULL);
    gboolean busy = self->document != NULL &&
                    (faltung_document_modified(self->document) || faltung_window_is_training(self));
    if (busy) {
        g_autoptr(GFile) file = g_file_new_for_path(path);
        faltung_window_open(self, file);
    } else {
        open_path(self, path, FALSE);
    }
}

static void on_save(GSimpleAction *action, GVariant *parameter, gpointer data) {
    save(data, NULL);
}

static void on_save_as(GSimpleAction *action, GVariant *parameter, gpointer data) {
    save_as(data, NULL);
}

static gboolean on_drop(GtkDropTarget *target, const GValue *value, double x, double y,
                        FaltungWindow *self) {
    GSList *files = gdk_file_list_get_files(g_value_get_boxed(value));
    for (GSList *l = files; l != NULL; l = l->next) {
        faltung_window_open(self, l->data);
    }
    g_slist_free(files);
    return TRUE;
}

void faltung_window_install_files(FaltungWindow *self) {
    const GActionEntry actions[] = {
        {"new", on_new},   {"open", on_open},       {"open-run", on_open_run, "s"},
        {"save", on_save}, {"save-as", on_save_as},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
    GtkDropTarget *target = gtk_drop_target_new(GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
    g_signal_connect(target, "drop", G_CALLBACK(on_drop), self);
    gtk_widget_add_controller(GTK_WIDGET(self), GTK_EVENT_CONTROLLER(target));
    g_signal_connect_swapped(self->start_page, "recent", G_CALLBACK(on_recent), self);
    g_signal_connect_object(gtk_recent_manager_get_default(), "changed",
                            G_CALLBACK(faltung_recent_fill), self->recent_menu, G_CONNECT_SWAPPED);
    faltung_recent_fill(self->recent_menu);
}

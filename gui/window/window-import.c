/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

#include "core/store/run.h"
#include "data/hdf5-reader.h"
#include "gui/data/import-dialog.h"
#include "gui/data/import-guess.h"
#include "gui/window/new-dialog.h"

#include <glib/gi18n.h>

/* Data of one's own: into the experiment that is open, else into a new one. */

/* The document's text with @preview's data and the input that fits them. */
static char *with_data(FaltungWindow *self, const FaltungImportPreview *preview, GError **error) {
    const FaltungExperiment *experiment = faltung_document_experiment(self->document);
    g_autofree char *text =
        faltung_yaml_set(faltung_document_text(self->document), "data", preview->data, error);
    if (text == NULL || faltung_shape_equal(&experiment->graph->input, &preview->shape)) {
        return g_steal_pointer(&text);
    }
    g_autofree char *input = faltung_shape_yaml(&preview->shape);
    return faltung_yaml_set(text, "network.input", input, error);
}

static void on_chosen(FaltungWindow *self, const FaltungImportPreview *preview) {
    g_autoptr(GError) error = NULL;
    if (self->document != NULL) {
        g_autofree char *text = with_data(self, preview, &error);
        if (text == NULL || !faltung_document_replace(self->document, text, &error)) {
            faltung_window_problem(self, error->message);
        }
        return;
    }
    g_autofree char *text =
        faltung_new_experiment_text(preview->data, &preview->shape, preview->classes);
    g_autoptr(FaltungDocument) document =
        faltung_document_new(text, self->import_origin, NULL, &error);
    if (document != NULL) {
        faltung_window_show_document(self, document, NULL);
    } else {
        faltung_window_problem(self, error->message);
    }
}

/* A file of HDF5 with arrays of its own, rather than with what an experiment left. */
static gboolean is_array_file(const char *path) {
    g_autoptr(FaltungRun) run = faltung_run_open(path, NULL);
    g_auto(GStrv) arrays = run == NULL ? faltung_hdf5_arrays(path, NULL) : NULL;
    return arrays != NULL && arrays[0] != NULL;
}

gboolean faltung_window_is_data(const char *path) {
    if (g_str_has_suffix(path, ".yaml") || g_str_has_suffix(path, ".yml")) {
        return FALSE;
    }
    g_autofree char *why = NULL;
    const char *source =
        g_file_test(path, G_FILE_TEST_EXISTS) ? faltung_import_guess(path, &why) : NULL;
    return g_strcmp0(source, "hdf5") == 0 ? is_array_file(path) : source != NULL;
}

void faltung_window_import(FaltungWindow *self, const char *path) {
    if (self->import_dialog !=
        NULL) { /* of several files that are dropped the first is asked about */
        gtk_window_present(self->import_dialog);
        return;
    }
    g_free(self->import_origin);
    if (self->document != NULL) {
        self->import_origin = g_strdup(faltung_document_origin(self->document));
    } else {
        g_autofree char *folder = g_path_get_dirname(path);
        self->import_origin = g_build_filename(folder, "new.yaml", NULL);
    }
    FaltungImportDialog *dialog =
        faltung_import_dialog_new(GTK_WINDOW(self), path, self->import_origin);
    g_signal_connect_object(dialog, "chosen", G_CALLBACK(on_chosen), self, G_CONNECT_SWAPPED);
    g_set_weak_pointer(&self->import_dialog, GTK_WINDOW(dialog));
    gtk_window_present(GTK_WINDOW(dialog));
}

static void on_response(GtkNativeDialog *dialog, int response, FaltungWindow *self) {
    g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));
    g_autofree char *path = file != NULL ? g_file_get_path(file) : NULL;
    gtk_native_dialog_destroy(dialog);
    if (response == GTK_RESPONSE_ACCEPT && path != NULL) {
        faltung_window_import(self, path);
    }
    g_object_unref(dialog);
}

static void on_import(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    GtkFileChooserNative *dialog = gtk_file_chooser_native_new(
        _("Import Data"), GTK_WINDOW(self), GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("_Cancel"));
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_response), self, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

void faltung_window_install_import(FaltungWindow *self) {
    const GActionEntry actions[] = {{"import", on_import}};
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
}

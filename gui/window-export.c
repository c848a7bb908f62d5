/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window-private.h"

#include "draw/output.h"
#include "gui/style.h"

#include <glib/gi18n.h>

/* The diagram as a picture file; it is laid out and drawn on another thread. */

#define PIXELS 2 /* of a PNG, a unit */

typedef struct {
    FaltungGraph *graph;
    FaltungTheme theme;
    char *path;
} Export;

static void export_free(gpointer data) {
    Export *export = data;
    faltung_graph_free(export->graph);
    g_free(export->path);
    g_free(export);
}

typedef struct {
    const FaltungDiagram *diagram;
    const FaltungTheme *theme;
} Drawing;

static void draw(cairo_t *cr, double width, double height, gpointer data) {
    const Drawing *drawing = data;
    faltung_diagram_draw(cr, drawing->theme, drawing->diagram, FALTUNG_LEVEL_NORMAL);
}

static void write_diagram(GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
    const Export *export = data;
    g_autoptr(FaltungDiagram) diagram = faltung_diagram_new(export->graph, &export->theme, NULL);
    Drawing drawing = {diagram, &export->theme};
    GError *error = NULL;
    if (faltung_output_write(export->path, diagram->width, diagram->height, PIXELS,
                             &export->theme.canvas, draw, &drawing, &error)) {
        g_task_return_boolean(task, TRUE);
    } else {
        g_task_return_error(task, error);
    }
}

static void on_written(GObject *source, GAsyncResult *result, gpointer data) {
    FaltungWindow *self = FALTUNG_WINDOW(source);
    g_autoptr(GError) error = NULL;
    gboolean written = g_task_propagate_boolean(G_TASK(result), &error);
    const Export *export = g_task_get_task_data(G_TASK(result));
    if (self->closing) {
        return;
    }
    if (written) {
        g_autofree char *name = g_path_get_basename(export->path);
        g_autofree char *text = g_strdup_printf(_("The diagram is in %s"), name);
        faltung_window_toast(self, text);
    } else {
        faltung_window_problem(self, error->message);
    }
}

static void on_response(GtkNativeDialog *dialog, int response, FaltungWindow *self) {
    g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));
    gtk_native_dialog_destroy(dialog);
    if (response == GTK_RESPONSE_ACCEPT && file != NULL && self->document != NULL) {
        Export *export = g_new(Export, 1);
        *export = (Export){
            faltung_graph_copy(faltung_document_experiment(self->document)->graph),
            faltung_theme_for(GTK_WIDGET(self)),
            g_file_get_path(file),
        };
        g_autoptr(GTask) task = g_task_new(self, NULL, on_written, NULL);
        g_task_set_task_data(task, export, export_free);
        g_task_run_in_thread(task, write_diagram);
    }
    g_object_unref(dialog);
}

static void on_export(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    if (self->document == NULL) {
        return;
    }
    GtkFileChooserNative *dialog =
        gtk_file_chooser_native_new(_("Export Diagram"), GTK_WINDOW(self),
                                    GTK_FILE_CHOOSER_ACTION_SAVE, _("_Export"), _("_Cancel"));
    static const char *const kinds[][2] = {{"SVG", "*.svg"}, {"PNG", "*.png"}};
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(GtkFileFilter) filter = gtk_file_filter_new();
        gtk_file_filter_set_name(filter, kinds[i][0]);
        gtk_file_filter_add_pattern(filter, kinds[i][1]);
        gtk_file_chooser_add_filter(GTK_FILE_CHOOSER(dialog), filter);
    }
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(dialog), "network.svg");
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_response), self, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

void faltung_window_install_export(FaltungWindow *self) {
    const GActionEntry actions[] = {{"export-diagram", on_export}};
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

#include "draw/diagram.h"

#include <glib/gi18n.h>
#include <string.h>

/* The diagram as a figure: as a file, which is made on another thread, and on paper. */

typedef struct {
    FaltungGraph *graph;
    FaltungDirection direction;
    char *path;
} Export;

static void export_free(gpointer data) {
    Export *export = data;
    faltung_graph_free(export->graph);
    g_free(export->path);
    g_free(export);
}

static void write_diagram(GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
    const Export *export = data;
    GError *error = NULL;
    if (faltung_diagram_write(export->graph, export->direction, export->path, &error)) {
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
    GtkFileChooser *chooser = GTK_FILE_CHOOSER(dialog);
    g_autoptr(GFile) file = gtk_file_chooser_get_file(chooser);
    gboolean down = g_strcmp0(gtk_file_chooser_get_choice(chooser, "down"), "true") == 0;
    gtk_native_dialog_destroy(dialog);
    g_autofree char *path = file != NULL ? g_file_get_path(file) : NULL;
    if (response == GTK_RESPONSE_ACCEPT && path != NULL && self->document != NULL) {
        Export *export = g_new(Export, 1);
        *export = (Export){
            faltung_graph_copy(faltung_document_experiment(self->document)->graph),
            down ? FALTUNG_TOP_TO_BOTTOM : FALTUNG_LEFT_TO_RIGHT,
            g_steal_pointer(&path),
        };
        g_autoptr(GTask) task = g_task_new(self, NULL, on_written, NULL);
        g_task_set_task_data(task, export, export_free);
        g_task_run_in_thread(task, write_diagram);
    }
    g_object_unref(dialog);
}

/* The name's ending follows the kind of file that is chosen. */
static void on_kind(GtkFileChooser *chooser) {
    g_autofree char *name = gtk_file_chooser_get_current_name(chooser);
    char *dot = name != NULL ? strrchr(name, '.') : NULL;
    if (dot == NULL) {
        return;
    }
    *dot = '\0';
    const char *ending = gtk_file_filter_get_name(gtk_file_chooser_get_filter(chooser));
    g_autofree char *lower = g_ascii_strdown(ending, -1);
    g_autofree char *other = g_strdup_printf("%s.%s", name, lower);
    gtk_file_chooser_set_current_name(chooser, other);
}

static void on_export(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    GtkFileChooserNative *dialog =
        gtk_file_chooser_native_new(_("Export Diagram"), GTK_WINDOW(self),
                                    GTK_FILE_CHOOSER_ACTION_SAVE, _("_Export"), _("_Cancel"));
    GtkFileChooser *chooser = GTK_FILE_CHOOSER(dialog);
    static const char *const kinds[][2] = {
        {"PDF", "*.pdf"}, {"SVG", "*.svg"}, {"PNG", "*.png"}, {"TikZ", "*.tikz"}};
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(GtkFileFilter) filter = gtk_file_filter_new();
        gtk_file_filter_set_name(filter, kinds[i][0]);
        gtk_file_filter_add_pattern(filter, kinds[i][1]);
        gtk_file_chooser_add_filter(chooser, filter);
    }
    gtk_file_chooser_add_choice(chooser, "down", _("From top to bottom"), NULL, NULL);
    g_autofree char *stem = faltung_window_run_stem(self);
    g_autofree char *name = g_strconcat(stem, ".pdf", NULL);
    gtk_file_chooser_set_current_name(chooser, name);
    g_signal_connect(dialog, "notify::filter", G_CALLBACK(on_kind), NULL);
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_response), self, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

/* --- on paper --- */

static FaltungDiagram *figure_of(FaltungWindow *self, FaltungDirection direction) {
    return faltung_diagram_new_figure(faltung_document_experiment(self->document)->graph,
                                      direction);
}

/* How much a figure is made smaller to fit the page; its own size is 96 units an inch. */
static double page_scale(GtkPrintContext *page, const FaltungDiagram *figure) {
    double width = gtk_print_context_get_width(page) / figure->width;
    double height = gtk_print_context_get_height(page) / figure->height;
    return MIN(MIN(width, height), gtk_print_context_get_dpi_x(page) / 96);
}

/* Left to right or top to bottom, whichever is larger on the page. */
static void on_draw_page(GtkPrintOperation *print, GtkPrintContext *page, int number,
                         FaltungWindow *self) {
    g_autoptr(FaltungDiagram) figure = figure_of(self, FALTUNG_LEFT_TO_RIGHT);
    g_autoptr(FaltungDiagram) other = figure_of(self, FALTUNG_TOP_TO_BOTTOM);
    if (page_scale(page, other) > page_scale(page, figure)) {
        FaltungDiagram *swapped = figure;
        figure = other;
        other = swapped;
    }
    cairo_t *cr = gtk_print_context_get_cairo_context(page);
    double scale = page_scale(page, figure);
    cairo_translate(cr, (gtk_print_context_get_width(page) - scale * figure->width) / 2, 0);
    cairo_scale(cr, scale, scale);
    faltung_diagram_draw_figure(cr, figure);
}

static void on_print(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    g_autoptr(GtkPrintOperation) print = gtk_print_operation_new();
    g_autofree char *stem = faltung_window_run_stem(self);
    gtk_print_operation_set_job_name(print, stem);
    gtk_print_operation_set_n_pages(print, 1);
    g_signal_connect(print, "draw-page", G_CALLBACK(on_draw_page), self);
    g_autoptr(GError) error = NULL;
    if (gtk_print_operation_run(print, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG, GTK_WINDOW(self),
                                &error) == GTK_PRINT_OPERATION_RESULT_ERROR) {
        faltung_window_problem(self, error->message);
    }
}

void faltung_window_install_export(FaltungWindow *self) {
    const GActionEntry actions[] = {{"export-diagram", on_export}, {"print", on_print}};
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
}

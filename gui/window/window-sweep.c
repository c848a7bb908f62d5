/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

#include "gui/inspector/sweep-group.h"

#include <glib/gi18n.h>
#include <signal.h>

/* A sweep is run by the headless program on the saved experiment file; what it writes shows up
   among the runs. */

/* `faltung` beside this program, or where it was built, or on the path. */
static char *find_program(void) {
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self != NULL ? g_path_get_dirname(self) : NULL;
    const char *const places[] = {"faltung", "../experiments/faltung"};
    for (guint i = 0; folder != NULL && i < G_N_ELEMENTS(places); i++) {
        g_autofree char *path = g_build_filename(folder, places[i], NULL);
        if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE)) {
            return g_steal_pointer(&path);
        }
    }
    return g_find_program_in_path("faltung");
}

/* @path by the name of what is written at @at, where it leads there; else NULL. */
static char *path_by_name(const char *path, const char *at, const char *name) {
    g_autofree char *written = g_strdup_printf("network.%s.", at);
    g_autofree char *item = faltung_item_name(name);
    return g_str_has_prefix(path, written)
               ? g_strdup_printf("network.%s.%s", item, path + strlen(written))
               : NULL;
}

/* `network.layers.2.filters` as a sweep writes it: `network.conv1.filters`. */
static char *sweep_path(FaltungWindow *self, const char *path) {
    const FaltungGraph *graph = faltung_document_experiment(self->document)->graph;
    char *named = NULL;
    for (guint i = 0; i < graph->layers->len && named == NULL; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, (int)i);
        named = path_by_name(path, layer->path, layer->name);
    }
    for (guint i = graph->blocks->len; i-- > 0 && named == NULL;) { /* inner ones first */
        const FaltungLayerBlock *block = g_ptr_array_index(graph->blocks, i);
        named = path_by_name(path, block->path, block->name);
    }
    return named != NULL ? named : g_strdup(path);
}

static void on_sweep_over(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    g_autofree char *path = sweep_path(self, g_variant_get_string(parameter, NULL));
    g_autoptr(GError) error = NULL;
    if (!faltung_sweep_mark(self->document, path, &error)) {
        faltung_window_problem(self, error->message);
        return;
    }
    faltung_canvas_select(self->canvas, FALTUNG_NO_LAYER); /* where the sweep is set up */
    g_autofree char *message = g_strdup_printf(_("%s takes the values listed under Sweep"), path);
    faltung_window_toast(self, message);
}

static void on_ended(GObject *source, GAsyncResult *result, gpointer data) {
    FaltungWindow *self = data;
    GSubprocess *process = G_SUBPROCESS(source);
    g_autoptr(GError) error = NULL;
    g_autofree char *said = NULL;
    g_subprocess_communicate_utf8_finish(process, result, NULL, &said, &error);
    if (self->sweep == process) {
        g_clear_object(&self->sweep);
    }
    if (!self->closing) {
        gboolean done = error == NULL && g_subprocess_get_successful(process);
        const char *text = error != NULL                   ? error->message
                           : said != NULL && *said != '\0' ? g_strchomp(said)
                                                           : _("The sweep was stopped");
        if (done) {
            faltung_window_toast(self, _("The sweep has finished"));
        } else {
            faltung_window_problem(self, text);
        }
        faltung_run_panel_log(self->run_panel, done ? _("The sweep has finished") : text);
        faltung_window_update_sweep(self);
    }
    g_object_unref(self);
}

static char *new_folder(FaltungWindow *self) {
    g_autofree char *folder = faltung_window_run_folder(self);
    g_autofree char *stem = faltung_window_run_stem(self);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *time = g_date_time_format(now, "%Y%m%d-%H%M%S");
    g_autofree char *name = g_strdup_printf("%s-sweep-%s", stem, time);
    return g_build_filename(folder, name, NULL);
}

static void run(FaltungWindow *self) {
    g_autofree char *program = find_program();
    g_autofree char *file = g_file_get_path(faltung_document_file(self->document));
    g_autofree char *folder = new_folder(self);
    if (program == NULL) {
        faltung_window_problem(self, _("The program faltung, which runs sweeps, is not installed"));
        return;
    }
    g_autoptr(GError) error = NULL;
    self->sweep =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDERR_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error,
                         program, "run", file, "--out", folder, "--quiet", NULL);
    if (self->sweep == NULL) {
        faltung_window_problem(self, error->message);
        return;
    }
    g_subprocess_communicate_utf8_async(self->sweep, NULL, NULL, on_ended, g_object_ref(self));
    g_autofree char *message = g_strdup_printf(_("Sweeping; the runs are in %s"), folder);
    faltung_run_panel_log(self->run_panel, message);
    faltung_run_panel_turn_to(self->run_panel, _("Runs"));
    faltung_window_update_sweep(self);
}

static void on_run(GSimpleAction *action, GVariant *parameter, gpointer data) {
    faltung_window_saved(data, run);
}

static void on_stop(GSimpleAction *action, GVariant *parameter, gpointer data) {
    g_subprocess_send_signal(FALTUNG_WINDOW(data)->sweep, SIGINT); /* saves and ends */
}

void faltung_window_update_sweep(FaltungWindow *self) {
    gboolean can = self->document != NULL && faltung_document_error(self->document) == NULL &&
                   !faltung_window_is_training(self);
    const struct {
        const char *action;
        gboolean enabled;
    } actions[] = {{"sweep-over", can},
                   {"run-sweep", can && self->sweep == NULL},
                   {"stop-sweep", self->sweep != NULL}};
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self), actions[i].action);
        g_simple_action_set_enabled(G_SIMPLE_ACTION(action), actions[i].enabled);
    }
}

void faltung_window_install_sweep(FaltungWindow *self) {
    const GActionEntry actions[] = {
        {"sweep-over", on_sweep_over, "s"},
        {"run-sweep", on_run},
        {"stop-sweep", on_stop},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/scene-runs.h"

#define EVERY_SECONDS 1

typedef struct {
    FaltungScene *scene;
    FaltungRunList *list;
    guint timer;
} Runs;

static gboolean look(gpointer data) {
    const Runs *self = data;
    FaltungDocument *document = self->scene->document;
    if (document != NULL) {
        const char *origin = faltung_document_origin(document);
        gboolean beside =
            faltung_document_file(document) != NULL || g_str_has_suffix(origin, ".h5");
        g_autofree char *folder = faltung_run_folder(origin, beside);
        faltung_run_list_look(self->list, folder);
    }
    return G_SOURCE_CONTINUE;
}

static void on_map(Runs *self) {
    look(self);
    if (self->timer == 0) {
        self->timer = g_timeout_add_seconds(EVERY_SECONDS, look, self);
    }
}

static void on_unmap(Runs *self) {
    g_clear_handle_id(&self->timer, g_source_remove);
}

static void on_changed(Runs *self, FaltungSceneParts parts) {
    if ((parts & FALTUNG_SCENE_DOCUMENT) && self->timer != 0) {
        look(self);
    }
}

static void runs_free(gpointer data) {
    Runs *self = data;
    on_unmap(self);
    g_signal_handlers_disconnect_by_data(self->scene, self);
    g_object_unref(self->scene);
    g_object_unref(self->list);
    g_free(self);
}

FaltungRunList *faltung_scene_runs(FaltungScene *scene, GtkWidget *view) {
    Runs *self = g_new0(Runs, 1);
    self->scene = g_object_ref(scene);
    self->list = faltung_run_list_new();
    g_object_set_data_full(G_OBJECT(view), "scene-runs", self, runs_free);
    g_signal_connect_swapped(view, "map", G_CALLBACK(on_map), self);
    g_signal_connect_swapped(view, "unmap", G_CALLBACK(on_unmap), self);
    g_signal_connect_swapped(scene, "changed", G_CALLBACK(on_changed), self);
    return self->list;
}

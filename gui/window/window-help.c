/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/help-window.h"
#include "gui/window/window-private.h"

static void explain(FaltungWindow *self, const FaltungOperation *operation, const void *options) {
    gtk_window_present(faltung_help_window_new(GTK_WINDOW(self), operation, options));
}

/* Of the palette. */
static void on_explain(GSimpleAction *action, GVariant *name, gpointer data) {
    const FaltungOperation *operation =
        faltung_operation_find(g_variant_get_string(name, NULL), NULL);
    if (operation != NULL) {
        explain(data, operation, NULL);
    }
}

/* Of the selected layer; with none, the keys, which help with everything. */
static void on_explain_layer(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    int index = self->document != NULL ? faltung_canvas_selected(self->canvas) : FALTUNG_NO_LAYER;
    if (index < 0) {
        g_action_group_activate_action(G_ACTION_GROUP(gtk_window_get_application(GTK_WINDOW(self))),
                                       "shortcuts", NULL);
        return;
    }
    const FaltungGraph *graph = faltung_document_experiment(self->document)->graph;
    const FaltungLayer *layer = faltung_graph_layer(graph, index);
    explain(self, layer->operation, layer->options);
}

void faltung_window_install_help(FaltungWindow *self) {
    const GActionEntry actions[] = {
        {"explain", on_explain, "s"},
        {"explain-layer", on_explain_layer},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
}

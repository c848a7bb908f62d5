/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

#include <glib/gi18n.h>

#define SEARCH_WIDTH 340
#define SEARCH_HEIGHT 420

/* Edits of the network's structure: each is a new text of the document, one step of undo. The
   network may be one that cannot run: the badges say what it lacks. */

static const FaltungGraph *graph_of(FaltungWindow *self) {
    return faltung_document_experiment(self->document)->graph;
}

/* Returns: (nullable): the selected layer's name. */
static const char *selected_name(FaltungWindow *self) {
    int layer = self->document != NULL ? faltung_canvas_selected(self->canvas) : FALTUNG_NO_LAYER;
    gboolean there = layer >= 0 && layer < (int)graph_of(self)->layers->len;
    return there ? faltung_graph_layer(graph_of(self), layer)->name : NULL;
}

static void select_layer(FaltungWindow *self, int layer) {
    faltung_canvas_select(self->canvas, FALTUNG_NO_LAYER); /* the index may mean another now */
    faltung_canvas_select(self->canvas, layer);
    GtkWidget *node = faltung_canvas_node(self->canvas, layer);
    gtk_widget_grab_focus(node != NULL ? node : GTK_WIDGET(self->canvas));
}

static void select_named(FaltungWindow *self, const char *name) {
    select_layer(self, faltung_graph_find(graph_of(self), name));
}

gboolean faltung_window_take_text(FaltungWindow *self, char *text, GError *error) {
    g_autofree char *made = text;
    g_autoptr(GError) reason = error;
    if (made != NULL && faltung_document_replace(self->document, made, &reason)) {
        return TRUE;
    }
    faltung_window_problem(self, reason->message);
    return FALSE;
}

/* Behind the selected layer; behind the last one where none is selected. Returns: (nullable)
   (transfer full): what it is called. */
static char *insert_behind(FaltungWindow *self, const char *item) {
    const FaltungGraph *graph = graph_of(self);
    const char *after = selected_name(self);
    if (after == NULL && faltung_canvas_selected(self->canvas) != FALTUNG_INPUT &&
        graph->layers->len > 0) {
        after = faltung_graph_layer(graph, (int)graph->layers->len - 1)->name;
    }
    GError *error = NULL;
    g_autofree char *name = NULL;
    char *text = faltung_yaml_insert_layer(faltung_document_text(self->document), after, item,
                                           &name, &error);
    return faltung_window_take_text(self, text, error) ? g_steal_pointer(&name) : NULL;
}

/* Behind the selection, or on a wire of its own from where one was drawn. */
static void on_searched(FaltungWindow *self, const char *item) {
    gtk_popover_popdown(self->insert_popover);
    g_autofree char *name = NULL;
    if (self->insert_from == NULL) {
        name = insert_behind(self, item);
    } else {
        GError *error = NULL;
        char *text = faltung_yaml_branch_layer(faltung_document_text(self->document),
                                               self->insert_from, item, &name, &error);
        if (!faltung_window_take_text(self, text, error)) {
            g_clear_pointer(&name, g_free);
        }
    }
    if (name != NULL) {
        select_named(self, name);
    }
}

/* Whoever types goes on typing: layer after layer. */
static void on_palette(FaltungWindow *self, const char *item, gboolean typed) {
    if (self->document == NULL || faltung_window_is_training(self)) {
        return;
    }
    if (!typed) {
        gtk_widget_grab_focus(
            GTK_WIDGET(self->canvas)); /* a field that is typed in takes its value */
    }
    g_autofree char *name = insert_behind(self, item);
    if (name != NULL && typed) {
        faltung_canvas_select(self->canvas, faltung_graph_find(graph_of(self), name));
    } else if (name != NULL) {
        select_named(self, name);
    }
}

static gboolean show_palette(gpointer data) {
    FaltungWindow *self = data;
    if (!self->closing) {
        adw_flap_set_reveal_flap(self->data_flap, TRUE);
        faltung_operation_search_begin(self->palette);
    }
    g_object_unref(self);
    return G_SOURCE_REMOVE;
}

/* When the sizes are settled: a narrow window hides the side bar as it comes into view. */
void faltung_window_begin_building(FaltungWindow *self) {
    gtk_stack_set_visible_child_name(self->side_pages, "layers");
    g_idle_add_full(G_PRIORITY_LOW, show_palette, g_object_ref(self), NULL);
}

void faltung_window_search(FaltungWindow *self, double x, double y, const char *from) {
    if (self->insert_popover == NULL) {
        GtkWidget *search = g_object_new(FALTUNG_TYPE_OPERATION_SEARCH, NULL);
        gtk_widget_set_size_request(search, SEARCH_WIDTH, SEARCH_HEIGHT);
        self->insert_popover = GTK_POPOVER(gtk_popover_new());
        gtk_popover_set_child(self->insert_popover, search);
        gtk_popover_set_has_arrow(self->insert_popover, FALSE);
        gtk_popover_set_position(self->insert_popover, GTK_POS_BOTTOM);
        gtk_widget_set_parent(GTK_WIDGET(self->insert_popover), GTK_WIDGET(self->toasts));
        g_signal_connect_swapped(search, "chosen", G_CALLBACK(on_searched), self);
    }
    g_free(self->insert_from);
    self->insert_from = g_strdup(from);
    gtk_popover_set_pointing_to(self->insert_popover, &(GdkRectangle){(int)x, (int)y, 1, 1});
    gtk_popover_popup(self->insert_popover);
    faltung_operation_search_begin(
        FALTUNG_OPERATION_SEARCH(gtk_popover_get_child(self->insert_popover)));
}

static void on_insert(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    faltung_window_search(self, gtk_widget_get_width(GTK_WIDGET(self->toasts)) / 2.0, 0, NULL);
}

/* --- the selection --- */

/* Behind the last of the selected layers; of what is pasted and duplicated all are selected then.
 */
static void paste(FaltungWindow *self, const char *clip, const char *after) {
    GError *error = NULL;
    g_auto(GStrv) names = NULL;
    char *text = faltung_yaml_paste_layers(faltung_document_text(self->document), after, clip,
                                           &names, &error);
    if (faltung_window_take_text(self, text, error)) {
        faltung_canvas_select_names(self->canvas, (const char *const *)names);
        gtk_widget_grab_focus(GTK_WIDGET(self->canvas));
    }
}

/* Returns: (transfer none) (nullable): the last selected layer, else the last one. */
static const char *place_to_paste(FaltungWindow *self) {
    const FaltungGraph *graph = graph_of(self);
    g_auto(GStrv) names = faltung_canvas_chosen(self->canvas);
    guint n = g_strv_length(names);
    int layer = n > 0 ? faltung_graph_find(graph, names[n - 1]) : (int)graph->layers->len - 1;
    gboolean none = layer < 0 || faltung_canvas_selected(self->canvas) == FALTUNG_INPUT;
    return none ? NULL : faltung_graph_layer(graph, layer)->name;
}

/* Returns: (transfer full) (nullable): the selected layers as text. */
static char *copy(FaltungWindow *self) {
    g_auto(GStrv) names = faltung_canvas_chosen(self->canvas);
    return faltung_yaml_copy_layers(faltung_document_text(self->document),
                                    (const char *const *)names, NULL);
}

static void on_duplicate(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    g_autofree char *clip = copy(self);
    if (clip != NULL) {
        paste(self, clip, place_to_paste(self));
    }
}

static void on_copy(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    g_autofree char *clip = copy(self);
    if (clip != NULL) {
        gdk_clipboard_set_text(gtk_widget_get_clipboard(GTK_WIDGET(self)), clip);
    }
}

static void on_clip_read(GObject *source, GAsyncResult *result, gpointer data) {
    FaltungWindow *self = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *clip = gdk_clipboard_read_text_finish(GDK_CLIPBOARD(source), result, &error);
    gboolean can = !self->closing && self->document != NULL && !faltung_window_is_training(self);
    if (can && clip != NULL) {
        paste(self, clip, place_to_paste(self));
    } else if (can) {
        faltung_window_toast(self, _("There is no text on the clipboard"));
    }
    g_object_unref(self);
}

static void on_paste(GSimpleAction *action, GVariant *parameter, gpointer data) {
    gdk_clipboard_read_text_async(gtk_widget_get_clipboard(GTK_WIDGET(data)), NULL, on_clip_read,
                                  g_object_ref(data));
}

static void on_select_all(GSimpleAction *action, GVariant *parameter, gpointer data) {
    gtk_widget_activate_action(GTK_WIDGET(FALTUNG_WINDOW(data)->canvas), "canvas.select-all", NULL);
}

static void on_remove(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    int layer = faltung_canvas_selected(self->canvas);
    g_auto(GStrv) names = faltung_canvas_chosen(self->canvas);
    gboolean many = g_strv_length(names) > 1;
    GError *error = NULL;
    char *text = faltung_yaml_remove_layers(faltung_document_text(self->document),
                                            (const char *const *)names, &error);
    if (faltung_window_take_text(self, text, error)) {
        int last = (int)graph_of(self)->layers->len - 1;
        select_layer(self, many ? FALTUNG_NO_LAYER : MIN(layer, last));
    }
}

static void on_cut(GSimpleAction *action, GVariant *parameter, gpointer data) {
    on_copy(action, parameter, data);
    on_remove(action, parameter, data);
}

void faltung_window_update_edit(FaltungWindow *self) {
    gboolean can = self->document != NULL && !faltung_window_is_training(self);
    g_auto(GStrv) names = can ? faltung_canvas_chosen(self->canvas) : NULL;
    gboolean selected = can && names[0] != NULL;
    faltung_canvas_set_editable(self->canvas, can);
    faltung_window_update_blocks(self);
    const struct {
        const char *action;
        gboolean enabled;
    } actions[] = {
        {"insert-layer", can},     {"duplicate-layer", selected}, {"remove-layer", selected},
        {"copy-layers", selected}, {"cut-layers", selected},      {"paste-layers", can},
        {"select-layers", can},
    };
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self), actions[i].action);
        g_simple_action_set_enabled(G_SIMPLE_ACTION(action), actions[i].enabled);
    }
}

static void on_toasts_destroyed(FaltungWindow *self) {
    if (self->insert_popover != NULL) {
        gtk_widget_unparent(GTK_WIDGET(self->insert_popover));
        self->insert_popover = NULL;
    }
}

void faltung_window_install_edit(FaltungWindow *self) {
    const GActionEntry actions[] = {
        {"insert-layer", on_insert},      {"duplicate-layer", on_duplicate},
        {"remove-layer", on_remove},      {"copy-layers", on_copy},
        {"cut-layers", on_cut},           {"paste-layers", on_paste},
        {"select-layers", on_select_all},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
    g_signal_connect_swapped(self->palette, "chosen", G_CALLBACK(on_palette), self);
    g_signal_connect_swapped(self->toasts, "destroy", G_CALLBACK(on_toasts_destroyed), self);
}

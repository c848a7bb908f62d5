/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

#include "core/ops/input.h"

#include <glib/gi18n.h>
#include <string.h>

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

gboolean faltung_window_add_layer(FaltungWindow *self, const char *item, const char *from) {
    g_autofree char *name = NULL;
    if (from == NULL) {
        name = insert_behind(self, item);
    } else {
        GError *error = NULL;
        char *text = faltung_yaml_branch_layer(faltung_document_text(self->document), from, item,
                                               &name, &error);
        if (!faltung_window_take_text(self, text, error)) {
            g_clear_pointer(&name, g_free);
        }
    }
    if (name != NULL) {
        select_named(self, name);
    }
    return name != NULL;
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
        faltung_search_begin(self->palette);
    }
    g_object_unref(self);
    return G_SOURCE_REMOVE;
}

/* When the sizes are settled: a narrow window hides the side bar as it comes into view. */
void faltung_window_begin_building(FaltungWindow *self) {
    gtk_stack_set_visible_child_name(self->side_pages, "layers");
    g_idle_add_full(G_PRIORITY_LOW, show_palette, g_object_ref(self), NULL);
}

/* --- the selection --- */

/* Behind the last of the selected layers; of what is pasted and duplicated all are selected then.
 */
static void paste(FaltungWindow *self, const char *clip, const char *after, gboolean wired) {
    GError *error = NULL;
    g_auto(GStrv) names = NULL;
    const char *now = faltung_document_text(self->document);
    char *text = wired ? faltung_yaml_paste_wired(now, after, clip, &names, &error)
                       : faltung_yaml_paste_layers(now, after, clip, &names, &error);
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
        paste(self, clip, place_to_paste(self), FALSE);
    }
}

/* What the clipboard has beside the text: the layers with all that they take. */
#define WIRED_TYPE "application/x-faltung-wired-layers"

static GdkContentProvider *wired_layers(FaltungWindow *self) {
    g_auto(GStrv) names = faltung_canvas_chosen(self->canvas);
    char *wired = faltung_yaml_copy_wired(faltung_document_text(self->document),
                                          (const char *const *)names, NULL);
    g_autoptr(GBytes) bytes = g_bytes_new_take(wired, strlen(wired));
    return gdk_content_provider_new_for_bytes(WIRED_TYPE, bytes);
}

static void on_copy(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    g_autofree char *clip = copy(self);
    if (clip != NULL) {
        GdkContentProvider *forms[] = {gdk_content_provider_new_typed(G_TYPE_STRING, clip),
                                       wired_layers(self)};
        g_autoptr(GdkContentProvider) both = gdk_content_provider_new_union(forms, 2);
        gdk_clipboard_set_content(gtk_widget_get_clipboard(GTK_WIDGET(self)), both);
    }
}

static void take_clip(FaltungWindow *self, const char *clip, gboolean wired) {
    gboolean can = !self->closing && self->document != NULL && !faltung_window_is_training(self);
    if (can && clip != NULL) {
        paste(self, clip, place_to_paste(self), wired);
    } else if (can) {
        faltung_window_toast(self, _("There is no text on the clipboard"));
    }
}

static void on_clip_read(GObject *source, GAsyncResult *result, gpointer data) {
    g_autoptr(FaltungWindow) self = data;
    g_autofree char *clip = gdk_clipboard_read_text_finish(GDK_CLIPBOARD(source), result, NULL);
    take_clip(self, clip, FALSE);
}

static void on_paste(GSimpleAction *action, GVariant *parameter, gpointer data) {
    gdk_clipboard_read_text_async(gtk_widget_get_clipboard(GTK_WIDGET(data)), NULL, on_clip_read,
                                  g_object_ref(data));
}

static void on_wired_spliced(GObject *source, GAsyncResult *result, gpointer data) {
    g_autoptr(FaltungWindow) self = data;
    GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM(source);
    if (g_output_stream_splice_finish(G_OUTPUT_STREAM(memory), result, NULL) >= 0) {
        g_autofree char *clip = g_strndup(g_memory_output_stream_get_data(memory),
                                          g_memory_output_stream_get_data_size(memory));
        take_clip(self, clip, TRUE);
    }
}

/* What another program has copied has no wires. */
static void on_wired_read(GObject *source, GAsyncResult *result, gpointer data) {
    g_autoptr(FaltungWindow) self = data;
    g_autoptr(GInputStream) stream =
        gdk_clipboard_read_finish(GDK_CLIPBOARD(source), result, NULL, NULL);
    if (stream == NULL) {
        on_paste(NULL, NULL, self);
        return;
    }
    g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
    g_output_stream_splice_async(
        memory, stream, G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
        G_PRIORITY_DEFAULT, NULL, on_wired_spliced, g_object_ref(self));
}

static void on_paste_wired(GSimpleAction *action, GVariant *parameter, gpointer data) {
    const char *types[] = {WIRED_TYPE, NULL};
    gdk_clipboard_read_async(gtk_widget_get_clipboard(GTK_WIDGET(data)), types, G_PRIORITY_DEFAULT,
                             NULL, on_wired_read, g_object_ref(data));
}

static void on_select_all(GSimpleAction *action, GVariant *parameter, gpointer data) {
    gtk_widget_activate_action(GTK_WIDGET(FALTUNG_WINDOW(data)->canvas), "canvas.select-all", NULL);
}

static void on_select_flow(GSimpleAction *action, GVariant *parameter, gpointer data) {
    gboolean forth = g_str_has_suffix(g_action_get_name(G_ACTION(action)), "downstream");
    faltung_canvas_choose_flow(FALTUNG_WINDOW(data)->canvas, forth);
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

/* All of them, or none where all are. Paths in the text stay as they are meanwhile. */
static void on_bypass(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    const FaltungGraph *graph = graph_of(self);
    g_auto(GStrv) names = faltung_canvas_chosen(self->canvas);
    gboolean all = TRUE;
    for (int i = 0; names[i] != NULL; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, faltung_graph_find(graph, names[i]));
        all = all && (layer->bypassed || faltung_layer_is_input(layer));
    }
    GError *error = NULL;
    char *text = g_strdup(faltung_document_text(self->document));
    for (int i = 0; names[i] != NULL && text != NULL; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, faltung_graph_find(graph, names[i]));
        if (faltung_layer_is_input(layer)) {
            continue;
        }
        g_autofree char *path = g_strdup_printf("network.%s.bypass", layer->path);
        g_autofree char *before = text;
        text = all ? faltung_yaml_unset(before, path, &error)
                   : faltung_yaml_set(before, path, "true", &error);
    }
    faltung_window_take_text(self, text, error);
}

static void on_add_input(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    g_autofree char *name = NULL;
    GError *error = NULL;
    char *text = faltung_yaml_add_input(faltung_document_text(self->document), &name, &error);
    if (faltung_window_take_text(self, text, error)) {
        select_named(self, name);
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
    gboolean several = selected && names[1] != NULL;
    faltung_canvas_set_editable(self->canvas, can);
    faltung_window_update_blocks(self);
    const struct {
        const char *action;
        gboolean enabled;
    } actions[] = {
        {"insert-layer", can},
        {"duplicate-layer", selected},
        {"remove-layer", selected},
        {"copy-layers", selected},
        {"cut-layers", selected},
        {"paste-layers", can},
        {"select-layers", can},
        {"add-input", can},
        {"bypass-layers", selected},
        {"paste-wired", can},
        {"select-upstream", selected},
        {"select-downstream", selected},
        {"align-left", several},
        {"align-centre", several},
        {"align-right", several},
        {"align-top", several},
        {"align-middle", several},
        {"align-bottom", several},
        {"space-across", several},
        {"space-down", several},
        {"arrange", can},
    };
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self), actions[i].action);
        g_simple_action_set_enabled(G_SIMPLE_ACTION(action), actions[i].enabled);
    }
}

void faltung_window_install_edit(FaltungWindow *self) {
    const GActionEntry actions[] = {
        {"duplicate-layer", on_duplicate},
        {"remove-layer", on_remove},
        {"copy-layers", on_copy},
        {"cut-layers", on_cut},
        {"paste-layers", on_paste},
        {"paste-wired", on_paste_wired},
        {"select-layers", on_select_all},
        {"add-input", on_add_input},
        {"bypass-layers", on_bypass},
        {"select-upstream", on_select_flow},
        {"select-downstream", on_select_flow},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
    faltung_search_add_operations(self->palette);
    g_signal_connect_swapped(self->palette, "chosen", G_CALLBACK(on_palette), self);
}

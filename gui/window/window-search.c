/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

#include "gui/window/shortcuts.h"

#include <glib/gi18n.h>
#include <string.h>

#define WIDTH 340
#define HEIGHT 420

/* What is found by name: Ctrl+K, operations to insert and all that the window can do; Ctrl+F, the
   layers that are there. */

static const FaltungGraph *graph_of(FaltungWindow *self) {
    return faltung_document_experiment(self->document)->graph;
}

static FaltungSearch *search_of(GtkPopover *popover) {
    return FALTUNG_SEARCH(gtk_popover_get_child(popover));
}

/* Returns: (transfer none): a popover of the window with a search in it. */
static GtkPopover *popover_new(FaltungWindow *self, GCallback on_found) {
    GtkWidget *search = g_object_new(FALTUNG_TYPE_SEARCH, NULL);
    gtk_widget_set_size_request(search, WIDTH, HEIGHT);
    GtkPopover *popover = GTK_POPOVER(gtk_popover_new());
    gtk_popover_set_child(popover, search);
    gtk_popover_set_has_arrow(popover, FALSE);
    gtk_popover_set_position(popover, GTK_POS_BOTTOM);
    gtk_widget_set_parent(GTK_WIDGET(popover), GTK_WIDGET(self->toasts));
    g_signal_connect_swapped(search, "found", on_found, self);
    return popover;
}

static void popup(GtkPopover *popover, double x, double y) {
    gtk_popover_set_pointing_to(popover, &(GdkRectangle){(int)x, (int)y, 1, 1});
    gtk_popover_popup(popover);
    faltung_search_begin(search_of(popover));
}

/* --- operations and actions --- */

static void on_chosen(FaltungWindow *self, const char *item) {
    gtk_popover_popdown(self->insert_popover);
    FaltungPoint at = self->insert_at;
    if (faltung_window_add_layer(self, item, self->insert_from) && self->insert_from != NULL) {
        faltung_canvas_place(self->canvas, faltung_canvas_selected(self->canvas), at.x, at.y);
    }
}

static gboolean is_possible(FaltungWindow *self, const char *action) {
    GActionGroup *group = NULL;
    if (g_str_has_prefix(action, "win.")) {
        group = G_ACTION_GROUP(self);
    } else if (g_str_has_prefix(action, "app.")) {
        group = G_ACTION_GROUP(gtk_window_get_application(GTK_WINDOW(self)));
    }
    /* what else there is, is the canvas' */
    return group == NULL ? self->document != NULL || g_str_has_prefix(action, "window.")
                         : g_action_group_get_action_enabled(group, action + strlen("win."));
}

/* The canvas has the window's actions, the application's, and its own. */
static void on_action(FaltungWindow *self, const char *action) {
    gtk_popover_popdown(self->insert_popover);
    if (self->document != NULL) {
        gtk_widget_grab_focus(GTK_WIDGET(self->canvas));
    }
    gtk_widget_activate_action(GTK_WIDGET(self->canvas), action, NULL);
}

/* A line of the table of keys; of those with the same title the first. */
static void add_action(FaltungWindow *self, FaltungSearch *search, const FaltungShortcut *shortcut,
                       const char *before) {
    gboolean listed = shortcut->action != NULL && g_strcmp0(before, shortcut->title) != 0 &&
                      strcmp(shortcut->action, "win.search") != 0;
    if (listed && is_possible(self, shortcut->action)) {
        g_autofree char *keys = faltung_shortcut_label(shortcut);
        faltung_search_add(search, _("Actions"), _(shortcut->title), keys, shortcut->action);
    }
}

static gboolean could_take(const FaltungOperation *operation, gpointer data) {
    FaltungWindow *self = data;
    int from = faltung_graph_find(graph_of(self), self->insert_from);
    return faltung_graph_could_take(graph_of(self), from < 0 ? FALTUNG_INPUT : from, operation);
}

void faltung_window_search(FaltungWindow *self, double x, double y, const char *from) {
    if (self->insert_popover == NULL) {
        self->insert_popover = popover_new(self, G_CALLBACK(on_action));
        g_signal_connect_swapped(search_of(self->insert_popover), "chosen", G_CALLBACK(on_chosen),
                                 self);
    }
    FaltungSearch *search = search_of(self->insert_popover);
    g_free(self->insert_from);
    self->insert_from = g_strdup(from);
    self->insert_at = (FaltungPoint){x, y};
    faltung_search_clear(search);
    if (self->document != NULL && !faltung_window_is_training(self)) {
        faltung_search_add_operations(search);
    }
    faltung_search_set_fits(search, from != NULL ? could_take : NULL, self);
    if (from == NULL) {
        faltung_search_ask(search, _("A layer, or what to do…"));
    }
    const char *before = NULL;
    for (const FaltungShortcut *s = faltung_shortcuts(); from == NULL && s->title != NULL; s++) {
        add_action(self, search, s, before);
        before = s->title;
    }
    popup(self->insert_popover, x, y);
}

static double middle(FaltungWindow *self) {
    return gtk_widget_get_width(GTK_WIDGET(self->toasts)) / 2.0;
}

static void on_search(GSimpleAction *action, GVariant *parameter, gpointer data) {
    faltung_window_search(data, middle(data), 0, NULL);
}

/* --- layers --- */

static void on_layer(FaltungWindow *self, const char *name) {
    gtk_popover_popdown(self->find_popover);
    int layer = faltung_graph_find(graph_of(self), name);
    faltung_canvas_select(self->canvas, layer);
    faltung_canvas_reveal(self->canvas, layer);
    GtkWidget *node = faltung_canvas_node(self->canvas, layer);
    gtk_widget_grab_focus(node != NULL ? node : GTK_WIDGET(self->canvas));
}

static void on_find(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    if (self->find_popover == NULL) {
        self->find_popover = popover_new(self, G_CALLBACK(on_layer));
        faltung_search_ask(search_of(self->find_popover), _("Find a layer…"));
    }
    FaltungSearch *search = search_of(self->find_popover);
    faltung_search_clear(search);
    for (guint i = 0; i < graph_of(self)->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph_of(self), (int)i);
        g_autofree char *shape = faltung_shape_format(&layer->output_shape);
        g_autofree char *detail =
            g_strdup_printf("%s · %s", _(layer->operation->kind.title), shape);
        faltung_search_add(search, NULL, layer->name, detail, layer->name);
    }
    popup(self->find_popover, middle(self), 0);
}

static void on_toasts_destroyed(FaltungWindow *self) {
    GtkPopover **popovers[] = {&self->insert_popover, &self->find_popover};
    for (guint i = 0; i < G_N_ELEMENTS(popovers); i++) {
        if (*popovers[i] != NULL) {
            gtk_widget_unparent(GTK_WIDGET(*popovers[i]));
            *popovers[i] = NULL;
        }
    }
}

void faltung_window_install_search(FaltungWindow *self) {
    const GActionEntry actions[] = {
        {"insert-layer", on_search}, {"search", on_search}, {"find-layer", on_find}};
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
    g_signal_connect_swapped(self->toasts, "destroy", G_CALLBACK(on_toasts_destroyed), self);
}

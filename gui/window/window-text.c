/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

/* The experiment's text beside the canvas: each follows the other. */

gboolean faltung_window_shows_text(FaltungWindow *self) {
    return gtk_widget_get_visible(GTK_WIDGET(self->text));
}

static void on_text_selected(FaltungWindow *self) {
    if (self->document != NULL) {
        int layer = faltung_yaml_editor_selected(self->text);
        faltung_canvas_select(self->canvas, layer);
        if (layer != FALTUNG_NO_LAYER) {
            faltung_canvas_reveal(self->canvas, layer);
        }
    }
}

static void on_canvas_selected(FaltungWindow *self) {
    if (self->document != NULL) {
        faltung_yaml_editor_select(self->text, faltung_canvas_selected(self->canvas));
    }
}

static void on_show_text(GSimpleAction *action, GVariant *state, gpointer data) {
    FaltungWindow *self = data;
    gboolean shown = g_variant_get_boolean(state);
    int width = gtk_widget_get_width(GTK_WIDGET(self->text_paned));
    g_simple_action_set_state(action, state);
    gtk_widget_set_visible(GTK_WIDGET(self->text), shown);
    if (shown && !self->text_placed && width > 0) {
        self->text_placed = TRUE;
        gtk_paned_set_position(self->text_paned, width / 2);
    }
    if (self->document != NULL) {
        faltung_window_show_mistake(self);
        gtk_widget_grab_focus(shown ? GTK_WIDGET(faltung_yaml_editor_view(self->text))
                                    : GTK_WIDGET(self->canvas));
    }
}

void faltung_window_install_text(FaltungWindow *self) {
    const GActionEntry actions[] = {{"show-text", NULL, NULL, "false", on_show_text}};
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
    g_signal_connect_swapped(self->text, "selected", G_CALLBACK(on_text_selected), self);
    g_signal_connect_swapped(self->canvas, "selected", G_CALLBACK(on_canvas_selected), self);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/document/fixes.h"
#include "gui/window/window-private.h"

/* What a badge opens: what is wrong, and what would mend it at one click. */

static void on_fix(GtkButton *button, FaltungWindow *self) {
    g_autofree char *text = g_strdup(g_object_get_data(G_OBJECT(button), "text"));
    gtk_popover_popdown(self->fix_popover);
    faltung_window_take_text(self, g_steal_pointer(&text), NULL);
    gtk_widget_grab_focus(GTK_WIDGET(self->canvas));
}

static void add_fixes(FaltungWindow *self, const GPtrArray *fixes) {
    GtkWidget *box = gtk_popover_get_child(self->fix_popover);
    gtk_widget_set_visible(gtk_widget_get_last_child(box), FALSE); /* nothing is looked for */
    for (guint i = 0; i < fixes->len; i++) {
        const FaltungFix *fix = fixes->pdata[i];
        GtkWidget *button = gtk_button_new_with_label(fix->title);
        if (i == 0) {
            gtk_widget_add_css_class(button, "suggested-action");
        }
        g_object_set_data_full(G_OBJECT(button), "text", g_strdup(fix->text), g_free);
        g_signal_connect(button, "clicked", G_CALLBACK(on_fix), self);
        gtk_box_append(GTK_BOX(box), button);
    }
    gtk_popover_present(self->fix_popover); /* as large as it is now */
}

static void on_found(GObject *document, GAsyncResult *result, gpointer data) {
    FaltungWindow *self = data;
    g_autoptr(GPtrArray) fixes = faltung_fixes_finish(result);
    if (fixes != NULL) { /* else another is asked about, or nobody any longer */
        g_clear_object(&self->fixing);
        add_fixes(self, fixes);
    }
    g_object_unref(self);
}

static void stop_looking(FaltungWindow *self) {
    if (self->fixing != NULL) {
        g_cancellable_cancel(self->fixing);
        g_clear_object(&self->fixing);
    }
}

/* The card says the same as a tooltip, which would lie over the buttons. */
static void hush(FaltungWindow *self, GtkWidget *card) {
    if (self->fix_card != NULL) {
        gtk_widget_set_has_tooltip(self->fix_card, TRUE);
    }
    g_set_weak_pointer(&self->fix_card, card);
    if (card != NULL) {
        gtk_widget_set_has_tooltip(card, FALSE);
    }
}

static void on_closed(FaltungWindow *self) {
    stop_looking(self);
    hush(self, NULL);
}

/* What is wrong; what mends it follows when it is found. */
static GtkWidget *content_for(FaltungWindow *self, int layer) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    GtkWidget *label = gtk_label_new(faltung_document_problems(self->document)[layer]);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 44);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_box_append(GTK_BOX(box), label);
    GtkWidget *spinner = gtk_spinner_new();
    gtk_spinner_set_spinning(GTK_SPINNER(spinner), TRUE);
    gtk_widget_set_visible(spinner, !faltung_window_is_training(self));
    gtk_box_append(GTK_BOX(box), spinner);
    return box;
}

void faltung_window_show_fixes(FaltungWindow *self, int layer, double x, double y) {
    gboolean wrong = layer >= 0 && *faltung_document_problems(self->document)[layer] != '\0';
    if (!wrong) {
        return;
    }
    if (self->fix_popover == NULL) {
        self->fix_popover = GTK_POPOVER(gtk_popover_new());
        gtk_widget_set_parent(GTK_WIDGET(self->fix_popover), GTK_WIDGET(self->toasts));
        g_signal_connect_swapped(self->fix_popover, "closed", G_CALLBACK(on_closed), self);
    }
    gtk_popover_set_child(self->fix_popover, content_for(self, layer));
    gtk_popover_set_pointing_to(self->fix_popover, &(GdkRectangle){(int)x, (int)y, 1, 1});
    gtk_popover_popup(self->fix_popover);
    hush(self, faltung_canvas_node(self->canvas, layer));
    stop_looking(self);
    if (!faltung_window_is_training(self)) {
        self->fixing = g_cancellable_new();
        faltung_fixes_begin(self->document, layer, self->fixing, on_found, g_object_ref(self));
    }
}

static void on_fixes(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    int layer = faltung_canvas_selected(self->canvas);
    const FaltungCanvasModel *model = faltung_canvas_model(self->canvas);
    const FaltungDiagramNode *node = faltung_canvas_model_node(model, layer);
    if (self->document != NULL && node != NULL) {
        FaltungRect rect = faltung_canvas_model_to_view(model, node->rect);
        faltung_window_show_fixes(self, layer, rect.x + rect.width, rect.y);
    }
}

static void on_toasts_destroyed(FaltungWindow *self) {
    on_closed(self);
    if (self->fix_popover != NULL) {
        gtk_widget_unparent(GTK_WIDGET(self->fix_popover));
        self->fix_popover = NULL;
    }
}

void faltung_window_install_fixes(FaltungWindow *self) {
    const GActionEntry actions[] = {{"fix-layer", on_fixes}};
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
    g_signal_connect_swapped(self->toasts, "destroy", G_CALLBACK(on_toasts_destroyed), self);
}

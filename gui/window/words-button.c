/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/words-button.h"

#include "gui/style.h"

#include <glib/gi18n.h>

#define MOST_HEIGHT 320

static void on_word(GtkListBox *list, GtkListBoxRow *row, GtkWidget *button) {
    const char *word = gtk_label_get_text(GTK_LABEL(gtk_list_box_row_get_child(row)));
    GtkWidget *entry = g_object_get_data(G_OBJECT(button), "entry");
    gtk_editable_set_text(GTK_EDITABLE(entry), word);
    gtk_menu_button_popdown(GTK_MENU_BUTTON(button));
    g_signal_emit_by_name(entry, "activate");
}

void faltung_words_button_set(GtkWidget *button, const char *const *words) {
    GtkWidget *list = gtk_list_box_new();
    gtk_list_box_set_selection_mode(GTK_LIST_BOX(list), GTK_SELECTION_NONE);
    for (int i = 0; words != NULL && words[i] != NULL; i++) {
        GtkWidget *label = gtk_label_new(words[i]);
        gtk_label_set_xalign(GTK_LABEL(label), 0);
        gtk_list_box_append(GTK_LIST_BOX(list), label);
    }
    g_signal_connect(list, "row-activated", G_CALLBACK(on_word), button);
    GtkPopover *popover = gtk_menu_button_get_popover(GTK_MENU_BUTTON(button));
    gtk_popover_set_child(popover, faltung_scroll_above(list, MOST_HEIGHT));
    gtk_widget_set_visible(button, words != NULL && words[0] != NULL);
}

GtkWidget *faltung_words_button_new(GtkEntry *entry) {
    GtkWidget *button = gtk_menu_button_new();
    gtk_menu_button_set_popover(GTK_MENU_BUTTON(button), gtk_popover_new());
    gtk_widget_set_tooltip_text(button, _("Choose"));
    faltung_set_accessible_label(button, _("Choose"));
    g_object_set_data(G_OBJECT(button), "entry", entry);
    gtk_widget_set_visible(button, FALSE);
    return button;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/page-switcher.h"

#include "gui/style.h"

#include <glib/gi18n.h>

static void on_chosen(GtkDropDown *list, GParamSpec *property, GtkSelectionModel *pages) {
    guint chosen = gtk_drop_down_get_selected(list);
    if (chosen != GTK_INVALID_LIST_POSITION && !gtk_selection_model_is_selected(pages, chosen)) {
        gtk_selection_model_select_item(pages, chosen, TRUE);
    }
}

static void on_turned(GtkSelectionModel *pages, guint position, guint n, GtkDropDown *list) {
    g_autoptr(GtkBitset) selected = gtk_selection_model_get_selection(pages);
    if (!gtk_bitset_is_empty(selected)) {
        gtk_drop_down_set_selected(list, gtk_bitset_get_minimum(selected));
    }
}

static GtkWidget *build_list(GtkStack *stack) {
    g_autoptr(GtkSelectionModel) pages = gtk_stack_get_pages(stack);
    GtkWidget *list =
        gtk_drop_down_new(G_LIST_MODEL(g_object_ref(pages)),
                          gtk_property_expression_new(GTK_TYPE_STACK_PAGE, NULL, "title"));
    gtk_widget_add_css_class(list, "flat");
    gtk_widget_set_valign(list, GTK_ALIGN_CENTER);
    gtk_widget_set_halign(list, GTK_ALIGN_START);
    faltung_set_accessible_label(list, _("View"));
    g_signal_connect_object(list, "notify::selected", G_CALLBACK(on_chosen), pages, 0);
    g_signal_connect_object(pages, "selection-changed", G_CALLBACK(on_turned), list, 0);
    return list;
}

GtkWidget *faltung_page_switcher_new(GtkStack *stack) {
    GtkWidget *squeezer = adw_squeezer_new();
    adw_squeezer_set_homogeneous(ADW_SQUEEZER(squeezer), FALSE);
    GtkWidget *row = gtk_stack_switcher_new();
    gtk_widget_add_css_class(row, "pages");
    gtk_stack_switcher_set_stack(GTK_STACK_SWITCHER(row), stack);
    gtk_widget_set_halign(row, GTK_ALIGN_START);
    adw_squeezer_add(ADW_SQUEEZER(squeezer), row);
    adw_squeezer_add(ADW_SQUEEZER(squeezer), build_list(stack));
    return squeezer;
}

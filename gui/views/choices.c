/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/choices.h"

#include "gui/style.h"

#include <string.h>

#define MANY 12 /* names, which can be searched: each begins with what is typed */

typedef struct {
    GtkStringList *names;
    GArray *values;
    void (*chosen)(gpointer data);
    gpointer data;
    gboolean filling;
} List;

static void list_free(gpointer data) {
    List *list = data;
    g_array_unref(list->values);
    g_free(list);
}

static List *list_of(GtkWidget *widget) {
    return g_object_get_data(G_OBJECT(widget), "choices");
}

static void on_selected(List *list) {
    if (!list->filling) {
        list->chosen(list->data);
    }
}

GtkWidget *faltung_choices_new(const char *name, GCallback chosen, gpointer data) {
    List *list = g_new0(List, 1);
    list->names = gtk_string_list_new(NULL);
    list->values = g_array_new(FALSE, FALSE, sizeof(int));
    list->chosen = (void (*)(gpointer))chosen;
    list->data = data;
    GtkWidget *widget = gtk_drop_down_new(G_LIST_MODEL(list->names), NULL);
    gtk_drop_down_set_expression(
        GTK_DROP_DOWN(widget), gtk_property_expression_new(GTK_TYPE_STRING_OBJECT, NULL, "string"));
    faltung_cut_choice(GTK_DROP_DOWN(widget));
    gtk_widget_add_css_class(widget, "flat");
    gtk_widget_set_valign(widget, GTK_ALIGN_CENTER);
    gtk_widget_set_tooltip_text(widget, name);
    faltung_set_accessible_label(widget, name);
    g_object_set_data_full(G_OBJECT(widget), "choices", list, list_free);
    g_signal_connect_swapped(widget, "notify::selected", G_CALLBACK(on_selected), list);
    return widget;
}

void faltung_choices_init(FaltungChoices *choices) {
    choices->names = g_ptr_array_new_with_free_func(g_free);
    choices->values = g_array_new(FALSE, FALSE, sizeof(int));
}

void faltung_choices_add(FaltungChoices *choices, const char *name, int value) {
    g_ptr_array_add(choices->names, g_strdup(name));
    g_array_append_val(choices->values, value);
}

static gboolean is_filled_with(const List *list, const FaltungChoices *choices) {
    guint n = choices->names->len;
    gboolean same = g_list_model_get_n_items(G_LIST_MODEL(list->names)) == n &&
                    memcmp(list->values->data, choices->values->data, n * sizeof(int)) == 0;
    for (guint i = 0; same && i < n; i++) {
        same = g_str_equal(gtk_string_list_get_string(list->names, i), choices->names->pdata[i]);
    }
    return same;
}

static void refill(GtkWidget *widget, const FaltungChoices *choices, int fallback) {
    List *list = list_of(widget);
    guint before = gtk_drop_down_get_selected(GTK_DROP_DOWN(widget));
    g_autofree char *old = g_strdup(gtk_string_list_get_string(list->names, before));
    guint selected = 0;
    gboolean kept = FALSE;
    for (guint i = 0; i < choices->names->len; i++) {
        gboolean same = old != NULL && g_str_equal(old, choices->names->pdata[i]);
        if (same || (!kept && g_array_index(choices->values, int, i) == fallback)) {
            selected = i;
        }
        kept |= same;
    }
    list->filling = TRUE;
    g_array_set_size(list->values, 0);
    g_array_append_vals(list->values, choices->values->data, choices->values->len);
    g_ptr_array_add(choices->names, NULL);
    gtk_string_list_splice(list->names, 0, g_list_model_get_n_items(G_LIST_MODEL(list->names)),
                           (const char *const *)choices->names->pdata);
    gtk_drop_down_set_selected(GTK_DROP_DOWN(widget), selected);
    gtk_drop_down_set_enable_search(GTK_DROP_DOWN(widget), choices->values->len > MANY);
    list->filling = FALSE;
}

void faltung_choices_fill(GtkWidget *widget, FaltungChoices *choices, int fallback) {
    if (!is_filled_with(list_of(widget), choices)) {
        refill(widget, choices, fallback);
    }
    g_clear_pointer(&choices->names, g_ptr_array_unref);
    g_clear_pointer(&choices->values, g_array_unref);
}

int faltung_choice(GtkWidget *widget) {
    const List *list = list_of(widget);
    guint selected = gtk_drop_down_get_selected(GTK_DROP_DOWN(widget));
    return selected < list->values->len ? g_array_index(list->values, int, selected) : -1;
}

void faltung_choose(GtkWidget *widget, int value) {
    List *list = list_of(widget);
    for (guint i = 0; i < list->values->len; i++) {
        if (g_array_index(list->values, int, i) == value) {
            list->filling = TRUE;
            gtk_drop_down_set_selected(GTK_DROP_DOWN(widget), i);
            list->filling = FALSE;
        }
    }
}

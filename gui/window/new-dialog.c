/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/new-dialog.h"

#include "draw/text.h"
#include "gui/style.h"

#include <glib/gi18n.h>
#include <string.h>

#define WIDTH 460
#define HEIGHT 520

struct _FaltungNewDialog {
    AdwWindow parent;
    GtkWidget *entry, *list;
};

G_DEFINE_FINAL_TYPE(FaltungNewDialog, faltung_new_dialog, ADW_TYPE_WINDOW)

static guint chosen_signal;

/* --- the text --- */

char *faltung_shape_yaml(const FaltungShape *shape) {
    GString *text = g_string_new("[");
    for (int i = 0; i < shape->rank; i++) {
        g_string_append_printf(text, "%s%d", i > 0 ? ", " : "", shape->dims[i]);
    }
    g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

char *faltung_new_experiment(const FaltungDatasetEntry *entry) {
    g_autofree char *data = g_strdup_printf("{name: %s, normalize: standard}", entry->name);
    return faltung_new_experiment_text(data, &entry->shape, entry->class_names != NULL);
}

char *faltung_new_experiment_text(const char *data, const FaltungShape *shape, gboolean classes) {
    g_autofree char *input = faltung_shape_yaml(shape);
    return g_strdup_printf("# A new experiment: change it here or in any editor.\n"
                           "name: New experiment\n"
                           "data: %s\n"
                           "\n"
                           "network:\n"
                           "  input: %s\n"
                           "  layers:\n"
                           "\n"
                           "train:\n"
                           "  loss: %s\n"
                           "  optimizer: {sgd: {lr: 0.02, momentum: 0.9}}\n"
                           "  batch: 32\n"
                           "  epochs: 10\n",
                           data, input, classes ? "softmax_cross_entropy" : "mse");
}

/* --- the list --- */

static const FaltungDatasetEntry *entry_of(GtkListBoxRow *row) {
    return faltung_catalogue()[gtk_list_box_row_get_index(row)];
}

/* 2: the name begins like that; 1: name or title have it somewhere. */
static int match(FaltungNewDialog *self, GtkListBoxRow *row) {
    const FaltungDatasetEntry *entry = entry_of(row);
    const char *text = gtk_editable_get_text(GTK_EDITABLE(self->entry));
    g_autofree char *typed = g_utf8_casefold(text, -1);
    g_autofree char *title = g_utf8_casefold(_(entry->title), -1);
    return g_str_has_prefix(entry->name, typed)                                 ? 2
           : strstr(entry->name, typed) != NULL || strstr(title, typed) != NULL ? 1
                                                                                : 0;
}

static gboolean is_shown(GtkListBoxRow *row, gpointer data) {
    return match(data, row) > 0;
}

static void on_changed(FaltungNewDialog *self) {
    gtk_list_box_invalidate_filter(GTK_LIST_BOX(self->list));
    GtkListBoxRow *best = NULL, *row;
    int most = 0;
    for (int i = 0; (row = gtk_list_box_get_row_at_index(GTK_LIST_BOX(self->list), i)); i++) {
        int score = match(self, row);
        if (score > most) {
            most = score;
            best = row;
        }
    }
    gtk_list_box_select_row(GTK_LIST_BOX(self->list), best);
}

static void on_row(FaltungNewDialog *self, GtkListBoxRow *row) {
    g_object_ref(self);
    g_signal_emit(self, chosen_signal, 0, entry_of(row));
    gtk_window_destroy(GTK_WINDOW(self));
    g_object_unref(self);
}

static void on_enter(FaltungNewDialog *self) {
    GtkListBoxRow *row = gtk_list_box_get_selected_row(GTK_LIST_BOX(self->list));
    if (row != NULL) {
        on_row(self, row);
    }
}

static gboolean on_key(GtkEventControllerKey *key, guint keyval, guint code, GdkModifierType state,
                       FaltungNewDialog *self) {
    if (keyval == GDK_KEY_Escape) {
        gtk_window_destroy(GTK_WINDOW(self));
        return TRUE;
    }
    if (keyval == GDK_KEY_Down && gtk_widget_has_focus(self->entry)) {
        GtkListBoxRow *row = gtk_list_box_get_selected_row(GTK_LIST_BOX(self->list));
        gtk_widget_grab_focus(row != NULL ? GTK_WIDGET(row) : self->list);
        return TRUE;
    }
    return FALSE;
}

static GtkWidget *row_for(const FaltungDatasetEntry *entry) {
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = faltung_catalogue_locate(entry, &error);
    g_autofree char *shape = faltung_shape_text(&entry->shape);
    int n_classes =
        entry->class_names != NULL ? (int)g_strv_length((char **)entry->class_names) : 0;
    g_autofree char *classes =
        entry->class_names != NULL
            ? g_strdup_printf(ngettext("%d class", "%d classes", n_classes), n_classes)
            : g_strdup(_("predicts a value"));
    g_autofree char *summary = faltung_sentence(_(entry->summary));
    g_autofree char *about =
        g_strdup_printf(_("%s · %s · %s · %'u samples%s"), summary, shape, classes,
                        entry->n_training, folder == NULL ? _("\nNot on this machine yet") : "");
    GtkWidget *row = adw_action_row_new();
    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), _(entry->title));
    adw_action_row_set_subtitle(ADW_ACTION_ROW(row), about);
    gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(row), TRUE);
    faltung_set_accessible_label(row, _(entry->title));
    return row;
}

/* --- the type --- */

static void faltung_new_dialog_class_init(FaltungNewDialogClass *klass) {
    chosen_signal = g_signal_new("chosen", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void faltung_new_dialog_init(FaltungNewDialog *self) {
    gtk_window_set_title(GTK_WINDOW(self), _("New Experiment"));
    gtk_window_set_default_size(GTK_WINDOW(self), WIDTH, HEIGHT);
    gtk_window_set_modal(GTK_WINDOW(self), TRUE);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *header = adw_header_bar_new();
    gtk_widget_add_css_class(header, "flat");
    gtk_box_append(GTK_BOX(box), header);

    self->entry = gtk_search_entry_new();
    g_object_set(self->entry, "placeholder-text", _("Which data?"), NULL);
    faltung_set_accessible_label(self->entry, _("Data set"));
    gtk_widget_set_margin_start(self->entry, 12);
    gtk_widget_set_margin_end(self->entry, 12);
    gtk_box_append(GTK_BOX(box), self->entry);

    self->list = gtk_list_box_new();
    gtk_widget_add_css_class(self->list, "boxed-list");
    gtk_widget_set_valign(self->list, GTK_ALIGN_START);
    gtk_widget_set_margin_start(self->list, 12);
    gtk_widget_set_margin_end(self->list, 12);
    gtk_widget_set_margin_top(self->list, 12);
    gtk_widget_set_margin_bottom(self->list, 12);
    for (const FaltungDatasetEntry *const *entry = faltung_catalogue(); *entry != NULL; entry++) {
        gtk_list_box_append(GTK_LIST_BOX(self->list), row_for(*entry));
    }
    gtk_list_box_set_filter_func(GTK_LIST_BOX(self->list), is_shown, self, NULL);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), self->list);
    gtk_widget_set_vexpand(scrolled, TRUE);
    gtk_box_append(GTK_BOX(box), scrolled);
    adw_window_set_content(ADW_WINDOW(self), box);

    g_signal_connect_swapped(self->entry, "changed", G_CALLBACK(on_changed), self);
    g_signal_connect_swapped(self->entry, "activate", G_CALLBACK(on_enter), self);
    g_signal_connect_swapped(self->list, "row-activated", G_CALLBACK(on_row), self);
    GtkEventController *key = gtk_event_controller_key_new();
    gtk_event_controller_set_propagation_phase(key, GTK_PHASE_CAPTURE);
    g_signal_connect(key, "key-pressed", G_CALLBACK(on_key), self);
    gtk_widget_add_controller(GTK_WIDGET(self), key);
    on_changed(self);
    gtk_window_set_focus(GTK_WINDOW(self), self->entry);
}

FaltungNewDialog *faltung_new_dialog_new(GtkWindow *parent) {
    return g_object_new(FALTUNG_TYPE_NEW_DIALOG, "transient-for", parent, NULL);
}

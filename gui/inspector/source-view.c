/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/inspector/source-view.h"

#include "gui/style.h"

GtkSourceBuffer *faltung_source_view_buffer(GtkWidget *view) {
    return GTK_SOURCE_BUFFER(gtk_text_view_get_buffer(GTK_TEXT_VIEW(view)));
}

void faltung_source_view_set_language(GtkWidget *view, const char *language) {
    gtk_source_buffer_set_language(faltung_source_view_buffer(view),
                                   gtk_source_language_manager_get_language(
                                       gtk_source_language_manager_get_default(), language));
}

static void follow_style(GtkWidget *view) {
    gboolean dark = adw_style_manager_get_dark(adw_style_manager_get_default());
    GtkSourceStyleScheme *scheme = gtk_source_style_scheme_manager_get_scheme(
        gtk_source_style_scheme_manager_get_default(), dark ? "Adwaita-dark" : "Adwaita");
    gtk_source_buffer_set_style_scheme(faltung_source_view_buffer(view), scheme);
}

GtkWidget *faltung_source_view_new(const char *name) {
    GtkWidget *view = gtk_source_view_new();
    gtk_source_buffer_set_highlight_matching_brackets(faltung_source_view_buffer(view), FALSE);
    gtk_source_view_set_show_line_numbers(GTK_SOURCE_VIEW(view), TRUE);
    gtk_text_view_set_monospace(GTK_TEXT_VIEW(view), TRUE);
    gtk_text_view_set_left_margin(GTK_TEXT_VIEW(view), 6);
    gtk_text_view_set_top_margin(GTK_TEXT_VIEW(view), 6);
    gtk_text_view_set_bottom_margin(GTK_TEXT_VIEW(view), 12);
    faltung_set_accessible_label(view, name);
    follow_style(view);
    faltung_on_style_changed(view, G_CALLBACK(follow_style));
    return view;
}

/* A text turns out to be longer or shorter while it is drawn, when GTK 4.8 has given the scroll bar
   its place already, which is then void. So the bar has figures of its own, which follow when the
   frame is done. */
typedef struct {
    GtkAdjustment *text, *bar;
    GtkWidget *scrollbar;
    guint idle;
} Follower;

/* With the bar's figures, which may outlive the text's or go before them: a closing window takes
   its parts apart one by one. */
static void follower_free(gpointer data, GClosure *closure) {
    Follower *self = data;
    g_clear_handle_id(&self->idle, g_source_remove);
    g_signal_handlers_disconnect_by_data(self->text, self);
    g_object_unref(self->text);
    g_clear_weak_pointer(&self->scrollbar);
    g_free(self);
}

static gboolean follow(gpointer data) {
    Follower *self = data;
    double lower = gtk_adjustment_get_lower(self->text),
           upper = gtk_adjustment_get_upper(self->text);
    double page = gtk_adjustment_get_page_size(self->text);
    self->idle = 0;
    gtk_adjustment_configure(self->bar, gtk_adjustment_get_value(self->text), lower, upper,
                             gtk_adjustment_get_step_increment(self->text),
                             gtk_adjustment_get_page_increment(self->text), page);
    if (self->scrollbar != NULL) {
        gtk_widget_set_visible(self->scrollbar, upper - lower > page);
    }
    return G_SOURCE_REMOVE;
}

static void follow_soon(Follower *self) {
    if (self->idle == 0) {
        self->idle = g_idle_add(follow, self);
    }
}

static void on_bar(Follower *self) {
    if (self->idle == 0) {
        gtk_adjustment_set_value(self->text, gtk_adjustment_get_value(self->bar));
    }
}

GtkWidget *faltung_source_view_scrolled(GtkWidget *view) {
    GtkScrolledWindow *scrolled = GTK_SCROLLED_WINDOW(gtk_scrolled_window_new());
    gtk_scrolled_window_set_child(scrolled, view);
    gtk_scrolled_window_set_policy(scrolled, GTK_POLICY_AUTOMATIC, GTK_POLICY_EXTERNAL);
    gtk_widget_set_hexpand(GTK_WIDGET(scrolled), TRUE);
    gtk_widget_set_vexpand(GTK_WIDGET(scrolled), TRUE);
    Follower *follower = g_new0(Follower, 1);
    follower->text = g_object_ref(gtk_scrolled_window_get_vadjustment(scrolled));
    follower->bar = gtk_adjustment_new(0, 0, 0, 0, 0, 0);
    g_set_weak_pointer(&follower->scrollbar,
                       gtk_scrollbar_new(GTK_ORIENTATION_VERTICAL, follower->bar));
    g_signal_connect_swapped(follower->text, "changed", G_CALLBACK(follow_soon), follower);
    g_signal_connect_swapped(follower->text, "value-changed", G_CALLBACK(follow_soon), follower);
    g_signal_connect_data(follower->bar, "value-changed", G_CALLBACK(on_bar), follower,
                          follower_free, G_CONNECT_SWAPPED);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    gtk_box_append(GTK_BOX(box), GTK_WIDGET(scrolled));
    gtk_box_append(GTK_BOX(box), follower->scrollbar);
    return box;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/code-page.h"

#include "gui/style.h"

#include <gtksourceview/gtksource.h>
#include <string.h>

struct _FaltungCodePage {
    GtkBox parent;
    GtkWidget *caption;
    GtkSourceBuffer *buffer;
    GtkWidget *view;
};

G_DEFINE_FINAL_TYPE(FaltungCodePage, faltung_code_page, GTK_TYPE_BOX)

static void follow_style(FaltungCodePage *self) {
    gboolean dark = adw_style_manager_get_dark(adw_style_manager_get_default());
    GtkSourceStyleScheme *scheme = gtk_source_style_scheme_manager_get_scheme(
        gtk_source_style_scheme_manager_get_default(), dark ? "Adwaita-dark" : "Adwaita");
    gtk_source_buffer_set_style_scheme(self->buffer, scheme);
}

static void set_text(FaltungCodePage *self, const char *text, const char *language) {
    GtkTextBuffer *buffer = GTK_TEXT_BUFFER(self->buffer);
    GtkTextIter start, end;
    gtk_text_buffer_get_bounds(buffer, &start, &end);
    g_autofree char *before = gtk_text_buffer_get_text(buffer, &start, &end, TRUE);
    if (strcmp(before, text) == 0) {
        return;
    }
    gtk_source_buffer_set_language(self->buffer,
                                   gtk_source_language_manager_get_language(
                                       gtk_source_language_manager_get_default(), language));
    gtk_text_buffer_set_text(buffer, text, -1);
    gtk_text_buffer_get_start_iter(buffer, &start);
    gtk_text_buffer_place_cursor(buffer, &start);
    gtk_text_view_scroll_to_iter(GTK_TEXT_VIEW(self->view), &start, 0, FALSE, 0, 0);
}

void faltung_code_page_show(FaltungCodePage *self, const FaltungExperiment *experiment,
                            const char *text, int layer) {
    if (layer < 0) {
        gtk_label_set_text(GTK_LABEL(self->caption), "The experiment as it is written");
        set_text(self, text, "yaml");
        return;
    }
    const FaltungOperation *operation = faltung_graph_layer(experiment->graph, layer)->operation;
    g_autofree char *caption =
        g_strdup_printf("The reference: core/ops/%s, from line %d", operation->file,
                        faltung_operation_source_line(operation));
    gtk_label_set_text(GTK_LABEL(self->caption), caption);
    set_text(self, faltung_operation_source(operation), "c");
}

static void faltung_code_page_class_init(FaltungCodePageClass *klass) {
    gtk_widget_class_set_css_name(GTK_WIDGET_CLASS(klass), "code-page");
}

static void faltung_code_page_init(FaltungCodePage *self) {
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    self->caption = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(self->caption), 0);
    gtk_label_set_ellipsize(GTK_LABEL(self->caption), PANGO_ELLIPSIZE_MIDDLE);
    gtk_widget_add_css_class(self->caption, "dim-label");
    gtk_widget_add_css_class(self->caption, "panel-bar");
    gtk_box_append(GTK_BOX(self), self->caption);

    self->buffer = gtk_source_buffer_new(NULL);
    gtk_source_buffer_set_highlight_matching_brackets(self->buffer, FALSE);
    self->view = gtk_source_view_new_with_buffer(self->buffer);
    g_object_unref(self->buffer); /* the view has it */
    gtk_source_view_set_tab_width(GTK_SOURCE_VIEW(self->view), 4);
    gtk_source_view_set_show_line_numbers(GTK_SOURCE_VIEW(self->view), TRUE);
    gtk_text_view_set_editable(GTK_TEXT_VIEW(self->view), FALSE);
    gtk_text_view_set_monospace(GTK_TEXT_VIEW(self->view), TRUE);
    gtk_text_view_set_left_margin(GTK_TEXT_VIEW(self->view), 6);
    gtk_text_view_set_top_margin(GTK_TEXT_VIEW(self->view), 6);
    gtk_text_view_set_bottom_margin(GTK_TEXT_VIEW(self->view), 12);
    faltung_set_accessible_label(self->view, "Code");
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), self->view);
    gtk_widget_set_vexpand(scrolled, TRUE);
    gtk_box_append(GTK_BOX(self), scrolled);

    follow_style(self);
    faltung_on_style_changed(GTK_WIDGET(self), G_CALLBACK(follow_style));
}

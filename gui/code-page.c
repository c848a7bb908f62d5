/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/code-page.h"

#include "gui/source-view.h"

#include <glib/gi18n.h>
#include <string.h>

struct _FaltungCodePage {
    GtkBox parent;
    GtkWidget *caption;
    GtkWidget *view;
};

G_DEFINE_FINAL_TYPE(FaltungCodePage, faltung_code_page, GTK_TYPE_BOX)

static void set_text(FaltungCodePage *self, const char *text, const char *language) {
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->view));
    GtkTextIter start, end;
    gtk_text_buffer_get_bounds(buffer, &start, &end);
    g_autofree char *before = gtk_text_buffer_get_text(buffer, &start, &end, TRUE);
    if (strcmp(before, text) == 0) {
        return;
    }
    faltung_source_view_set_language(self->view, language);
    gtk_text_buffer_set_text(buffer, text, -1);
    gtk_text_buffer_get_start_iter(buffer, &start);
    gtk_text_buffer_place_cursor(buffer, &start);
    gtk_text_view_scroll_to_iter(GTK_TEXT_VIEW(self->view), &start, 0, FALSE, 0, 0);
}

void faltung_code_page_show(FaltungCodePage *self, const FaltungExperiment *experiment,
                            const char *text, int layer) {
    if (layer < 0) {
        gtk_label_set_text(GTK_LABEL(self->caption), _("The experiment as it is written"));
        set_text(self, text, "yaml");
        return;
    }
    const FaltungOperation *operation = faltung_graph_layer(experiment->graph, layer)->operation;
    g_autofree char *caption =
        g_strdup_printf(_("The reference: core/ops/%s, from line %d"), operation->file,
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

    self->view = faltung_source_view_new(_("Code"));
    gtk_source_view_set_tab_width(GTK_SOURCE_VIEW(self->view), 4);
    gtk_text_view_set_editable(GTK_TEXT_VIEW(self->view), FALSE);
    gtk_box_append(GTK_BOX(self), faltung_source_view_scrolled(self->view));
}

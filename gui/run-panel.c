/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/run-panel.h"

#include "gui/style.h"

struct _FaltungRunPanel {
    GtkBox parent;
    GtkStack *pages;
    GtkWidget *curves, *slider, *figures, *log;
};

G_DEFINE_FINAL_TYPE(FaltungRunPanel, faltung_run_panel, GTK_TYPE_BOX)

FaltungCurves *faltung_run_panel_curves(FaltungRunPanel *self) {
    return FALTUNG_CURVES(self->curves);
}

FaltungTimeSlider *faltung_run_panel_slider(FaltungRunPanel *self) {
    return FALTUNG_TIME_SLIDER(self->slider);
}

void faltung_run_panel_set_figures(FaltungRunPanel *self, const char *text) {
    gtk_label_set_text(GTK_LABEL(self->figures), text);
    gtk_widget_set_tooltip_text(self->figures, text);
}

void faltung_run_panel_log(FaltungRunPanel *self, const char *text) {
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->log));
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *time = g_date_time_format(now, "%H:%M:%S");
    GtkTextIter end;
    gtk_text_buffer_get_end_iter(buffer, &end);
    g_autofree char *line =
        g_strdup_printf("%s%s  %s", gtk_text_iter_is_start(&end) ? "" : "\n", time, text);
    gtk_text_buffer_insert(buffer, &end, line, -1);
    gtk_text_view_scroll_to_iter(GTK_TEXT_VIEW(self->log), &end, 0, FALSE, 0, 0);
}

void faltung_run_panel_clear(FaltungRunPanel *self) {
    gtk_text_buffer_set_text(gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->log)), "", -1);
    faltung_run_panel_set_figures(self, "");
}

static void faltung_run_panel_class_init(FaltungRunPanelClass *klass) {
    gtk_widget_class_set_css_name(GTK_WIDGET_CLASS(klass), "run-panel");
}

static GtkWidget *build_bar(FaltungRunPanel *self) {
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    gtk_widget_add_css_class(bar, "panel-bar");
    GtkWidget *switcher = gtk_stack_switcher_new();
    gtk_stack_switcher_set_stack(GTK_STACK_SWITCHER(switcher), self->pages);
    gtk_box_append(GTK_BOX(bar), switcher);
    self->figures = gtk_label_new("");
    gtk_label_set_ellipsize(GTK_LABEL(self->figures), PANGO_ELLIPSIZE_END);
    gtk_label_set_xalign(GTK_LABEL(self->figures), 1);
    gtk_widget_set_hexpand(self->figures, TRUE);
    gtk_widget_add_css_class(self->figures, "numeric");
    gtk_widget_add_css_class(self->figures, "dim-label");
    gtk_box_append(GTK_BOX(bar), self->figures);
    gtk_box_append(GTK_BOX(bar), faltung_icon_button("window-close-symbolic", "Hide curves and log",
                                                     "win.hide-panel"));
    return bar;
}

static void faltung_run_panel_init(FaltungRunPanel *self) {
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    self->pages = GTK_STACK(gtk_stack_new());
    gtk_widget_set_vexpand(GTK_WIDGET(self->pages), TRUE);

    GtkWidget *training = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    self->curves = faltung_curves_new();
    gtk_widget_set_vexpand(self->curves, TRUE);
    self->slider = faltung_time_slider_new();
    gtk_box_append(GTK_BOX(training), self->curves);
    gtk_box_append(GTK_BOX(training), self->slider);
    gtk_stack_add_titled(self->pages, training, "curves", "Curves");

    self->log = gtk_text_view_new();
    gtk_text_view_set_editable(GTK_TEXT_VIEW(self->log), FALSE);
    gtk_text_view_set_cursor_visible(GTK_TEXT_VIEW(self->log), FALSE);
    gtk_text_view_set_wrap_mode(GTK_TEXT_VIEW(self->log), GTK_WRAP_WORD_CHAR);
    gtk_text_view_set_left_margin(GTK_TEXT_VIEW(self->log), 12);
    gtk_text_view_set_right_margin(GTK_TEXT_VIEW(self->log), 12);
    gtk_text_view_set_top_margin(GTK_TEXT_VIEW(self->log), 8);
    gtk_text_view_set_bottom_margin(GTK_TEXT_VIEW(self->log), 8);
    gtk_widget_add_css_class(self->log, "log");
    gtk_widget_add_css_class(self->log, "numeric");
    faltung_set_accessible_label(self->log, "Log");
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), self->log);
    gtk_stack_add_titled(self->pages, scrolled, "log", "Log");

    gtk_box_append(GTK_BOX(self), build_bar(self));
    gtk_box_append(GTK_BOX(self), GTK_WIDGET(self->pages));
}

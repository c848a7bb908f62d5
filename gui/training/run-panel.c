/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/run-panel.h"

#include "gui/style.h"
#include "gui/views/view.h"
#include "gui/window/page-switcher.h"

#include <glib/gi18n.h>

#define LOG_LINES 2000 /* the last ones; an hour has hundreds of thousands of short epochs */
#define LOG_REST 500   /* milliseconds: whoever reads along needs no more, and its layout is dear */

struct _FaltungRunPanel {
    GtkBox parent;
    GtkStack *pages;
    GtkWidget *switcher, *curves, *slider, *figures, *log, *log_note;
    FaltungScene *scene;
    GQueue unwritten; /* (element-type utf8) lines of the log */
    guint resting;    /* source: until then nothing is written into it; 0: now */
};

G_DEFINE_FINAL_TYPE(FaltungRunPanel, faltung_run_panel, GTK_TYPE_BOX)

FaltungCurves *faltung_run_panel_curves(FaltungRunPanel *self) {
    return FALTUNG_CURVES(self->curves);
}

FaltungTimeSlider *faltung_run_panel_slider(FaltungRunPanel *self) {
    return FALTUNG_TIME_SLIDER(self->slider);
}

FaltungScene *faltung_run_panel_scene(FaltungRunPanel *self) {
    return self->scene;
}

GtkWidget *faltung_run_panel_page(FaltungRunPanel *self) {
    return gtk_stack_get_visible_child(self->pages);
}

GtkWidget *faltung_run_panel_switcher(FaltungRunPanel *self) {
    return self->switcher;
}

const char *faltung_run_panel_title(FaltungRunPanel *self) {
    GtkStackPage *page = gtk_stack_get_page(self->pages, faltung_run_panel_page(self));
    return gtk_stack_page_get_title(page);
}

void faltung_run_panel_turn_to(FaltungRunPanel *self, const char *title) {
    g_autoptr(GtkSelectionModel) pages = gtk_stack_get_pages(self->pages);
    for (guint i = 0; i < g_list_model_get_n_items(G_LIST_MODEL(pages)); i++) {
        g_autoptr(GObject) page = g_list_model_get_item(G_LIST_MODEL(pages), i);
        if (g_strcmp0(gtk_stack_page_get_title(GTK_STACK_PAGE(page)), title) == 0) {
            gtk_selection_model_select_item(pages, i, TRUE);
        }
    }
}

void faltung_run_panel_set_figures(FaltungRunPanel *self, const char *text) {
    gtk_inscription_set_text(GTK_INSCRIPTION(self->figures), text);
}

const char *faltung_run_panel_figures(FaltungRunPanel *self) {
    return gtk_inscription_get_text(GTK_INSCRIPTION(self->figures));
}

/* What was said while nobody looked is written when somebody does: to lay a text out takes far
   longer than to keep it. */
static void write_log(FaltungRunPanel *self) {
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->log));
    GtkTextIter begin, end;
    gtk_text_buffer_get_end_iter(buffer, &end);
    char *line;
    while ((line = g_queue_pop_head(&self->unwritten)) != NULL) {
        if (!gtk_text_iter_is_start(&end)) {
            gtk_text_buffer_insert(buffer, &end, "\n", 1);
        }
        gtk_text_buffer_insert(buffer, &end, line, -1);
        g_free(line);
    }
    int surplus = gtk_text_buffer_get_line_count(buffer) - LOG_LINES;
    if (surplus > 0) {
        gtk_text_buffer_get_start_iter(buffer, &begin);
        gtk_text_buffer_get_iter_at_line(buffer, &end, surplus);
        gtk_text_buffer_delete(buffer, &begin, &end);
    }
    gtk_text_view_scroll_to_mark(GTK_TEXT_VIEW(self->log), gtk_text_buffer_get_mark(buffer, "end"),
                                 0, FALSE, 0, 0);
}

static gboolean end_rest(gpointer data);

/* At once what comes alone; of a flood of lines all that have gathered, now and then. */
static void show_log(FaltungRunPanel *self) {
    if (self->resting == 0 && self->unwritten.length > 0 && gtk_widget_get_mapped(self->log)) {
        write_log(self);
        self->resting = g_timeout_add(LOG_REST, end_rest, self);
    }
}

static gboolean end_rest(gpointer data) {
    FaltungRunPanel *self = data;
    self->resting = 0;
    show_log(self);
    return G_SOURCE_REMOVE;
}

void faltung_run_panel_log(FaltungRunPanel *self, const char *text) {
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *time = g_date_time_format(now, "%H:%M:%S");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_queue_push_tail(&self->unwritten, g_strdup_printf("%s  %s", time, lines[i]));
    }
    while (self->unwritten.length > LOG_LINES) {
        g_free(g_queue_pop_head(&self->unwritten));
    }
    show_log(self);
    gtk_widget_hide(self->log_note);
}

void faltung_run_panel_clear(FaltungRunPanel *self) {
    gtk_text_buffer_set_text(gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->log)), "", -1);
    gtk_widget_show(self->log_note);
    g_queue_clear_full(&self->unwritten, g_free);
    faltung_run_panel_set_figures(self, "");
    faltung_curves_clear(FALTUNG_CURVES(self->curves));
}

static void faltung_run_panel_finalize(GObject *object) {
    FaltungRunPanel *self = FALTUNG_RUN_PANEL(object);
    g_object_unref(self->scene);
    g_clear_handle_id(&self->resting, g_source_remove);
    g_queue_clear_full(&self->unwritten, g_free);
    G_OBJECT_CLASS(faltung_run_panel_parent_class)->finalize(object);
}

static void faltung_run_panel_class_init(FaltungRunPanelClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = faltung_run_panel_finalize;
    gtk_widget_class_set_css_name(GTK_WIDGET_CLASS(klass), "run-panel");
}

/* Asked for, as they are then: a tooltip that is set anew asks the display each time. */
static gboolean on_figures_tooltip(FaltungRunPanel *self, int x, int y, gboolean keyboard,
                                   GtkTooltip *tooltip) {
    const char *text = faltung_run_panel_figures(self);
    gtk_tooltip_set_text(tooltip, text);
    return *text != '\0';
}

/* An inscription, since they change while others compute: with another text in a label the whole
   window is laid out anew. */
static GtkWidget *build_figures(FaltungRunPanel *self) {
    GtkWidget *figures = gtk_inscription_new("");
    gtk_inscription_set_text_overflow(GTK_INSCRIPTION(figures),
                                      GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
    gtk_inscription_set_min_chars(GTK_INSCRIPTION(figures), 20); /* the pages' names want all */
    gtk_inscription_set_nat_chars(GTK_INSCRIPTION(figures), 64);
    gtk_inscription_set_xalign(GTK_INSCRIPTION(figures), 1);
    gtk_widget_set_valign(figures, GTK_ALIGN_CENTER);
    gtk_widget_set_hexpand(figures, TRUE);
    gtk_widget_add_css_class(figures, "numeric");
    gtk_widget_add_css_class(figures, "dim-label");
    gtk_widget_set_has_tooltip(figures, TRUE);
    g_signal_connect_swapped(figures, "query-tooltip", G_CALLBACK(on_figures_tooltip), self);
    return figures;
}

static GtkWidget *build_bar(FaltungRunPanel *self) {
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    gtk_widget_add_css_class(bar, "panel-bar");
    self->switcher = faltung_page_switcher_new(self->pages);
    gtk_box_append(GTK_BOX(bar), self->switcher);
    self->figures = build_figures(self);
    gtk_box_append(GTK_BOX(bar), self->figures);
    gtk_box_append(GTK_BOX(bar), faltung_icon_button("window-close-symbolic", _("Hide the panel"),
                                                     "win.hide-panel"));
    return bar;
}

static GtkWidget *build_log(FaltungRunPanel *self) {
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
    faltung_set_accessible_label(self->log, _("Log"));
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->log));
    GtkTextIter end;
    gtk_text_buffer_get_end_iter(buffer, &end);
    gtk_text_buffer_create_mark(buffer, "end", &end, FALSE);
    g_signal_connect_swapped(self->log, "map", G_CALLBACK(write_log), self);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), self->log);
    self->log_note = gtk_label_new(_("What happens to the run is written here."));
    gtk_label_set_wrap(GTK_LABEL(self->log_note), TRUE);
    gtk_widget_set_can_target(self->log_note, FALSE);
    gtk_widget_add_css_class(self->log_note, "dim-label");
    GtkWidget *overlay = gtk_overlay_new();
    gtk_overlay_set_child(GTK_OVERLAY(overlay), scrolled);
    gtk_overlay_add_overlay(GTK_OVERLAY(overlay), self->log_note);
    return overlay;
}

/* Alt and a digit turn to a page from anywhere in the window. */
static gboolean turn_to(GtkWidget *widget, GVariant *parameter, gpointer data) {
    g_autoptr(GtkSelectionModel) pages = gtk_stack_get_pages(FALTUNG_RUN_PANEL(widget)->pages);
    return gtk_selection_model_select_item(pages, GPOINTER_TO_UINT(data), TRUE);
}

/* Alt and Page Up or Down to the page before or behind, round and round. */
static gboolean turn_by(GtkWidget *widget, GVariant *parameter, gpointer data) {
    GtkStack *stack = FALTUNG_RUN_PANEL(widget)->pages;
    g_autoptr(GtkSelectionModel) pages = gtk_stack_get_pages(stack);
    g_autoptr(GtkBitset) selected = gtk_selection_model_get_selection(pages);
    guint n = g_list_model_get_n_items(G_LIST_MODEL(pages));
    guint next = (gtk_bitset_get_minimum(selected) + n + GPOINTER_TO_INT(data)) % n;
    return gtk_selection_model_select_item(pages, next, TRUE);
}

static void add_key(GtkEventController *keys, guint key, GtkShortcutFunc turn, gpointer data) {
    gtk_shortcut_controller_add_shortcut(
        GTK_SHORTCUT_CONTROLLER(keys), gtk_shortcut_new(gtk_keyval_trigger_new(key, GDK_ALT_MASK),
                                                        gtk_callback_action_new(turn, data, NULL)));
}

static void add_keys(FaltungRunPanel *self) {
    GtkEventController *keys = gtk_shortcut_controller_new();
    gtk_shortcut_controller_set_scope(GTK_SHORTCUT_CONTROLLER(keys), GTK_SHORTCUT_SCOPE_GLOBAL);
    for (guint i = 0; i < 9; i++) {
        add_key(keys, GDK_KEY_1 + i, turn_to, GUINT_TO_POINTER(i));
    }
    add_key(keys, GDK_KEY_Page_Down, turn_by, GINT_TO_POINTER(1));
    add_key(keys, GDK_KEY_Page_Up, turn_by, GINT_TO_POINTER(-1));
    gtk_widget_add_controller(GTK_WIDGET(self), keys);
}

static void faltung_run_panel_init(FaltungRunPanel *self) {
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    self->scene = faltung_scene_new();
    self->pages = GTK_STACK(gtk_stack_new());
    gtk_stack_set_vhomogeneous(self->pages, FALSE);
    gtk_widget_set_vexpand(GTK_WIDGET(self->pages), TRUE);

    self->curves = faltung_curves_new(self->scene);
    gtk_stack_add_titled(self->pages, self->curves, "curves", _("Curves"));
    for (const FaltungView *const *view = faltung_views(); *view != NULL; view++) {
        gtk_stack_add_titled(self->pages, (*view)->create(self->scene), NULL, _((*view)->title));
    }
    gtk_stack_add_titled(self->pages, build_log(self), "log", _("Log"));

    self->slider = faltung_time_slider_new();
    gtk_box_append(GTK_BOX(self), build_bar(self));
    gtk_box_append(GTK_BOX(self), GTK_WIDGET(self->pages));
    gtk_box_append(GTK_BOX(self), self->slider);
    add_keys(self);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/start-page.h"

#include "draw/diagram.h"
#include "gui/style.h"
#include "gui/window/gallery.h"
#include "gui/window/recent.h"

#include <glib/gi18n.h>
#include <string.h>

#define CARD_WIDTH 264
#define DRAWING_HEIGHT 96

struct _FaltungStartPage {
    GtkBox parent;
    GtkWidget *content, *recent_group, *recent_list;
    GCancellable *loading;
    GPtrArray *items; /* (element-type FaltungGalleryItem) */
    GList *cards;
};

G_DEFINE_FINAL_TYPE(FaltungStartPage, faltung_start_page, GTK_TYPE_BOX)

enum { SIGNAL_TEMPLATE, SIGNAL_RECENT, SIGNAL_LOADED, N_SIGNALS };

static guint signals[N_SIGNALS];

/* --- the gallery --- */

static void draw_network(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data) {
    const FaltungGalleryItem *item = data;
    FaltungTheme theme = faltung_theme_for(GTK_WIDGET(area));
    FaltungDiagramOptions options = {.direction = FALTUNG_LEFT_TO_RIGHT};
    g_autoptr(FaltungDiagram) diagram =
        faltung_diagram_new(item->experiment->graph, &theme, &options);
    cairo_set_source_rgba(cr, theme.canvas.red, theme.canvas.green, theme.canvas.blue,
                          theme.canvas.alpha);
    cairo_paint(cr);
    faltung_diagram_draw_fit(cr, &theme, diagram, (FaltungRect){8, 4, width - 16, height - 8});
}

static void on_card(GtkButton *button, FaltungStartPage *self) {
    const FaltungGalleryItem *item = g_object_get_data(G_OBJECT(button), "item");
    g_signal_emit(self, signals[SIGNAL_TEMPLATE], 0, item->path);
}

static char *card_subtitle(const FaltungExperiment *experiment) {
    const FaltungDataOptions *data = experiment->data;
    const char *name = data->name != NULL && *data->name != '\0' ? data->name
                       : data->csv != NULL && *data->csv != '\0' ? data->csv
                                                                 : data->idx;
    return g_strdup_printf(_("%s · %'zu parameters"), name,
                           faltung_graph_n_parameters(experiment->graph));
}

static GtkWidget *build_card(FaltungStartPage *self, FaltungGalleryItem *item) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *drawing = gtk_drawing_area_new();
    gtk_drawing_area_set_content_width(GTK_DRAWING_AREA(drawing), CARD_WIDTH);
    gtk_drawing_area_set_content_height(GTK_DRAWING_AREA(drawing), DRAWING_HEIGHT);
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(drawing), draw_network, item, NULL);
    gtk_widget_add_css_class(drawing, "drawing");
    gtk_widget_set_overflow(drawing, GTK_OVERFLOW_HIDDEN);
    faltung_on_style_changed(drawing, G_CALLBACK(gtk_widget_queue_draw));
    gtk_box_append(GTK_BOX(box), drawing);

    GtkWidget *text = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    gtk_widget_set_margin_start(text, 12);
    gtk_widget_set_margin_end(text, 12);
    gtk_widget_set_margin_top(text, 8);
    gtk_widget_set_margin_bottom(text, 10);
    GtkWidget *title = gtk_label_new(item->experiment->name);
    g_autofree char *subtitle_text = card_subtitle(item->experiment);
    GtkWidget *subtitle = gtk_label_new(subtitle_text);
    GtkWidget *labels[] = {title, subtitle};
    for (int i = 0; i < 2; i++) {
        gtk_label_set_xalign(GTK_LABEL(labels[i]), 0);
        gtk_label_set_ellipsize(GTK_LABEL(labels[i]), PANGO_ELLIPSIZE_END);
        gtk_label_set_width_chars(GTK_LABEL(labels[i]), 8);
        gtk_label_set_max_width_chars(GTK_LABEL(labels[i]), 28);
        gtk_box_append(GTK_BOX(text), labels[i]);
    }
    gtk_widget_add_css_class(title, "heading");
    gtk_widget_add_css_class(subtitle, "dim-label");
    gtk_widget_add_css_class(subtitle, "caption");
    gtk_box_append(GTK_BOX(box), text);

    GtkWidget *button = gtk_button_new();
    gtk_button_set_child(GTK_BUTTON(button), box);
    gtk_widget_add_css_class(button, "card");
    gtk_widget_add_css_class(button, "gallery-card");
    const char *description = item->experiment->description;
    gtk_widget_set_tooltip_text(
        button, description != NULL && *description != '\0' ? description : item->experiment->name);
    faltung_set_accessible_label(button, item->experiment->name);
    g_object_set_data(G_OBJECT(button), "item", item);
    g_signal_connect(button, "clicked", G_CALLBACK(on_card), self);
    self->cards = g_list_append(self->cards, button);
    return button;
}

static GtkWidget *section_title(const char *text) {
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_widget_add_css_class(label, "title-4");
    gtk_widget_set_margin_top(label, 18);
    return label;
}

static void on_loaded(GObject *source, GAsyncResult *result, gpointer data) {
    g_autoptr(GPtrArray) items = faltung_gallery_load_finish(result, NULL);
    if (items == NULL) {
        return; /* cancelled: the page may be gone */
    }
    FaltungStartPage *self = data;
    self->items = g_steal_pointer(&items);
    GtkWidget *flow = NULL;
    const char *section = NULL;
    for (guint i = 0; i < self->items->len; i++) {
        FaltungGalleryItem *item = g_ptr_array_index(self->items, i);
        if (g_strcmp0(section, item->section) != 0) {
            section = item->section;
            gtk_box_append(GTK_BOX(self->content), section_title(section));
            flow = gtk_flow_box_new();
            gtk_flow_box_set_selection_mode(GTK_FLOW_BOX(flow), GTK_SELECTION_NONE);
            gtk_flow_box_set_homogeneous(GTK_FLOW_BOX(flow), TRUE);
            gtk_flow_box_set_min_children_per_line(GTK_FLOW_BOX(flow), 1);
            gtk_flow_box_set_max_children_per_line(GTK_FLOW_BOX(flow), 6);
            gtk_flow_box_set_column_spacing(GTK_FLOW_BOX(flow), 12);
            gtk_flow_box_set_row_spacing(GTK_FLOW_BOX(flow), 12);
            gtk_box_append(GTK_BOX(self->content), flow);
        }
        GtkWidget *card = build_card(self, item);
        gtk_flow_box_append(GTK_FLOW_BOX(flow), card);
        /* The card is the button; the box around it would be a second stop of the Tab key. */
        gtk_widget_set_focusable(gtk_widget_get_parent(card), FALSE);
    }
    if (self->cards != NULL) {
        gtk_widget_grab_focus(self->cards->data);
    }
    g_signal_emit(self, signals[SIGNAL_LOADED], 0);
}

GList *faltung_start_page_cards(FaltungStartPage *self) {
    return g_list_copy(self->cards);
}

GtkWidget *faltung_start_page_example(FaltungStartPage *self) {
    for (GList *l = self->cards; l != NULL; l = l->next) {
        if (faltung_gallery_is_example(g_object_get_data(l->data, "item"))) {
            return l->data;
        }
    }
    return NULL;
}

const char *faltung_start_page_card_name(GtkWidget *card) {
    const FaltungGalleryItem *item = g_object_get_data(G_OBJECT(card), "item");
    return item->experiment->name;
}

/* --- recent files --- */

static void on_recent(AdwActionRow *row, FaltungStartPage *self) {
    g_signal_emit(self, signals[SIGNAL_RECENT], 0, g_object_get_data(G_OBJECT(row), "path"));
}

static void on_forget(GtkButton *button) {
    faltung_recent_forget(g_object_get_data(G_OBJECT(button), "path"));
}

/* What is gone cannot be opened, only forgotten. */
static void add_recent(FaltungStartPage *self, const FaltungRecent *recent) {
    GtkWidget *row = adw_action_row_new();
    g_autofree char *name = g_path_get_basename(recent->path);
    g_autofree char *folder = g_path_get_dirname(recent->path);
    g_autofree char *gone = g_strdup_printf(_("no longer in %s"), folder);
    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), name);
    adw_action_row_set_subtitle(ADW_ACTION_ROW(row), recent->gone ? gone : folder);
    adw_action_row_set_title_lines(ADW_ACTION_ROW(row), 1);
    adw_action_row_set_subtitle_lines(ADW_ACTION_ROW(row), 1);
    adw_action_row_set_icon_name(ADW_ACTION_ROW(row), recent->gone ? "dialog-warning-symbolic"
                                                      : g_str_has_suffix(recent->path, ".h5")
                                                          ? "media-record-symbolic"
                                                          : "text-x-generic-symbolic");
    gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(row), !recent->gone);
    GObject *subject = G_OBJECT(row);
    if (recent->gone) {
        GtkWidget *forget = faltung_icon_button("edit-clear-symbolic", _("Forget this file"), NULL);
        gtk_widget_set_valign(forget, GTK_ALIGN_CENTER);
        adw_action_row_add_suffix(ADW_ACTION_ROW(row), forget);
        g_signal_connect(forget, "clicked", G_CALLBACK(on_forget), NULL);
        subject = G_OBJECT(forget);
    } else {
        g_signal_connect(row, "activated", G_CALLBACK(on_recent), self);
    }
    g_object_set_data_full(subject, "path", g_strdup(recent->path), g_free);
    gtk_list_box_append(GTK_LIST_BOX(self->recent_list), row);
}

static void show_recent(FaltungStartPage *self) {
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(self->recent_list)) != NULL) {
        gtk_list_box_remove(GTK_LIST_BOX(self->recent_list), child);
    }
    g_autoptr(GPtrArray) recent = faltung_recent_list();
    for (guint i = 0; i < recent->len; i++) {
        add_recent(self, recent->pdata[i]);
    }
    gtk_widget_set_visible(self->recent_group, recent->len > 0);
}

/* --- the type --- */

static void faltung_start_page_dispose(GObject *object) {
    FaltungStartPage *self = FALTUNG_START_PAGE(object);
    if (self->loading != NULL) {
        g_cancellable_cancel(self->loading);
        g_clear_object(&self->loading);
    }
    g_clear_pointer(&self->cards, g_list_free);
    G_OBJECT_CLASS(faltung_start_page_parent_class)->dispose(object);
}

static void faltung_start_page_finalize(GObject *object) {
    g_clear_pointer(&FALTUNG_START_PAGE(object)->items, g_ptr_array_unref);
    G_OBJECT_CLASS(faltung_start_page_parent_class)->finalize(object);
}

static void faltung_start_page_class_init(FaltungStartPageClass *klass) {
    G_OBJECT_CLASS(klass)->dispose = faltung_start_page_dispose;
    G_OBJECT_CLASS(klass)->finalize = faltung_start_page_finalize;
    const char *names[] = {"template", "recent"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        signals[i] = g_signal_new(names[i], G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    }
    signals[SIGNAL_LOADED] = g_signal_new("loaded", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static GtkWidget *build_welcome(void) {
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    GtkWidget *text = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    gtk_widget_set_hexpand(text, TRUE);
    GtkWidget *title = gtk_label_new(_("Watch a network learn"));
    gtk_label_set_xalign(GTK_LABEL(title), 0);
    gtk_label_set_wrap(GTK_LABEL(title), TRUE);
    gtk_widget_add_css_class(title, "title-1");
    GtkWidget *subtitle = gtk_label_new(
        _("Choose an experiment, then press Train. Or drop an experiment or a run here."));
    gtk_label_set_xalign(GTK_LABEL(subtitle), 0);
    gtk_label_set_wrap(GTK_LABEL(subtitle), TRUE);
    gtk_widget_add_css_class(subtitle, "dim-label");
    gtk_box_append(GTK_BOX(text), title);
    gtk_box_append(GTK_BOX(text), subtitle);
    gtk_box_append(GTK_BOX(row), text);
    const char *buttons[][2] = {
        {_("_New"), "win.new"}, {_("_Open…"), "win.open"}, {_("_Derive…"), "app.derive"}};
    for (guint i = 0; i < G_N_ELEMENTS(buttons); i++) {
        GtkWidget *button = gtk_button_new_with_mnemonic(buttons[i][0]);
        gtk_actionable_set_action_name(GTK_ACTIONABLE(button), buttons[i][1]);
        gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
        gtk_widget_add_css_class(button, "pill");
        gtk_box_append(GTK_BOX(row), button);
    }
    return row;
}

static void faltung_start_page_init(FaltungStartPage *self) {
    self->content = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
    gtk_widget_set_margin_top(self->content, 24);
    gtk_widget_set_margin_bottom(self->content, 24);
    gtk_widget_set_margin_start(self->content, 24);
    gtk_widget_set_margin_end(self->content, 24);
    gtk_box_append(GTK_BOX(self->content), build_welcome());

    self->recent_group = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
    gtk_box_append(GTK_BOX(self->recent_group), section_title(_("Recent")));
    self->recent_list = gtk_list_box_new();
    gtk_list_box_set_selection_mode(GTK_LIST_BOX(self->recent_list), GTK_SELECTION_NONE);
    gtk_widget_add_css_class(self->recent_list, "boxed-list");
    gtk_box_append(GTK_BOX(self->recent_group), self->recent_list);
    gtk_box_append(GTK_BOX(self->content), self->recent_group);

    GtkWidget *clamp = adw_clamp_new();
    adw_clamp_set_maximum_size(ADW_CLAMP(clamp), 1480);
    adw_clamp_set_tightening_threshold(ADW_CLAMP(clamp), 1200);
    adw_clamp_set_child(ADW_CLAMP(clamp), self->content);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), clamp);
    gtk_widget_set_hexpand(scrolled, TRUE);
    gtk_widget_set_vexpand(scrolled, TRUE);
    gtk_box_append(GTK_BOX(self), scrolled);

    show_recent(self);
    g_signal_connect_object(gtk_recent_manager_get_default(), "changed", G_CALLBACK(show_recent),
                            self, G_CONNECT_SWAPPED);
    self->loading = g_cancellable_new();
    faltung_gallery_load(self->loading, on_loaded, self);
}

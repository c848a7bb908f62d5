/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/inspector/inspector.h"

#include "gui/inspector/code-page.h"
#include "gui/inspector/mathematics-page.h"
#include "gui/inspector/numbers-page.h"
#include "gui/inspector/settings-page.h"
#include "gui/style.h"

#include <glib/gi18n.h>

#define WIDTH 372 /* at first; the border between it and the canvas can be dragged */
#define MINIMUM_WIDTH 336

struct _FaltungInspector {
    GtkBox parent;
    GtkWidget *title, *subtitle, *help;
    AdwViewStack *pages;
    GtkWidget *settings, *mathematics, *code, *numbers;
    int layer, block;
};

G_DEFINE_FINAL_TYPE(FaltungInspector, faltung_inspector, GTK_TYPE_BOX)

static guint view_signal;

static void show_heading(FaltungInspector *self, const FaltungExperiment *experiment) {
    const char *title = experiment->name, *subtitle = _("The experiment");
    g_autofree char *written = NULL;
    if (self->block >= 0) {
        const FaltungLayerBlock *of = g_ptr_array_index(experiment->graph->blocks, self->block);
        title = written = faltung_item_name(of->name);
        subtitle = _("Block");
    } else if (self->layer == FALTUNG_INPUT) {
        title = "input";
        subtitle = _("What the network sees");
    } else if (self->layer >= 0) {
        const FaltungLayer *layer = faltung_graph_layer(experiment->graph, self->layer);
        title = layer->name;
        subtitle = _(layer->operation->kind.title);
    }
    gtk_label_set_text(GTK_LABEL(self->title), title);
    gtk_label_set_text(GTK_LABEL(self->subtitle), subtitle);
}

void faltung_inspector_set_scene(FaltungInspector *self, FaltungScene *scene) {
    faltung_mathematics_page_set_scene(FALTUNG_MATHEMATICS_PAGE(self->mathematics), scene);
    faltung_code_page_set_scene(FALTUNG_CODE_PAGE(self->code), scene);
}

GtkWidget *faltung_inspector_code(FaltungInspector *self) {
    return self->code;
}

void faltung_inspector_show(FaltungInspector *self, FaltungDocument *document, int layer,
                            int block) {
    const FaltungExperiment *experiment = faltung_document_experiment(document);
    self->layer = layer < (int)experiment->graph->layers->len ? layer : FALTUNG_NO_LAYER;
    self->block = block < (int)experiment->graph->blocks->len ? block : -1;
    show_heading(self, experiment);
    gtk_widget_set_visible(self->help, self->layer >= 0);
    faltung_settings_page_show(FALTUNG_SETTINGS_PAGE(self->settings), document, self->layer, block);
    faltung_mathematics_page_show(FALTUNG_MATHEMATICS_PAGE(self->mathematics), experiment,
                                  self->layer);
    faltung_code_page_show(FALTUNG_CODE_PAGE(self->code), experiment,
                           faltung_document_text(document), self->layer);
    faltung_numbers_page_show(FALTUNG_NUMBERS_PAGE(self->numbers), experiment, self->layer);
}

void faltung_inspector_set_data(FaltungInspector *self, FaltungDataset *training,
                                FaltungDataset *validation) {
    faltung_settings_page_set_data(FALTUNG_SETTINGS_PAGE(self->settings), training, validation);
}

void faltung_inspector_set_editable(FaltungInspector *self, gboolean editable) {
    faltung_settings_page_set_editable(FALTUNG_SETTINGS_PAGE(self->settings), editable);
}

void faltung_inspector_set_snapshot(FaltungInspector *self, FaltungSnapshot *snapshot,
                                    const char *const *class_names) {
    faltung_numbers_page_set_snapshot(FALTUNG_NUMBERS_PAGE(self->numbers), snapshot, class_names);
}

const char *faltung_inspector_page(FaltungInspector *self) {
    return adw_view_stack_get_visible_child_name(self->pages);
}

void faltung_inspector_wish(FaltungInspector *self, FaltungWanted *wanted) {
    gboolean shown = gtk_widget_get_mapped(self->numbers);
    wanted->layer = shown ? self->layer : FALTUNG_NO_LAYER;
    int width = gtk_widget_get_width(GTK_WIDGET(self));
    width = width > 0 ? width : WIDTH;
    wanted->picture_width = (width - 24) * gtk_widget_get_scale_factor(GTK_WIDGET(self));
}

static void on_page(FaltungInspector *self) {
    g_signal_emit(self, view_signal, 0);
}

static void faltung_inspector_class_init(FaltungInspectorClass *klass) {
    gtk_widget_class_set_css_name(GTK_WIDGET_CLASS(klass), "inspector");
    view_signal = g_signal_new("view", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 0);
}

static GtkWidget *add_page(FaltungInspector *self, GType type, const char *name, const char *title,
                           const char *icon) {
    GtkWidget *page = g_object_new(type, NULL);
    AdwViewStackPage *in_stack = adw_view_stack_add_titled(self->pages, page, name, title);
    adw_view_stack_page_set_icon_name(in_stack, icon);
    return page;
}

static void faltung_inspector_init(FaltungInspector *self) {
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    gtk_widget_add_css_class(GTK_WIDGET(self), "side-bar");
    gtk_widget_set_size_request(GTK_WIDGET(self), MINIMUM_WIDTH, -1);
    self->layer = FALTUNG_NO_LAYER;
    GtkBox *box = GTK_BOX(self);

    GtkWidget *heading = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_widget_set_margin_start(heading, 14);
    gtk_widget_set_margin_end(heading, 14);
    gtk_widget_set_margin_top(heading, 10);
    gtk_widget_set_margin_bottom(heading, 2);
    self->title = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(self->title), 0);
    gtk_label_set_ellipsize(GTK_LABEL(self->title), PANGO_ELLIPSIZE_END);
    gtk_widget_add_css_class(self->title, "title-4");
    self->subtitle = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(self->subtitle), 0);
    gtk_label_set_ellipsize(GTK_LABEL(self->subtitle), PANGO_ELLIPSIZE_END);
    gtk_widget_add_css_class(self->subtitle, "dim-label");
    gtk_box_append(GTK_BOX(heading), self->title);
    gtk_box_append(GTK_BOX(heading), self->subtitle);
    gtk_widget_set_hexpand(heading, TRUE);
    self->help = faltung_icon_button("help-about-symbolic", _("Help on this operation (F1)"),
                                     "win.explain-layer");
    gtk_widget_set_valign(self->help, GTK_ALIGN_CENTER);
    gtk_widget_set_margin_end(self->help, 8);
    GtkWidget *top = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    gtk_box_append(GTK_BOX(top), heading);
    gtk_box_append(GTK_BOX(top), self->help);
    gtk_box_append(box, top);

    self->pages = ADW_VIEW_STACK(adw_view_stack_new());
    adw_view_stack_set_hhomogeneous(self->pages, TRUE);
    GtkWidget *switcher = adw_view_switcher_new();
    adw_view_switcher_set_policy(ADW_VIEW_SWITCHER(switcher), ADW_VIEW_SWITCHER_POLICY_NARROW);
    adw_view_switcher_set_stack(ADW_VIEW_SWITCHER(switcher), self->pages);
    gtk_box_append(box, switcher);
    gtk_box_append(box, gtk_separator_new(GTK_ORIENTATION_HORIZONTAL));

    self->settings = add_page(self, FALTUNG_TYPE_SETTINGS_PAGE, "settings", _("Settings"),
                              "preferences-system-symbolic");
    self->mathematics = add_page(self, FALTUNG_TYPE_MATHEMATICS_PAGE, "mathematics",
                                 _("Mathematics"), "accessories-calculator-symbolic");
    self->code = add_page(self, FALTUNG_TYPE_CODE_PAGE, "code", _("Code"),
                          "accessories-text-editor-symbolic");
    self->numbers =
        add_page(self, FALTUNG_TYPE_NUMBERS_PAGE, "numbers", _("Numbers"), "view-grid-symbolic");
    gtk_widget_set_vexpand(GTK_WIDGET(self->pages), TRUE);
    gtk_box_append(box, GTK_WIDGET(self->pages));
    g_signal_connect_swapped(self->pages, "notify::visible-child", G_CALLBACK(on_page), self);
    g_signal_connect_swapped(self->numbers, "map", G_CALLBACK(on_page), self);
    g_signal_connect_swapped(self->numbers, "unmap", G_CALLBACK(on_page), self);
}

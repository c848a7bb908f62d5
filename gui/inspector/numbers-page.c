/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/inspector/numbers-page.h"

#include "draw/text.h"
#include "gui/data/picture-view.h"
#include "gui/inspector/values-table.h"
#include "gui/style.h"

#include <glib/gi18n.h>
#include <string.h>

struct _FaltungNumbersPage {
    GtkBox parent;
    GtkStack *pages; /* "network", "tensor", "nothing" */
    GtkGrid *network;
    GtkDropDown *choice;
    GtkStringList *choices;
    GtkWidget *picture, *histogram, *statistics, *table;
    FaltungSnapshot *snapshot;
    char **names;
    int layer, n_layers;
    char *chosen; /* the name of the tensor last looked at */
    gboolean filling;
};

G_DEFINE_FINAL_TYPE(FaltungNumbersPage, faltung_numbers_page, GTK_TYPE_BOX)

/* --- the network as a table --- */

static void attach(GtkGrid *grid, int column, int row, const char *text, gboolean number,
                   const char *css) {
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(label), number ? 1 : 0);
    gtk_label_set_ellipsize(GTK_LABEL(label),
                            column == 0 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
    /* names are short; only one that is not gives way to the numbers */
    gtk_label_set_width_chars(GTK_LABEL(label), column == 0 ? (int)MIN(strlen(text), 10) : -1);
    gtk_widget_set_hexpand(label, column == 0);
    gtk_widget_add_css_class(label, "numeric");
    if (css != NULL) {
        gtk_widget_add_css_class(label, css);
    }
    gtk_grid_attach(grid, label, column, row, 1, 1);
}

static void attach_counts(GtkGrid *grid, int row, size_t parameters, double flops,
                          const char *css) {
    g_autofree char *p = g_strdup_printf("%'zu", parameters);
    g_autofree char *f =
        flops < 1e5 ? g_strdup_printf("%'.0f", flops) : g_strdup_printf("%.3g M", flops / 1e6);
    attach(grid, 2, row, p, TRUE, css);
    attach(grid, 3, row, f, TRUE, css);
}

static void show_network(FaltungNumbersPage *self, const FaltungGraph *graph) {
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(GTK_WIDGET(self->network))) != NULL) {
        gtk_grid_remove(self->network, child);
    }
    const char *titles[] = {_("Layer"), _("Output"), _("Parameters"), _("Operations")};
    for (int i = 0; i < 4; i++) {
        attach(self->network, i, 0, titles[i], i > 1, "heading");
    }
    g_autofree char *input = faltung_shape_text(&graph->input);
    attach(self->network, 0, 1, "input", FALSE, NULL);
    attach(self->network, 1, 1, input, FALSE, NULL);
    int row = 2;
    for (guint i = 0; i < graph->layers->len; i++, row++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, (int)i);
        g_autofree char *shape = faltung_shape_text(&layer->output_shape);
        attach(self->network, 0, row, layer->name, FALSE, NULL);
        attach(self->network, 1, row, shape, FALSE, NULL);
        attach_counts(self->network, row, faltung_layer_n_parameters(layer),
                      faltung_layer_flops(layer), NULL);
    }
    attach(self->network, 0, row, _("Together"), FALSE, "heading");
    attach_counts(self->network, row, faltung_graph_n_parameters(graph), faltung_graph_flops(graph),
                  "heading");
}

/* --- one tensor --- */

static void add_statistic(GString *text, const char *name, double value) {
    g_autofree char *number = faltung_format_number(value, 5);
    g_string_append_printf(text, "%s%s %s", text->len > 0 ? "   " : "", name, number);
}

static void show_statistics(FaltungNumbersPage *self, const FaltungTensor *tensor) {
    const FaltungHistogram *histogram = tensor->histogram;
    size_t zeros = 0;
    for (size_t i = 0; i < tensor->n; i++) {
        zeros += tensor->values[i] == 0;
    }
    g_autofree char *shape = faltung_shape_text(&tensor->shape);
    g_autoptr(GString) text = g_string_new(NULL);
    add_statistic(text, _("min"), histogram->low);
    add_statistic(text, _("mean"), histogram->mean);
    add_statistic(text, _("max"), histogram->high);
    g_string_append_c(text, '\n');
    g_autofree char *deviation = faltung_format_number(histogram->deviation, 5);
    g_string_append_printf(text, _("deviation %s   zeros %.1f %%"), deviation,
                           tensor->n > 0 ? 100.0 * zeros / tensor->n : 0);
    if (histogram->n_invalid > 0) {
        g_string_append_printf(text, _("   not finite %u"), histogram->n_invalid);
    }
    g_autofree char *all = g_strdup_printf(_("%s = %'zu values\n%s"), shape, tensor->n, text->str);
    gtk_label_set_text(GTK_LABEL(self->statistics), all);
}

static const FaltungTensor *chosen_tensor(FaltungNumbersPage *self) {
    GPtrArray *tensors = self->snapshot->tensors;
    guint index = gtk_drop_down_get_selected(self->choice);
    return index < tensors->len ? g_ptr_array_index(tensors, index) : NULL;
}

static void show_tensor(FaltungNumbersPage *self) {
    if (self->snapshot == NULL) {
        return;
    }
    const FaltungTensor *tensor = chosen_tensor(self);
    gboolean is_last = self->layer == self->n_layers - 1;
    gboolean named =
        tensor != NULL && is_last && strcmp(tensor->name, "output") == 0 && tensor->shape.rank == 1;
    faltung_picture_view_show(FALTUNG_PICTURE_VIEW(self->picture), self->snapshot, tensor);
    faltung_histogram_view_show(FALTUNG_HISTOGRAM_VIEW(self->histogram), self->snapshot, tensor);
    faltung_values_table_show(FALTUNG_VALUES_TABLE(self->table), self->snapshot, tensor,
                              named ? (const char *const *)self->names : NULL);
    if (tensor != NULL) {
        show_statistics(self, tensor);
    }
}

static void on_chosen(FaltungNumbersPage *self) {
    const FaltungTensor *tensor =
        self->snapshot != NULL && !self->filling ? chosen_tensor(self) : NULL;
    if (tensor != NULL) {
        g_free(self->chosen);
        self->chosen = g_strdup(tensor->name);
        show_tensor(self);
    }
}

/* The list of tensors changes with the layer; what was looked at stays chosen if it is there. */
static void fill_choices(FaltungNumbersPage *self) {
    GPtrArray *tensors = self->snapshot->tensors;
    guint n = g_list_model_get_n_items(G_LIST_MODEL(self->choices));
    gboolean same = n == tensors->len;
    for (guint i = 0; same && i < n; i++) {
        const FaltungTensor *tensor = g_ptr_array_index(tensors, i);
        same = strcmp(tensor->name, gtk_string_list_get_string(self->choices, i)) == 0;
    }
    if (same) {
        return;
    }
    self->filling = TRUE;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    guint selected = 0;
    for (guint i = 0; i < tensors->len; i++) {
        const FaltungTensor *tensor = g_ptr_array_index(tensors, i);
        g_ptr_array_add(names, tensor->name);
        if (g_strcmp0(tensor->name, self->chosen) == 0) {
            selected = i;
        }
    }
    g_ptr_array_add(names, NULL);
    gtk_string_list_splice(self->choices, 0, n, (const char *const *)names->pdata);
    gtk_drop_down_set_selected(self->choice, selected);
    self->filling = FALSE;
}

static void update(FaltungNumbersPage *self) {
    if (self->layer == FALTUNG_NO_LAYER) {
        gtk_stack_set_visible_child_name(self->pages, "network");
        return;
    }
    gboolean has = self->snapshot != NULL && self->snapshot->wanted.layer == self->layer &&
                   self->snapshot->tensors->len > 0;
    gtk_stack_set_visible_child_name(self->pages, has ? "tensor" : "nothing");
    if (has) {
        fill_choices(self);
        show_tensor(self);
    }
}

void faltung_numbers_page_show(FaltungNumbersPage *self, const FaltungExperiment *experiment,
                               int layer) {
    self->n_layers = (int)experiment->graph->layers->len;
    self->layer = layer < self->n_layers ? layer : FALTUNG_NO_LAYER;
    if (self->layer == FALTUNG_NO_LAYER) {
        show_network(self, experiment->graph);
    }
    update(self);
}

void faltung_numbers_page_set_snapshot(FaltungNumbersPage *self, FaltungSnapshot *snapshot,
                                       const char *const *names) {
    FaltungSnapshot *old = self->snapshot;
    self->snapshot = snapshot != NULL ? faltung_snapshot_ref(snapshot) : NULL;
    g_clear_pointer(&old, faltung_snapshot_unref);
    g_strfreev(self->names);
    self->names = g_strdupv((char **)names);
    update(self);
}

/* --- the type --- */

static void faltung_numbers_page_finalize(GObject *object) {
    FaltungNumbersPage *self = FALTUNG_NUMBERS_PAGE(object);
    g_clear_pointer(&self->snapshot, faltung_snapshot_unref);
    g_strfreev(self->names);
    g_free(self->chosen);
    G_OBJECT_CLASS(faltung_numbers_page_parent_class)->finalize(object);
}

static void faltung_numbers_page_class_init(FaltungNumbersPageClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = faltung_numbers_page_finalize;
}

static GtkWidget *in_scrolled(GtkWidget *child) {
    gtk_widget_set_margin_start(child, 12);
    gtk_widget_set_margin_end(child, 12);
    gtk_widget_set_margin_top(child, 12);
    gtk_widget_set_margin_bottom(child, 18);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_AUTOMATIC,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), child);
    gtk_widget_set_hexpand(scrolled, TRUE);
    gtk_widget_set_vexpand(scrolled, TRUE);
    return scrolled;
}

static GtkWidget *build_tensor(FaltungNumbersPage *self) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    self->choices = gtk_string_list_new(NULL);
    self->choice = GTK_DROP_DOWN(gtk_drop_down_new(G_LIST_MODEL(self->choices), NULL));
    faltung_set_accessible_label(GTK_WIDGET(self->choice), _("Tensor"));
    g_signal_connect_swapped(self->choice, "notify::selected", G_CALLBACK(on_chosen), self);
    self->picture = faltung_picture_view_new();
    self->histogram = faltung_histogram_view_new();
    self->statistics = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(self->statistics), 0);
    gtk_label_set_wrap(GTK_LABEL(self->statistics), TRUE);
    gtk_label_set_selectable(GTK_LABEL(self->statistics), TRUE);
    gtk_widget_add_css_class(self->statistics, "numeric");
    self->table = faltung_values_table_new();
    gtk_box_append(GTK_BOX(box), GTK_WIDGET(self->choice));
    gtk_box_append(GTK_BOX(box), self->picture);
    gtk_box_append(GTK_BOX(box), self->statistics);
    gtk_box_append(GTK_BOX(box), self->histogram);
    gtk_box_append(GTK_BOX(box), self->table);
    return in_scrolled(box);
}

static void faltung_numbers_page_init(FaltungNumbersPage *self) {
    self->layer = FALTUNG_NO_LAYER;
    self->pages = GTK_STACK(gtk_stack_new());
    gtk_widget_set_hexpand(GTK_WIDGET(self->pages), TRUE);
    self->network = GTK_GRID(gtk_grid_new());
    gtk_grid_set_column_spacing(self->network, 12);
    gtk_grid_set_row_spacing(self->network, 8);
    gtk_stack_add_named(self->pages, in_scrolled(GTK_WIDGET(self->network)), "network");
    gtk_stack_add_named(self->pages, build_tensor(self), "tensor");
    GtkWidget *nothing = gtk_label_new(_("There are numbers here as soon as the network has run: "
                                         "it needs its data."));
    gtk_label_set_wrap(GTK_LABEL(nothing), TRUE);
    gtk_label_set_justify(GTK_LABEL(nothing), GTK_JUSTIFY_CENTER);
    gtk_widget_add_css_class(nothing, "dim-label");
    gtk_widget_set_margin_start(nothing, 24);
    gtk_widget_set_margin_end(nothing, 24);
    gtk_stack_add_named(self->pages, nothing, "nothing");
    gtk_box_append(GTK_BOX(self), GTK_WIDGET(self->pages));
}

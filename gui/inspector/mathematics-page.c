/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/inspector/mathematics-page.h"

#include "core/ops/equation.h"
#include "core/train/loss.h"
#include "core/train/optimizer.h"
#include "core/train/schedule.h"
#include "draw/text.h"
#include "gui/inspector/equation-view.h"
#include "gui/inspector/symbols-view.h"
#include "gui/inspector/unit-view.h"
#include "gui/style.h"
#include "gui/training/snapshot.h"

#include <glib/gi18n.h>

struct _FaltungMathematicsPage {
    GtkBox parent;
    GtkWidget *content;
    FaltungScene *scene;
};

G_DEFINE_FINAL_TYPE(FaltungMathematicsPage, faltung_mathematics_page, GTK_TYPE_BOX)

static void add_titled(FaltungMathematicsPage *self, const char *title, GtkWidget *view) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    GtkWidget *heading = gtk_label_new(title);
    gtk_label_set_xalign(GTK_LABEL(heading), 0);
    gtk_label_set_wrap(GTK_LABEL(heading), TRUE);
    gtk_widget_add_css_class(heading, "heading");
    gtk_box_append(GTK_BOX(box), heading);
    if (view != NULL) {
        gtk_box_append(GTK_BOX(box), view);
    }
    gtk_box_append(GTK_BOX(self->content), box);
}

static void add_equation(FaltungMathematicsPage *self, const char *title, const char *equation) {
    GtkWidget *view = NULL;
    if (equation != NULL && *equation != '\0') {
        view = faltung_equation_view_new(equation);
        gtk_widget_add_css_class(view, "card");
    }
    add_titled(self, title, view);
}

static GtkWidget *begin_list(FaltungMathematicsPage *self, const char *title) {
    GtkWidget *group = adw_preferences_group_new();
    adw_preferences_group_set_title(ADW_PREFERENCES_GROUP(group), title);
    gtk_box_append(GTK_BOX(self->content), group);
    return group;
}

static void add_row(GtkWidget *group, const char *name, const char *note, const char *value) {
    GtkWidget *row = adw_action_row_new();
    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), name);
    if (note != NULL) {
        adw_action_row_set_subtitle(ADW_ACTION_ROW(row), note);
    }
    GtkWidget *label = gtk_label_new(value);
    gtk_label_set_selectable(GTK_LABEL(label), TRUE);
    gtk_widget_add_css_class(label, "numeric");
    adw_action_row_add_suffix(ADW_ACTION_ROW(row), label);
    adw_preferences_group_add(ADW_PREFERENCES_GROUP(group), row);
}

static void add_shape(GtkWidget *group, const char *name, const char *note,
                      const FaltungShape *shape) {
    g_autofree char *text = faltung_shape_text(shape);
    add_row(group, name, note, text);
}

static void show_layer(FaltungMathematicsPage *self, const FaltungExperiment *experiment,
                       int index) {
    const FaltungLayer *layer = faltung_graph_layer(experiment->graph, index);
    g_autofree char *equation = faltung_layer_equation(layer);
    add_titled(self, _(layer->operation->kind.title),
               faltung_symbols_view_new(self->scene, equation, "", TRUE));
    if (layer->activation.kind != NULL) {
        const FaltungOperation *activation = (const FaltungOperation *)layer->activation.kind;
        add_titled(self, _(activation->kind.title),
                   faltung_symbols_view_new(self->scene, activation->equation,
                                            FALTUNG_ACTIVATION_SYMBOL, TRUE));
    }
    gtk_box_append(GTK_BOX(self->content), faltung_unit_view_new(self->scene, index));

    GtkWidget *shapes = begin_list(self, _("Shapes"));
    for (int i = 0; i < layer->n_inputs; i++) {
        const char *from = layer->inputs[i] == FALTUNG_INPUT
                               ? _("the sample")
                               : faltung_graph_layer(experiment->graph, layer->inputs[i])->name;
        g_autofree char *note = g_strdup_printf(_("from %s"), from);
        add_shape(shapes, layer->n_inputs == 1 ? _("Input") : _("Inputs"), note,
                  &layer->input_shapes[i]);
    }
    for (int p = 0; p < layer->n_parameters; p++) {
        add_shape(shapes, layer->parameters[p].name, "learned", &layer->parameters[p].shape);
    }
    add_shape(shapes, _("Output"), NULL, &layer->output_shape);

    GtkWidget *counts = begin_list(self, _("Size"));
    g_autofree char *parameters = g_strdup_printf("%'zu", faltung_layer_n_parameters(layer));
    g_autofree char *operations = g_strdup_printf("%'.0f", faltung_layer_flops(layer));
    add_row(counts, _("Parameters"), _("learned values"), parameters);
    add_row(counts, _("Operations"), _("of the forward pass of one sample"), operations);
}

static void show_experiment(FaltungMathematicsPage *self, const FaltungExperiment *experiment) {
    const FaltungTrainOptions *train = experiment->train;
    if (train->loss.kind != NULL) {
        add_equation(self, _(train->loss.kind->title),
                     ((const FaltungLoss *)train->loss.kind)->equation);
    }
    if (train->optimizer.kind != NULL) {
        add_equation(self, _(train->optimizer.kind->title),
                     ((const FaltungOptimizer *)train->optimizer.kind)->equation);
    }
    if (train->schedule.kind != NULL) {
        add_equation(self, _(train->schedule.kind->title),
                     ((const FaltungSchedule *)train->schedule.kind)->equation);
    }
    if (train->clip.value > 0) {
        add_equation(self, _("Clipped gradients"), faltung_clipping_value_equation);
    }
    if (train->clip.norm > 0) {
        add_equation(self, _("Clipped norm of the gradient"), faltung_clipping_norm_equation);
    }
    GtkWidget *counts = begin_list(self, _("Size"));
    g_autofree char *parameters =
        g_strdup_printf("%'zu", faltung_graph_n_parameters(experiment->graph));
    g_autofree char *operations = g_strdup_printf("%'.0f", faltung_graph_flops(experiment->graph));
    add_row(counts, _("Parameters"), _("learned values"), parameters);
    add_row(counts, _("Operations"), _("of the forward pass of one sample"), operations);
}

void faltung_mathematics_page_set_scene(FaltungMathematicsPage *self, FaltungScene *scene) {
    self->scene = scene;
}

void faltung_mathematics_page_show(FaltungMathematicsPage *self,
                                   const FaltungExperiment *experiment, int layer) {
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(self->content)) != NULL) {
        gtk_box_remove(GTK_BOX(self->content), child);
    }
    if (layer >= 0) {
        show_layer(self, experiment, layer);
    } else if (layer == FALTUNG_INPUT) {
        GtkWidget *shapes = begin_list(self, _("Shapes"));
        add_shape(shapes, _("Input"), _("of one sample"), &experiment->graph->input);
    } else {
        show_experiment(self, experiment);
    }
}

static void faltung_mathematics_page_class_init(FaltungMathematicsPageClass *klass) {
    gtk_widget_class_set_css_name(GTK_WIDGET_CLASS(klass), "mathematics");
}

static void faltung_mathematics_page_init(FaltungMathematicsPage *self) {
    self->content = gtk_box_new(GTK_ORIENTATION_VERTICAL, 18);
    gtk_widget_set_margin_start(self->content, 12);
    gtk_widget_set_margin_end(self->content, 12);
    gtk_widget_set_margin_top(self->content, 12);
    gtk_widget_set_margin_bottom(self->content, 18);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), self->content);
    gtk_widget_set_vexpand(scrolled, TRUE);
    gtk_widget_set_hexpand(scrolled, TRUE);
    gtk_box_append(GTK_BOX(self), scrolled);
}

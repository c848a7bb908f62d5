/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/inspector/unit-view.h"

#include "gui/inspector/equation-view.h"
#include "gui/style.h"
#include "gui/views/unit-job.h"

#include <glib/gi18n.h>

struct _FaltungUnitView {
    GtkBox parent;
    FaltungScene *scene;
    int layer;
    GtkWidget *caption, *equation_place, *result;
    /* of what is shown, or under way; (nullable) */
    FaltungSnapshot *snapshot;
    gsize unit;
    GCancellable *working; /* (nullable): nothing is under way */
};

G_DEFINE_FINAL_TYPE(FaltungUnitView, faltung_unit_view, GTK_TYPE_BOX)

static void on_symbol(GtkWidget *equation, const char *symbol, FaltungScene *scene) {
    faltung_scene_set_symbol(scene, symbol);
}

static void set_equation(FaltungUnitView *self, FaltungScene *scene, const char *tex) {
    GtkWidget *before = gtk_widget_get_first_child(self->equation_place);
    if (before != NULL) {
        gtk_box_remove(GTK_BOX(self->equation_place), before);
    }
    if (tex != NULL) {
        GtkWidget *equation = faltung_equation_view_new(tex);
        gtk_widget_add_css_class(equation, "card");
        faltung_equation_view_set_symbol(FALTUNG_EQUATION_VIEW(equation), scene->symbol);
        g_signal_connect(equation, "symbol", G_CALLBACK(on_symbol), scene);
        gtk_box_append(GTK_BOX(self->equation_place), equation);
    }
}

static void mark_symbol(FaltungUnitView *self, FaltungScene *scene) {
    GtkWidget *equation = gtk_widget_get_first_child(self->equation_place);
    if (equation != NULL) {
        faltung_equation_view_set_symbol(FALTUNG_EQUATION_VIEW(equation), scene->symbol);
    }
}

/* --- the work --- */

static void forget(FaltungUnitView *self) {
    g_cancellable_cancel(self->working);
    g_clear_object(&self->working);
    g_clear_pointer(&self->snapshot, faltung_snapshot_unref);
}

static void on_computed(GObject *source, GAsyncResult *task, gpointer data) {
    FaltungUnitView *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungArithmetic) found = faltung_unit_job_finish(task, &error);
    if (error != NULL) {
        return; /* the view may be gone */
    }
    g_clear_object(&self->working);
    set_equation(self, self->scene, found != NULL ? found->tex : NULL);
    gtk_label_set_text(GTK_LABEL(self->result), _("It is made of too much to be written here."));
    gtk_widget_set_visible(self->result, found == NULL);
}

static void show_unit(FaltungUnitView *self, FaltungScene *scene) {
    FaltungSnapshot *snapshot = scene->snapshot;
    if (!faltung_unit_job_can(snapshot)) {
        forget(self);
        gtk_label_set_text(GTK_LABEL(self->result), _("A pause shows how it is computed."));
        gtk_widget_set_visible(self->result, TRUE);
        return;
    }
    if (self->snapshot == snapshot && self->unit == scene->unit) {
        mark_symbol(self, scene);
        return;
    }
    forget(self);
    self->snapshot = faltung_snapshot_ref(snapshot);
    self->unit = scene->unit;
    self->working = g_cancellable_new();
    faltung_unit_job_start(snapshot, self->layer, self->unit, self->working, on_computed, self);
}

/* --- the view --- */

static void show(GtkWidget *view, FaltungScene *scene, FaltungSceneParts changed) {
    FaltungUnitView *self = FALTUNG_UNIT_VIEW(view);
    const FaltungExperiment *experiment = faltung_scene_experiment(scene);
    const FaltungSnapshot *snapshot = scene->snapshot;
    const FaltungLayer *layer = NULL;
    if (experiment != NULL && self->layer < (int)experiment->graph->layers->len) {
        layer = faltung_graph_layer(experiment->graph, self->layer);
    }
    gboolean known = layer != NULL && scene->unit_layer == self->layer && snapshot != NULL &&
                     snapshot->n_layers == (int)experiment->graph->layers->len &&
                     snapshot->values != NULL && snapshot->values[self->layer + 1] != NULL &&
                     scene->unit < faltung_shape_size(&layer->output_shape);
    if (!known) {
        forget(self);
        set_equation(self, scene, NULL);
        gtk_label_set_text(GTK_LABEL(self->caption),
                           _("Click a value in the layer's picture: its numbers are put in here."));
        gtk_widget_set_visible(self->result, FALSE);
        return;
    }
    g_autofree char *place = faltung_shape_place(&layer->output_shape, scene->unit);
    g_autofree char *caption = g_strdup_printf("%s %s", layer->name, place);
    gtk_label_set_text(GTK_LABEL(self->caption), caption);
    show_unit(self, scene);
}

static void wish(GtkWidget *view, FaltungWanted *wanted) {
    FaltungUnitView *self = FALTUNG_UNIT_VIEW(view);
    wanted->weights = wanted->weights || self->scene->unit_layer == self->layer;
}

static void faltung_unit_view_dispose(GObject *object) {
    forget(FALTUNG_UNIT_VIEW(object));
    G_OBJECT_CLASS(faltung_unit_view_parent_class)->dispose(object);
}

static void faltung_unit_view_class_init(FaltungUnitViewClass *klass) {
    G_OBJECT_CLASS(klass)->dispose = faltung_unit_view_dispose;
}

static GtkWidget *label_new(void) {
    GtkWidget *label = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_widget_add_css_class(label, "dim-label");
    gtk_widget_add_css_class(label, "numeric");
    return label;
}

static void faltung_unit_view_init(FaltungUnitView *self) {
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    gtk_box_set_spacing(GTK_BOX(self), 4);
    self->caption = label_new();
    self->equation_place = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    self->result = label_new();
    gtk_box_append(GTK_BOX(self), self->caption);
    gtk_box_append(GTK_BOX(self), self->equation_place);
    gtk_box_append(GTK_BOX(self), self->result);
}

GtkWidget *faltung_unit_view_new(FaltungScene *scene, int layer) {
    FaltungUnitView *self = g_object_new(FALTUNG_TYPE_UNIT_VIEW, NULL);
    self->scene = scene;
    self->layer = layer;
    static const FaltungSceneWatch watch = {show, wish};
    faltung_scene_watch(scene, GTK_WIDGET(self), &watch);
    return GTK_WIDGET(self);
}

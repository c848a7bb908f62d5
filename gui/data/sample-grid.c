/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/data/sample-grid.h"

#include "gui/data/samples.h"
#include "gui/style.h"

#include <glib/gi18n.h>

#define THUMBNAIL 44
#define CELL_WIDTH 92

struct _FaltungSampleGrid {
    GtkBox parent;
    FaltungScene *scene; /* the panel's, which outlives its pages */
    GListStore *samples;
    GtkWidget *scrolled;
    FaltungPredictions *predictions;
    GArray *indices;
    GCancellable *loading;
};

G_DEFINE_FINAL_TYPE(FaltungSampleGrid, faltung_sample_grid, GTK_TYPE_BOX)

static void on_loaded(GObject *source, GAsyncResult *result, gpointer data) {
    FaltungSampleGrid *self = data;
    g_autoptr(GPtrArray) samples = faltung_samples_load_finish(result, NULL);
    if (samples == NULL) {
        return; /* cancelled: the grid may be gone */
    }
    g_clear_object(&self->loading);
    g_list_store_splice(self->samples, 0, g_list_model_get_n_items(G_LIST_MODEL(self->samples)),
                        samples->pdata, samples->len);
}

static void cancel(FaltungSampleGrid *self) {
    if (self->loading != NULL) {
        g_cancellable_cancel(self->loading);
        g_clear_object(&self->loading);
    }
}

static void load(FaltungSampleGrid *self) {
    cancel(self);
    if (self->scene->validation == NULL || self->indices == NULL) {
        g_list_store_remove_all(self->samples);
        return;
    }
    self->loading = g_cancellable_new();
    faltung_samples_load_these(self->scene->validation, self->indices,
                               THUMBNAIL * gtk_widget_get_scale_factor(GTK_WIDGET(self)),
                               adw_style_manager_get_dark(adw_style_manager_get_default()),
                               self->loading, on_loaded, self);
}

void faltung_sample_grid_show(FaltungSampleGrid *self, FaltungPredictions *predictions,
                              GArray *indices) {
    g_clear_pointer(&self->predictions, faltung_predictions_unref);
    g_clear_pointer(&self->indices, g_array_unref);
    self->predictions = predictions != NULL ? faltung_predictions_ref(predictions) : NULL;
    self->indices = indices != NULL ? g_array_ref(indices) : NULL;
    load(self);
}

/* "4 → 0, 99.5 %", of a sequence how many of its positions are right. */
static char *caption_of(FaltungSampleGrid *self, guint32 index) {
    const FaltungPredictions *predictions = self->predictions;
    if (predictions == NULL || index >= predictions->samples) {
        return g_strdup("");
    }
    const FaltungAnswer *answer = &predictions->answers[(size_t)index * predictions->positions];
    if (predictions->positions > 1) {
        int right = 0;
        for (int p = 0; p < predictions->positions; p++) {
            right += answer[p].truth == answer[p].said;
        }
        return g_strdup_printf(_("%d of %d"), right, predictions->positions);
    }
    g_autofree char *truth = faltung_scene_class_name(self->scene, answer->truth);
    if (answer->truth == answer->said) {
        return g_strdup_printf("%s\n%.1f %%", truth, 100 * answer->p_said);
    }
    g_autofree char *said = faltung_scene_class_name(self->scene, answer->said);
    return g_strdup_printf("%s \342\206\222 %s\n%.1f %%", truth, said, 100 * answer->p_said);
}

static GtkWidget *picture_of(FaltungSample *sample) {
    const char *text = faltung_sample_text(sample);
    if (text != NULL) {
        GtkWidget *line = gtk_label_new(text);
        gtk_label_set_ellipsize(GTK_LABEL(line), PANGO_ELLIPSIZE_END);
        gtk_widget_add_css_class(line, "monospace");
        return line;
    }
    GtkWidget *picture =
        gtk_picture_new_for_paintable(GDK_PAINTABLE(faltung_sample_texture(sample)));
    gtk_picture_set_alternative_text(GTK_PICTURE(picture), faltung_sample_label(sample));
    gtk_widget_set_size_request(picture, THUMBNAIL, THUMBNAIL);
    return picture;
}

static void on_bind(GtkSignalListItemFactory *factory, GtkListItem *item, FaltungSampleGrid *self) {
    FaltungSample *sample = gtk_list_item_get_item(item);
    g_autofree char *caption = caption_of(self, faltung_sample_index(sample));
    GtkWidget *cell = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    gtk_widget_set_size_request(cell, CELL_WIDTH, -1);
    gtk_box_append(GTK_BOX(cell), picture_of(sample));
    GtkWidget *label = gtk_label_new(caption);
    gtk_label_set_justify(GTK_LABEL(label), GTK_JUSTIFY_CENTER);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_widget_add_css_class(label, "caption");
    gtk_widget_add_css_class(label, "numeric");
    gtk_box_append(GTK_BOX(cell), label);
    gtk_widget_set_tooltip_text(cell, faltung_sample_label(sample));
    gtk_list_item_set_child(item, cell);
    faltung_set_accessible_label(gtk_widget_get_parent(cell), caption);
}

static void on_selected(GtkSingleSelection *selection, GParamSpec *property,
                        FaltungSampleGrid *self) {
    FaltungSample *sample = gtk_single_selection_get_selected_item(selection);
    if (sample != NULL) {
        faltung_scene_choose(self->scene, faltung_sample_index(sample));
    }
}

static void faltung_sample_grid_dispose(GObject *object) {
    FaltungSampleGrid *self = FALTUNG_SAMPLE_GRID(object);
    cancel(self);
    g_clear_object(&self->samples);
    g_clear_pointer(&self->predictions, faltung_predictions_unref);
    g_clear_pointer(&self->indices, g_array_unref);
    G_OBJECT_CLASS(faltung_sample_grid_parent_class)->dispose(object);
}

static void faltung_sample_grid_class_init(FaltungSampleGridClass *klass) {
    G_OBJECT_CLASS(klass)->dispose = faltung_sample_grid_dispose;
}

static void faltung_sample_grid_init(FaltungSampleGrid *self) {
    self->samples = g_list_store_new(FALTUNG_TYPE_SAMPLE);
    GtkSingleSelection *selection =
        gtk_single_selection_new(g_object_ref(G_LIST_MODEL(self->samples)));
    gtk_single_selection_set_autoselect(selection, FALSE);
    gtk_single_selection_set_can_unselect(selection, TRUE);
    g_signal_connect(selection, "notify::selected-item", G_CALLBACK(on_selected), self);
    GtkListItemFactory *factory = gtk_signal_list_item_factory_new();
    g_signal_connect(factory, "bind", G_CALLBACK(on_bind), self);
    GtkWidget *grid = gtk_grid_view_new(GTK_SELECTION_MODEL(selection), factory);
    gtk_grid_view_set_max_columns(GTK_GRID_VIEW(grid), 40);
    gtk_widget_add_css_class(grid, "samples");
    faltung_set_accessible_label(grid, _("Samples"));
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), grid);
    gtk_widget_set_hexpand(scrolled, TRUE);
    gtk_widget_set_vexpand(scrolled, TRUE);
    gtk_box_append(GTK_BOX(self), scrolled);
    faltung_on_style_changed(GTK_WIDGET(self), G_CALLBACK(load));
}

GtkWidget *faltung_sample_grid_new(FaltungScene *scene) {
    FaltungSampleGrid *self = g_object_new(FALTUNG_TYPE_SAMPLE_GRID, NULL);
    self->scene = scene;
    return GTK_WIDGET(self);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/data/sample-grid.h"

#include "gui/data/samples.h"
#include "gui/style.h"

#include <glib/gi18n.h>

#define THUMBNAIL 44
#define CELL_WIDTH 92
#define KNOWN_AT_MOST 2000 /* pictures that are kept for when their samples come again */

struct _FaltungSampleGrid {
    GtkBox parent;
    FaltungScene *scene; /* the panel's, which outlives its pages */
    GListStore *samples;
    FaltungDataset *of; /* NULL */
    GHashTable *known;  /* by index: FaltungSample of it */
    FaltungPredictions *predictions;
    GArray *indices;
    GCancellable *loading;
};

G_DEFINE_FINAL_TYPE(FaltungSampleGrid, faltung_sample_grid, GTK_TYPE_BOX)

static guint n_shown(const FaltungSampleGrid *self) {
    return self->of != NULL && self->indices != NULL
               ? MIN(self->indices->len, FALTUNG_SAMPLES_AT_MOST)
               : 0;
}

static gpointer sample_at(const FaltungSampleGrid *self, guint place) {
    guint32 index = g_array_index(self->indices, guint32, place);
    return g_hash_table_lookup(self->known, GUINT_TO_POINTER(index));
}

/* Once all their pictures are there. */
static void put(FaltungSampleGrid *self) {
    g_autoptr(GPtrArray) samples = g_ptr_array_new();
    for (guint i = 0; i < n_shown(self); i++) {
        g_ptr_array_add(samples, sample_at(self, i));
    }
    g_list_store_splice(self->samples, 0, g_list_model_get_n_items(G_LIST_MODEL(self->samples)),
                        samples->pdata, samples->len);
}

static void on_loaded(GObject *source, GAsyncResult *result, gpointer data) {
    FaltungSampleGrid *self = data;
    g_autoptr(GPtrArray) samples = faltung_samples_load_finish(result, NULL);
    if (samples == NULL) {
        return; /* cancelled: the grid may be gone */
    }
    g_clear_object(&self->loading);
    for (guint i = 0; i < samples->len; i++) {
        FaltungSample *sample = samples->pdata[i];
        g_hash_table_insert(self->known, GUINT_TO_POINTER(faltung_sample_index(sample)),
                            g_object_ref(sample));
    }
    put(self);
}

static void cancel(FaltungSampleGrid *self) {
    if (self->loading != NULL) {
        g_cancellable_cancel(self->loading);
        g_clear_object(&self->loading);
    }
}

static GArray *missing(const FaltungSampleGrid *self) {
    GArray *indices = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint i = 0; i < n_shown(self); i++) {
        if (sample_at(self, i) == NULL) {
            g_array_append_val(indices, g_array_index(self->indices, guint32, i));
        }
    }
    return indices;
}

static void forget(FaltungSampleGrid *self) {
    g_hash_table_remove_all(self->known);
    g_clear_pointer(&self->of, faltung_dataset_unref);
    FaltungDataset *validation = self->scene->validation;
    self->of = validation != NULL ? faltung_dataset_ref(validation) : NULL;
}

/* Pictures that there are not yet are made on another thread. */
static void load(FaltungSampleGrid *self) {
    cancel(self);
    if (self->scene->validation != self->of) {
        forget(self);
    }
    g_autoptr(GArray) indices = missing(self);
    if (g_hash_table_size(self->known) + indices->len > KNOWN_AT_MOST) {
        forget(self);
        g_array_unref(indices);
        indices = missing(self);
    }
    if (indices->len == 0) {
        put(self);
        return;
    }
    self->loading = g_cancellable_new();
    faltung_samples_load_these(self->of, indices,
                               THUMBNAIL * gtk_widget_get_scale_factor(GTK_WIDGET(self)),
                               adw_style_manager_get_dark(adw_style_manager_get_default()),
                               self->loading, on_loaded, self);
}

static void load_anew(FaltungSampleGrid *self) {
    forget(self);
    load(self);
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
        int right = 0, n = 0;
        for (int p = 0; p < predictions->positions; p++) {
            gsize row = (gsize)index * predictions->positions + p;
            gboolean counts = predictions->counts == NULL || predictions->counts[row];
            right += counts && answer[p].truth == answer[p].said;
            n += counts;
        }
        return g_strdup_printf(_("%d of %d"), right, n);
    }
    g_autofree char *truth = faltung_scene_class_name(self->scene, answer->truth);
    if (answer->truth == answer->said) {
        return g_strdup_printf("%s\n%.1f %%", truth, 100 * answer->p_said);
    }
    g_autofree char *said = faltung_scene_class_name(self->scene, answer->said);
    return g_strdup_printf("%s \342\206\222 %s\n%.1f %%", truth, said, 100 * answer->p_said);
}

static gboolean on_tooltip(GtkWidget *cell, int x, int y, gboolean keyboard, GtkTooltip *tooltip,
                           GtkListItem *item) {
    FaltungSample *sample = gtk_list_item_get_item(item);
    gtk_tooltip_set_text(tooltip, sample != NULL ? faltung_sample_label(sample) : NULL);
    return sample != NULL;
}

/* The parts of a cell are made once; another sample changes what they show, not their sizes, so
   that nothing is laid out anew while the time slider is moved. */
static void on_setup(GtkSignalListItemFactory *factory, GtkListItem *item,
                     FaltungSampleGrid *self) {
    GtkWidget *cell = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    GtkWidget *picture = gtk_picture_new();
    gtk_widget_set_size_request(picture, CELL_WIDTH, THUMBNAIL);
    GtkWidget *line = gtk_inscription_new("");
    gtk_inscription_set_text_overflow(GTK_INSCRIPTION(line),
                                      GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
    gtk_widget_set_size_request(line, CELL_WIDTH, -1);
    gtk_widget_add_css_class(line, "monospace");
    GtkWidget *caption = gtk_inscription_new("");
    gtk_inscription_set_min_lines(GTK_INSCRIPTION(caption), 2);
    gtk_inscription_set_xalign(GTK_INSCRIPTION(caption), 0.5);
    gtk_inscription_set_text_overflow(GTK_INSCRIPTION(caption),
                                      GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
    gtk_widget_add_css_class(caption, "caption");
    gtk_widget_add_css_class(caption, "numeric");
    gtk_box_append(GTK_BOX(cell), picture);
    gtk_box_append(GTK_BOX(cell), line);
    gtk_box_append(GTK_BOX(cell), caption);
    gtk_widget_set_has_tooltip(cell, TRUE);
    g_signal_connect(cell, "query-tooltip", G_CALLBACK(on_tooltip), item);
    gtk_list_item_set_child(item, cell);
}

static void on_bind(GtkSignalListItemFactory *factory, GtkListItem *item, FaltungSampleGrid *self) {
    FaltungSample *sample = gtk_list_item_get_item(item);
    GtkWidget *cell = gtk_list_item_get_child(item);
    GtkWidget *picture = gtk_widget_get_first_child(cell);
    GtkWidget *line = gtk_widget_get_next_sibling(picture);
    GtkWidget *caption = gtk_widget_get_next_sibling(line);
    const char *text = faltung_sample_text(sample);
    gtk_widget_set_visible(picture, text == NULL);
    gtk_widget_set_visible(line, text != NULL);
    gtk_inscription_set_text(GTK_INSCRIPTION(line), text);
    gtk_picture_set_paintable(GTK_PICTURE(picture), GDK_PAINTABLE(faltung_sample_texture(sample)));
    g_autofree char *words = caption_of(self, faltung_sample_index(sample));
    gtk_inscription_set_text(GTK_INSCRIPTION(caption), words);
    faltung_set_accessible_label(gtk_widget_get_parent(cell), words);
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
    g_clear_pointer(&self->known, g_hash_table_unref);
    g_clear_pointer(&self->of, faltung_dataset_unref);
    g_clear_pointer(&self->predictions, faltung_predictions_unref);
    g_clear_pointer(&self->indices, g_array_unref);
    G_OBJECT_CLASS(faltung_sample_grid_parent_class)->dispose(object);
}

static void faltung_sample_grid_class_init(FaltungSampleGridClass *klass) {
    G_OBJECT_CLASS(klass)->dispose = faltung_sample_grid_dispose;
}

static void faltung_sample_grid_init(FaltungSampleGrid *self) {
    self->samples = g_list_store_new(FALTUNG_TYPE_SAMPLE);
    self->known = g_hash_table_new_full(NULL, NULL, NULL, g_object_unref);
    GtkSingleSelection *selection =
        gtk_single_selection_new(g_object_ref(G_LIST_MODEL(self->samples)));
    gtk_single_selection_set_autoselect(selection, FALSE);
    gtk_single_selection_set_can_unselect(selection, TRUE);
    g_signal_connect(selection, "notify::selected-item", G_CALLBACK(on_selected), self);
    GtkListItemFactory *factory = gtk_signal_list_item_factory_new();
    g_signal_connect(factory, "setup", G_CALLBACK(on_setup), self);
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
    faltung_on_style_changed(GTK_WIDGET(self), G_CALLBACK(load_anew));
    g_signal_connect(self, "notify::scale-factor", G_CALLBACK(load_anew), NULL);
}

GtkWidget *faltung_sample_grid_new(FaltungScene *scene) {
    FaltungSampleGrid *self = g_object_new(FALTUNG_TYPE_SAMPLE_GRID, NULL);
    self->scene = scene;
    return GTK_WIDGET(self);
}

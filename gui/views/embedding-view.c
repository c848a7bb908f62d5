/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/scatter.h"
#include "gui/data/samples.h"
#include "gui/style.h"
#include "gui/views/embedding-job.h"
#include "gui/views/study.h"
#include "gui/views/view.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/*
 * What a layer makes of the validation samples, as points of a plane: principal components, or
 * t-SNE, whose points are seen finding their places. The sample under the pointer is shown; a
 * click makes it the probe.
 */

#define REACH 12
#define PREVIEW 96

typedef struct {
    FaltungStudy study;
    GtkDropDown *layers, *methods;
    GtkStringList *names;
    GtkWidget *plane, *says, *progress, *cancel, *picture, *caption;
    FaltungEmbedding *embedding; /* that is shown; NULL: none yet */
    float *moving;               /* points on their way, of that many: NULL: none */
    guint32 n_moving;
    gboolean filling;
    int pointed; /* the sample under the pointer; -1: none */
    GCancellable *loading;
} Embedding;

/* --- drawing --- */

static FaltungScatter scatter_of(const Embedding *self) {
    const FaltungEmbedding *embedding = self->embedding;
    FaltungScatter scatter = {.selected = -1};
    FaltungDataset *data = self->study.scene->validation;
    if (self->moving != NULL) {
        scatter.points = self->moving;
        scatter.n = (int)self->n_moving;
    } else if (embedding != NULL) {
        scatter.points = embedding->points;
        scatter.n = (int)embedding->n;
    }
    gboolean fits = embedding != NULL && embedding->validation == data &&
                    embedding->n == (guint32)scatter.n && embedding->classes != NULL;
    if (fits) {
        scatter.classes = embedding->classes;
        scatter.n_classes = faltung_dataset_n_classes(data);
        scatter.names = faltung_dataset_class_names(data);
    }
    const FaltungSnapshot *snapshot = self->study.scene->snapshot;
    if (snapshot != NULL && snapshot->wanted.sample < (guint32)scatter.n) {
        scatter.selected = (int)snapshot->wanted.sample;
    }
    return scatter;
}

static void draw(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data) {
    FaltungScatter scatter = scatter_of(data);
    if (scatter.n > 0) {
        FaltungTheme theme = faltung_theme_for(GTK_WIDGET(area));
        theme.font_size *= 0.85;
        faltung_scatter_draw(cr, &theme, &scatter, (FaltungRect){0, 0, width, height});
    }
}

static int sample_at(Embedding *self, double x, double y) {
    FaltungScatter scatter = scatter_of(self);
    if (scatter.n == 0) {
        return -1;
    }
    FaltungTheme theme = faltung_theme_for(self->plane);
    theme.font_size *= 0.85;
    cairo_surface_t *surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR, NULL);
    cairo_t *cr = cairo_create(surface);
    FaltungRect rect = {0, 0, gtk_widget_get_width(self->plane),
                        gtk_widget_get_height(self->plane)};
    int sample = faltung_scatter_hit(cr, &theme, &scatter, rect, x, y, REACH);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return sample;
}

/* --- the sample under the pointer --- */

static void cancel_loading(Embedding *self) {
    if (self->loading != NULL) {
        g_cancellable_cancel(self->loading);
        g_clear_object(&self->loading);
    }
}

static void on_loaded(GObject *source, GAsyncResult *result, gpointer data) {
    Embedding *self = data;
    g_autoptr(GPtrArray) samples = faltung_samples_load_finish(result, NULL);
    if (samples == NULL) {
        return; /* cancelled: the view may be gone */
    }
    g_clear_object(&self->loading);
    if (samples->len > 0) {
        FaltungSample *sample = samples->pdata[0];
        GdkTexture *texture = faltung_sample_texture(sample);
        gtk_picture_set_paintable(GTK_PICTURE(self->picture), GDK_PAINTABLE(texture));
        gtk_label_set_text(GTK_LABEL(self->caption), texture != NULL ? faltung_sample_label(sample)
                                                                     : faltung_sample_text(sample));
    }
}

static void point_at(Embedding *self, int sample) {
    if (sample == self->pointed) {
        return;
    }
    self->pointed = sample;
    cancel_loading(self);
    gtk_picture_set_paintable(GTK_PICTURE(self->picture), NULL);
    gtk_label_set_text(GTK_LABEL(self->caption), "");
    if (sample < 0 || self->study.scene->validation == NULL ||
        (guint32)sample >= faltung_dataset_size(self->study.scene->validation)) {
        return;
    }
    guint32 index = (guint32)sample;
    g_autoptr(GArray) one = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_array_append_val(one, index);
    self->loading = g_cancellable_new();
    faltung_samples_load_these(self->study.scene->validation, one,
                               PREVIEW * gtk_widget_get_scale_factor(self->picture),
                               adw_style_manager_get_dark(adw_style_manager_get_default()),
                               self->loading, on_loaded, self);
}

static void on_motion(GtkEventControllerMotion *motion, double x, double y, Embedding *self) {
    point_at(self, sample_at(self, x, y));
}

static void on_pressed(GtkGestureClick *click, int n_press, double x, double y, Embedding *self) {
    int sample = sample_at(self, x, y);
    if (sample >= 0) {
        faltung_scene_choose(self->study.scene, (guint32)sample);
    }
}

/* --- the work --- */

static void show_progress(Embedding *self, double part) {
    gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(self->progress), MAX(part, 0));
    gtk_widget_set_opacity(self->progress, part >= 0);
    gtk_widget_set_opacity(self->cancel, part >= 0);
    gtk_widget_set_sensitive(self->cancel, part >= 0);
}

static void show_figures(Embedding *self) {
    const FaltungEmbedding *embedding = self->embedding;
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, _("%'u samples, epoch %.4g: "), embedding->n,
                           embedding->weights->epoch);
    if (embedding->tsne) {
        g_string_append_printf(text, _("divergence %.4f, perplexity %.0f"), embedding->divergence,
                               embedding->perplexity);
    } else {
        g_string_append_printf(text, _("%.2f %% of the variance"), 100 * embedding->explained);
    }
    if (!isnan(embedding->agreement)) {
        g_string_append_printf(text, _("; nearest of the same class: %.2f %%"),
                               100 * embedding->agreement);
    }
    gtk_label_set_text(GTK_LABEL(self->says), text->str);
    gtk_widget_set_tooltip_text(self->says, text->str);
}

static void begin(Embedding *self);

static void on_news(double part, const float *points, guint32 n, gpointer data) {
    Embedding *self = data;
    show_progress(self, part);
    if (points != NULL) {
        g_free(self->moving);
        self->moving = g_memdup2(points, 2 * n * sizeof(float));
        self->n_moving = n;
        gtk_widget_queue_draw(self->plane);
    }
}

static void show_nothing_moving(Embedding *self) {
    g_clear_pointer(&self->moving, g_free);
    show_progress(self, -1);
    gtk_widget_queue_draw(self->plane);
}

static void on_done(GObject *source, GAsyncResult *result, gpointer data) {
    Embedding *self = data;
    g_autoptr(GError) error = NULL;
    gpointer found;
    if (!faltung_study_end(&self->study, result, &found, &error)) {
        return;
    }
    show_nothing_moving(self);
    if (found == NULL) {
        gtk_label_set_text(GTK_LABEL(self->says), error->message);
        return;
    }
    g_clear_pointer(&self->embedding, faltung_embedding_free);
    self->embedding = found;
    show_figures(self);
    begin(self);
}

static void on_cancel(Embedding *self) {
    faltung_study_stop(&self->study);
    show_nothing_moving(self);
}

static gboolean find(gpointer result, const FaltungAnalysisHooks *hooks, GError **error) {
    return faltung_embedding_find(result, hooks, error);
}

/* What the window looks at now, unless it is known. A training under way has the machine: of it
   only principal components are shown, one after the other. */
static void begin(Embedding *self) {
    const FaltungSnapshot *now = self->study.scene->snapshot;
    int layer = (int)gtk_drop_down_get_selected(self->layers) - 1;
    gboolean tsne = gtk_drop_down_get_selected(self->methods) == 1;
    gboolean waits = now != NULL && now->live && tsne && self->study.weights != NULL;
    gboolean fits = now != NULL && now->weights != NULL && layer >= FALTUNG_INPUT &&
                    layer < (int)now->weights->graph->layers->len;
    FaltungSnapshot *snapshot = fits && !waits ? faltung_study_begin(&self->study) : NULL;
    if (snapshot == NULL) {
        return;
    }
    show_nothing_moving(self);
    show_progress(self, 0);
    FaltungEmbedding *wanted = g_new0(FaltungEmbedding, 1);
    wanted->weights = faltung_weights_ref(snapshot->weights);
    wanted->validation = faltung_dataset_ref(self->study.scene->validation);
    wanted->layer = layer;
    wanted->tsne = tsne;
    wanted->threads = snapshot->live ? 1 : 0;
    wanted->news = on_news;
    wanted->news_data = self;
    wanted->cancellable = g_object_ref(self->study.working);
    faltung_study_run(&self->study, find, wanted, (GDestroyNotify)faltung_embedding_free, on_done,
                      self);
}

/* --- the view --- */

static void fill_layers(Embedding *self) {
    const FaltungExperiment *experiment = faltung_scene_experiment(self->study.scene);
    if (experiment == NULL) {
        return;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_ptr_array_add(names, (gpointer) "input");
    for (guint i = 0; i < experiment->graph->layers->len; i++) {
        g_ptr_array_add(names, faltung_graph_layer(experiment->graph, (int)i)->name);
    }
    guint n = g_list_model_get_n_items(G_LIST_MODEL(self->names));
    gboolean same = n == names->len;
    for (guint i = 0; same && i < n; i++) {
        same = strcmp(gtk_string_list_get_string(self->names, i), names->pdata[i]) == 0;
    }
    if (same) {
        return;
    }
    guint last = names->len - 1;
    g_ptr_array_add(names, NULL);
    faltung_study_forget(&self->study); /* another layer is chosen */
    self->filling = TRUE;
    gtk_string_list_splice(self->names, 0, n, (const char *const *)names->pdata);
    /* what a classifier makes its decision of */
    gtk_drop_down_set_selected(self->layers, last > 0 ? last - 1 : 0);
    self->filling = FALSE;
}

static void on_choice(Embedding *self) {
    if (!self->filling) {
        faltung_study_forget(&self->study);
        begin(self);
    }
}

static void show(GtkWidget *view, FaltungScene *scene, FaltungSceneParts changed) {
    Embedding *self = g_object_get_data(G_OBJECT(view), "embedding");
    if (changed & FALTUNG_SCENE_DOCUMENT) {
        fill_layers(self);
    }
    if (changed & FALTUNG_SCENE_DATA) {
        faltung_study_forget(&self->study);
        show_nothing_moving(self);
        g_clear_pointer(&self->embedding, faltung_embedding_free);
        gtk_label_set_text(GTK_LABEL(self->says), "");
    }
    gtk_widget_queue_draw(self->plane);
    begin(self);
}

static void wish(GtkWidget *view, FaltungWanted *wanted) {
    wanted->weights = TRUE;
}

static void embedding_free(gpointer data) {
    Embedding *self = data;
    faltung_study_forget(&self->study);
    cancel_loading(self);
    g_clear_pointer(&self->embedding, faltung_embedding_free);
    g_free(self->moving);
    g_free(self);
}

static GtkWidget *flat_list(GtkDropDown *list, const char *name, Embedding *self) {
    gtk_widget_add_css_class(GTK_WIDGET(list), "flat");
    faltung_set_accessible_label(GTK_WIDGET(list), name);
    gtk_widget_set_tooltip_text(GTK_WIDGET(list), name);
    g_signal_connect_swapped(list, "notify::selected", G_CALLBACK(on_choice), self);
    return GTK_WIDGET(list);
}

static GtkWidget *build_bar(Embedding *self) {
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    gtk_widget_set_margin_start(bar, 6);
    gtk_widget_set_margin_end(bar, 6);
    gtk_widget_set_margin_top(bar, 4);
    self->names = gtk_string_list_new(NULL);
    self->layers = GTK_DROP_DOWN(gtk_drop_down_new(G_LIST_MODEL(self->names), NULL));
    faltung_cut_choice(self->layers);
    const char *methods[] = {"PCA", "t-SNE", NULL};
    self->methods = GTK_DROP_DOWN(gtk_drop_down_new_from_strings(methods));
    faltung_cut_choice(self->methods);
    gtk_box_append(GTK_BOX(bar), flat_list(self->layers, _("Output of the layer"), self));
    gtk_box_append(GTK_BOX(bar), flat_list(self->methods, _("Method"), self));
    self->says = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(self->says), 0);
    gtk_label_set_ellipsize(GTK_LABEL(self->says), PANGO_ELLIPSIZE_END);
    gtk_widget_set_hexpand(self->says, TRUE);
    gtk_widget_add_css_class(self->says, "numeric");
    self->progress = gtk_progress_bar_new();
    gtk_widget_set_valign(self->progress, GTK_ALIGN_CENTER);
    gtk_widget_set_size_request(self->progress, 80, -1);
    faltung_set_accessible_label(self->progress, _("Embedding"));
    self->cancel = faltung_icon_button("process-stop-symbolic", _("Stop the embedding"), NULL);
    g_signal_connect_swapped(self->cancel, "clicked", G_CALLBACK(on_cancel), self);
    gtk_box_append(GTK_BOX(bar), self->says);
    gtk_box_append(GTK_BOX(bar), self->progress);
    gtk_box_append(GTK_BOX(bar), self->cancel);
    return bar;
}

static GtkWidget *build_plane(Embedding *self) {
    self->plane = gtk_drawing_area_new();
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(self->plane), draw, self, NULL);
    gtk_widget_set_hexpand(self->plane, TRUE);
    gtk_widget_set_vexpand(self->plane, TRUE);
    faltung_set_accessible_label(self->plane, _("Samples as points of a plane"));
    GtkEventController *motion = gtk_event_controller_motion_new();
    g_signal_connect(motion, "motion", G_CALLBACK(on_motion), self);
    gtk_widget_add_controller(self->plane, motion);
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "pressed", G_CALLBACK(on_pressed), self);
    gtk_widget_add_controller(self->plane, GTK_EVENT_CONTROLLER(click));
    return self->plane;
}

static GtkWidget *create(FaltungScene *scene) {
    Embedding *self = g_new0(Embedding, 1);
    self->study.scene = scene;
    self->study.of_weights = TRUE;
    self->pointed = -1;
    GtkWidget *view = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(view), build_bar(self));
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    gtk_box_append(GTK_BOX(row), build_plane(self));
    GtkWidget *side = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    gtk_widget_set_size_request(side, PREVIEW, -1);
    gtk_widget_set_margin_end(side, 12);
    gtk_widget_set_margin_top(side, 8);
    self->picture = gtk_picture_new();
    faltung_set_accessible_label(self->picture, _("The sample under the pointer"));
    gtk_widget_set_size_request(self->picture, PREVIEW, PREVIEW);
    gtk_picture_set_can_shrink(GTK_PICTURE(self->picture), TRUE);
    self->caption = gtk_label_new("");
    gtk_label_set_ellipsize(GTK_LABEL(self->caption), PANGO_ELLIPSIZE_END);
    gtk_label_set_max_width_chars(GTK_LABEL(self->caption), 12);
    gtk_box_append(GTK_BOX(side), self->picture);
    gtk_box_append(GTK_BOX(side), self->caption);
    gtk_box_append(GTK_BOX(row), side);
    gtk_box_append(GTK_BOX(view), row);
    show_progress(self, -1);
    g_object_set_data_full(G_OBJECT(view), "embedding", self, embedding_free);
    static const FaltungSceneWatch watch = {show, wish};
    faltung_scene_watch(scene, view, &watch);
    return view;
}

const FaltungView faltung_view_embedding = {N_("Embedding"), create};

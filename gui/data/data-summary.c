/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/data/data-summary.h"

#include "core/train/augment.h"
#include "draw/chart.h"
#include "gui/data/import-preview.h"
#include "gui/style.h"

#include <glib/gi18n.h>

enum { EPOCHS = 8, COLUMNS = 4, SIDE = 64, BAR_HEIGHT = 20 };

struct _FaltungDataSummary {
    GtkBox parent;
    GtkWidget *counts, *scaling, *bars_title, *bars;
    GtkWidget *augmented, *sample, *pictures[EPOCHS];
    FaltungDataset *training, *validation;
    FaltungAugmentOptions options;
    int seed;
    guint32 index; /* of the sample that is augmented */
    FaltungImportPreview *preview;
    GCancellable *making;
};

G_DEFINE_FINAL_TYPE(FaltungDataSummary, faltung_data_summary, GTK_TYPE_BOX)

/* --- on another thread --- */

typedef struct {
    FaltungDataset *training, *validation;
    FaltungAugmentOptions options;
    int seed;
    guint32 index;
    int size; /* pixels of a picture */
    gboolean dark;
} Job;

typedef struct {
    FaltungImportPreview *preview;
    GdkTexture *textures[EPOCHS]; /* NULL: nothing is augmented */
} Answer;

static void job_free(gpointer data) {
    Job *job = data;
    faltung_dataset_unref(job->training);
    faltung_dataset_unref(job->validation);
    g_free(job);
}

static void answer_free(gpointer data) {
    Answer *answer = data;
    g_clear_pointer(&answer->preview, faltung_import_preview_free);
    for (int i = 0; i < EPOCHS; i++) {
        g_clear_object(&answer->textures[i]);
    }
    g_free(answer);
}

/* Values (@size) as they were read, out of normalized ones. */
static void augment(const Job *job, Answer *answer) {
    g_autoptr(FaltungAugment) augment =
        faltung_augment_new(&job->options, (guint64)job->seed, job->training, 1);
    if (augment == NULL) {
        return;
    }
    const FaltungShape *shape = faltung_dataset_shape(job->training);
    size_t size = faltung_shape_size(shape);
    FaltungRange range = faltung_picture_range(job->training);
    g_autofree float *values = g_new(float, size);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        faltung_dataset_gather(job->training, &job->index, 1, values, NULL, NULL);
        faltung_augment_move(augment, (guint64)epoch, &job->index, 1, values, 1);
        faltung_augment_add_noise(augment, (guint64)epoch, &job->index, 1, values, 1);
        faltung_dataset_unscale(job->training, values);
        g_autoptr(FaltungPicture) picture =
            faltung_picture_of_sample(shape, values, range, job->dark, job->size, job->size);
        answer->textures[epoch] = faltung_picture_texture(picture);
    }
}

static void make(GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
    const Job *job = data;
    Answer *answer = g_new0(Answer, 1);
    answer->preview = faltung_import_preview_of(job->training, job->validation);
    augment(job, answer);
    g_task_return_pointer(task, answer, answer_free);
}

/* --- what is shown --- */

static void draw_bars(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data) {
    FaltungDataSummary *self = data;
    if (self->preview != NULL) {
        FaltungTheme theme = faltung_theme_for(GTK_WIDGET(area));
        theme.font_size *= 0.9;
        faltung_bars_draw(cr, &theme, (const char *const *)self->preview->labels,
                          self->preview->bars, self->preview->n_bars,
                          (FaltungRect){0, 0, width, height});
    }
}

static void show_answer(FaltungDataSummary *self, Answer *answer) {
    g_clear_pointer(&self->preview, faltung_import_preview_free);
    self->preview = g_steal_pointer(&answer->preview);
    gtk_label_set_text(GTK_LABEL(self->counts), self->preview->summary);
    gtk_label_set_text(GTK_LABEL(self->bars_title), self->preview->title);
    gtk_drawing_area_set_content_height(GTK_DRAWING_AREA(self->bars),
                                        self->preview->n_bars * BAR_HEIGHT);
    gtk_widget_queue_draw(self->bars);
    gtk_widget_set_visible(self->augmented, answer->textures[0] != NULL);
    g_autofree char *title =
        g_strdup_printf(_("Training sample %u in the first epochs"), self->index);
    gtk_label_set_text(GTK_LABEL(self->sample), title);
    for (int i = 0; i < EPOCHS; i++) {
        gtk_picture_set_paintable(GTK_PICTURE(self->pictures[i]),
                                  GDK_PAINTABLE(answer->textures[i]));
    }
}

static void on_made(GObject *source, GAsyncResult *result, gpointer data) {
    FaltungDataSummary *self = FALTUNG_DATA_SUMMARY(source);
    Answer *answer = g_task_propagate_pointer(G_TASK(result), NULL);
    if (answer != NULL) { /* else it was cancelled */
        g_clear_object(&self->making);
        show_answer(self, answer);
        answer_free(answer);
    }
}

static void stop_making(FaltungDataSummary *self) {
    if (self->making != NULL) {
        g_cancellable_cancel(self->making);
        g_clear_object(&self->making);
    }
}

static void begin(FaltungDataSummary *self) {
    stop_making(self);
    gtk_widget_set_visible(GTK_WIDGET(self), self->training != NULL);
    if (self->training == NULL) {
        return;
    }
    Job *job = g_new(Job, 1);
    *job = (Job){
        .training = faltung_dataset_ref(self->training),
        .validation = faltung_dataset_ref(self->validation),
        .options = self->options,
        .seed = self->seed,
        .index = self->index,
        .size = SIDE * gtk_widget_get_scale_factor(GTK_WIDGET(self)),
        .dark = adw_style_manager_get_dark(adw_style_manager_get_default()),
    };
    self->making = g_cancellable_new();
    g_autoptr(GTask) task = g_task_new(self, self->making, on_made, NULL);
    g_task_set_task_data(task, job, job_free);
    g_task_run_in_thread(task, make);
}

static void show_scaling(FaltungDataSummary *self) {
    int n;
    const float *mean, *scale;
    faltung_dataset_get_scaling(self->training, &n, &mean, &scale);
    g_autofree char *text = NULL;
    if (n > 1) {
        text = g_strdup_printf(
            ngettext("Scaled by %d pair of constants", "Scaled by %d pairs of constants", n), n);
    } else if (mean[0] == 0 && scale[0] == 1) {
        text = g_strdup(_("Taken as they are"));
    } else {
        text = g_strdup_printf(_("Scaled: (value − %.4g) / %.4g"), mean[0], 1 / scale[0]);
    }
    gtk_label_set_text(GTK_LABEL(self->scaling), text);
}

static void set_dataset(FaltungDataset **place, FaltungDataset *dataset) {
    FaltungDataset *before = *place;
    *place = dataset != NULL ? faltung_dataset_ref(dataset) : NULL;
    g_clear_pointer(&before, faltung_dataset_unref);
}

void faltung_data_summary_show(FaltungDataSummary *self, const FaltungExperiment *experiment,
                               FaltungDataset *training, FaltungDataset *validation) {
    FaltungAugmentOptions options = experiment->data->augment;
    const char *key;
    if (training == NULL || !faltung_augment_check(&options, training, &key, NULL)) {
        options = (FaltungAugmentOptions){0};
    }
    gboolean same = training == self->training && experiment->train->seed == self->seed &&
                    faltung_options_equal(&faltung_augment_kind, &options, &self->options);
    if (same) {
        return;
    }
    set_dataset(&self->training, training);
    set_dataset(&self->validation, validation);
    self->options = options;
    self->seed = experiment->train->seed;
    if (training != NULL) {
        self->index = MIN(self->index, faltung_dataset_size(training) - 1);
        show_scaling(self);
    }
    begin(self);
}

static void on_next(FaltungDataSummary *self) {
    self->index = (self->index + 1) % faltung_dataset_size(self->training);
    begin(self);
}

/* --- the type --- */

static void faltung_data_summary_dispose(GObject *object) {
    FaltungDataSummary *self = FALTUNG_DATA_SUMMARY(object);
    stop_making(self);
    set_dataset(&self->training, NULL);
    set_dataset(&self->validation, NULL);
    g_clear_pointer(&self->preview, faltung_import_preview_free);
    G_OBJECT_CLASS(faltung_data_summary_parent_class)->dispose(object);
}

static void faltung_data_summary_class_init(FaltungDataSummaryClass *klass) {
    G_OBJECT_CLASS(klass)->dispose = faltung_data_summary_dispose;
}

static GtkWidget *add_label(GtkWidget *box, const char *css) {
    GtkWidget *label = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_widget_set_hexpand(label, TRUE);
    gtk_widget_add_css_class(label, css);
    gtk_box_append(GTK_BOX(box), label);
    return label;
}

static GtkWidget *build_augmented(FaltungDataSummary *self) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    GtkWidget *heading = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    self->sample = add_label(heading, "dim-label");
    GtkWidget *next = faltung_icon_button("go-next-symbolic", _("Another sample"), NULL);
    g_signal_connect_swapped(next, "clicked", G_CALLBACK(on_next), self);
    gtk_box_append(GTK_BOX(heading), next);
    gtk_box_append(GTK_BOX(box), heading);
    GtkWidget *grid = gtk_grid_new();
    gtk_grid_set_row_spacing(GTK_GRID(grid), 6);
    gtk_grid_set_column_homogeneous(GTK_GRID(grid), TRUE);
    for (int i = 0; i < EPOCHS; i++) {
        self->pictures[i] = gtk_picture_new();
        gtk_widget_set_size_request(self->pictures[i], SIDE, SIDE);
        g_autofree char *name = g_strdup_printf(_("Epoch %d"), i + 1);
        gtk_widget_set_tooltip_text(self->pictures[i], name);
        faltung_set_accessible_label(self->pictures[i], name);
        gtk_grid_attach(GTK_GRID(grid), self->pictures[i], i % COLUMNS, i / COLUMNS, 1, 1);
    }
    gtk_box_append(GTK_BOX(box), grid);
    return box;
}

static void faltung_data_summary_init(FaltungDataSummary *self) {
    GtkWidget *box = GTK_WIDGET(self);
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    gtk_box_set_spacing(GTK_BOX(self), 6);
    gtk_widget_set_margin_top(box, 12);
    gtk_widget_set_visible(box, FALSE);
    self->counts = add_label(box, "heading");
    self->scaling = add_label(box, "dim-label");
    self->augmented = build_augmented(self);
    gtk_box_append(GTK_BOX(self), self->augmented);
    self->bars_title = add_label(box, "dim-label");
    self->bars = gtk_drawing_area_new();
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(self->bars), draw_bars, self, NULL);
    gtk_box_append(GTK_BOX(self), self->bars);
    faltung_on_style_changed(box, G_CALLBACK(begin));
}

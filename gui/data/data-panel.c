/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/data/data-panel.h"

#include "draw/chart.h"
#include "draw/text.h"
#include "gui/data/samples.h"
#include "gui/style.h"

#include <glib/gi18n.h>
#include <math.h>

#define WIDTH 236
#define THUMBNAIL 44
#define BARS 5 /* the classes shown: those with the highest probability */

struct _FaltungDataPanel {
    GtkBox parent;
    GtkWidget *title, *subtitle, *grid, *answer, *answer_title, *bars, *note;
    GtkStack *pages;
    GtkDropDown *filter;
    GListStore *samples;
    GtkSingleSelection *selection;
    FaltungDataset *dataset;
    GCancellable *loading;
    guint32 sample;
    gboolean filling;
    char *bar_names[BARS];
    double bar_values[BARS];
    int n_bars;
};

G_DEFINE_FINAL_TYPE(FaltungDataPanel, faltung_data_panel, GTK_TYPE_BOX)

static guint chosen_signal;

guint32 faltung_data_panel_sample(FaltungDataPanel *self) {
    return self->sample;
}

const char *const *faltung_data_panel_class_names(FaltungDataPanel *self) {
    return self->dataset != NULL ? faltung_dataset_class_names(self->dataset) : NULL;
}

/* --- the samples --- */

static void select_sample(FaltungDataPanel *self) {
    guint n = g_list_model_get_n_items(G_LIST_MODEL(self->samples));
    for (guint i = 0; i < n; i++) {
        g_autoptr(FaltungSample) sample = g_list_model_get_item(G_LIST_MODEL(self->samples), i);
        if (faltung_sample_index(sample) == self->sample) {
            gtk_single_selection_set_selected(self->selection, i);
            return;
        }
    }
    gtk_single_selection_set_selected(self->selection, GTK_INVALID_LIST_POSITION);
}

static void on_loaded(GObject *source, GAsyncResult *result, gpointer data) {
    FaltungDataPanel *self = data;
    g_autoptr(GPtrArray) samples = faltung_samples_load_finish(result, NULL);
    if (samples == NULL) {
        return; /* cancelled: the panel may be gone */
    }
    g_clear_object(&self->loading);
    self->filling = TRUE;
    g_list_store_splice(self->samples, 0, g_list_model_get_n_items(G_LIST_MODEL(self->samples)),
                        samples->pdata, samples->len);
    select_sample(self);
    self->filling = FALSE;
}

static void cancel_loading(FaltungDataPanel *self) {
    if (self->loading != NULL) {
        g_cancellable_cancel(self->loading);
        g_clear_object(&self->loading);
    }
}

static void load_samples(FaltungDataPanel *self) {
    cancel_loading(self);
    if (self->dataset == NULL) {
        g_list_store_remove_all(self->samples);
        return;
    }
    guint chosen = gtk_drop_down_get_selected(self->filter);
    int class_ = chosen == GTK_INVALID_LIST_POSITION ? -1 : (int)chosen - 1;
    self->loading = g_cancellable_new();
    faltung_samples_load(self->dataset, class_,
                         THUMBNAIL * gtk_widget_get_scale_factor(GTK_WIDGET(self)),
                         adw_style_manager_get_dark(adw_style_manager_get_default()), self->loading,
                         on_loaded, self);
}

static void on_filter(FaltungDataPanel *self) {
    if (!self->filling) {
        load_samples(self);
    }
}

static void on_selected(FaltungDataPanel *self) {
    FaltungSample *sample = gtk_single_selection_get_selected_item(self->selection);
    if (self->filling || sample == NULL || faltung_sample_index(sample) == self->sample) {
        return;
    }
    self->sample = faltung_sample_index(sample);
    g_signal_emit(self, chosen_signal, 0);
}

void faltung_data_panel_choose(FaltungDataPanel *self, guint32 sample) {
    if (self->dataset == NULL || sample >= faltung_dataset_size(self->dataset) ||
        sample == self->sample) {
        return;
    }
    self->sample = sample;
    self->filling = TRUE;
    select_sample(self);
    self->filling = FALSE;
    g_signal_emit(self, chosen_signal, 0);
}

static GtkWidget *thumbnail_of(FaltungSample *sample) {
    GtkWidget *picture =
        gtk_picture_new_for_paintable(GDK_PAINTABLE(faltung_sample_texture(sample)));
    gtk_picture_set_alternative_text(GTK_PICTURE(picture), faltung_sample_label(sample));
    gtk_widget_set_size_request(picture, THUMBNAIL, THUMBNAIL);
    return picture;
}

static GtkWidget *line_of(FaltungSample *sample) {
    GtkWidget *line = gtk_label_new(faltung_sample_text(sample));
    gtk_label_set_xalign(GTK_LABEL(line), 0);
    gtk_label_set_ellipsize(GTK_LABEL(line), PANGO_ELLIPSIZE_END);
    gtk_widget_add_css_class(line, "monospace");
    return line;
}

static void on_bind(GtkSignalListItemFactory *factory, GtkListItem *item) {
    FaltungSample *sample = gtk_list_item_get_item(item);
    const char *text = faltung_sample_text(sample);
    GtkWidget *child = text != NULL ? line_of(sample) : thumbnail_of(sample);
    gtk_list_item_set_child(item, child);
    gtk_widget_set_tooltip_text(child, text != NULL ? text : faltung_sample_label(sample));
    faltung_set_accessible_label(gtk_widget_get_parent(child),
                                 text != NULL ? text : faltung_sample_label(sample));
}

static void fill_filter(FaltungDataPanel *self) {
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_ptr_array_add(names, (gpointer)_("All classes"));
    gboolean classified = self->dataset != NULL && faltung_dataset_is_classified(self->dataset);
    const char *const *classes = classified ? faltung_data_panel_class_names(self) : NULL;
    for (int i = 0; classes != NULL && classes[i] != NULL; i++) {
        g_ptr_array_add(names, (gpointer)classes[i]);
    }
    g_ptr_array_add(names, NULL);
    self->filling = TRUE;
    g_autoptr(GtkStringList) list = gtk_string_list_new((const char *const *)names->pdata);
    gtk_drop_down_set_model(self->filter, G_LIST_MODEL(list));
    gtk_drop_down_set_selected(self->filter, 0);
    gtk_widget_set_visible(GTK_WIDGET(self->filter), classes != NULL);
    self->filling = FALSE;
}

void faltung_data_panel_set_dataset(FaltungDataPanel *self, FaltungDataset *dataset,
                                    const char *note) {
    gtk_label_set_text(GTK_LABEL(self->note), note != NULL ? note : "");
    gtk_stack_set_visible_child_name(self->pages, dataset != NULL ? "samples" : "none");
    if (dataset == self->dataset) {
        return;
    }
    g_clear_pointer(&self->dataset, faltung_dataset_unref);
    if (dataset != NULL) {
        self->dataset = faltung_dataset_ref(dataset);
        self->sample = MIN(self->sample, MAX(faltung_dataset_size(dataset), 1) - 1);
        g_autofree char *shape = faltung_shape_text(faltung_dataset_shape(dataset));
        g_autofree char *subtitle =
            g_strdup_printf(_("%'u validation samples, %s"), faltung_dataset_size(dataset), shape);
        gtk_label_set_text(GTK_LABEL(self->title), faltung_dataset_name(dataset));
        gtk_label_set_text(GTK_LABEL(self->subtitle), subtitle);
    } else {
        gtk_label_set_text(GTK_LABEL(self->title), _("Data"));
        gtk_label_set_text(GTK_LABEL(self->subtitle), "");
    }
    /* a line of text takes the width of four pictures */
    int columns = dataset != NULL && faltung_dataset_text(dataset) != NULL ? 1 : 4;
    gtk_grid_view_set_min_columns(GTK_GRID_VIEW(self->grid), columns);
    gtk_grid_view_set_max_columns(GTK_GRID_VIEW(self->grid), columns);
    fill_filter(self);
    load_samples(self);
}

/* --- what the network says --- */

static void draw_bars(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data) {
    FaltungDataPanel *self = data;
    if (self->n_bars > 0) {
        FaltungTheme theme = faltung_theme_for(GTK_WIDGET(area));
        theme.font_size *= 0.9;
        faltung_bars_draw(cr, &theme, (const char *const *)self->bar_names, self->bar_values,
                          self->n_bars, (FaltungRect){0, 0, width, height});
    }
}

static char *class_name(FaltungDataPanel *self, int class_) {
    const char *const *names = faltung_data_panel_class_names(self);
    return names != NULL && class_ >= 0 && class_ < (int)g_strv_length((char **)names)
               ? g_strdup(names[class_])
               : g_strdup_printf("%d", class_);
}

/* The classes with the highest probability; bars in percent. */
static void rank_classes(FaltungDataPanel *self, const double *probabilities, int n) {
    g_autofree gboolean *taken = g_new0(gboolean, n);
    for (int i = 0; i < BARS; i++) {
        g_clear_pointer(&self->bar_names[i], g_free);
    }
    self->n_bars = MIN(n, BARS);
    for (int i = 0; i < self->n_bars; i++) {
        int best = -1;
        for (int c = 0; c < n; c++) {
            if (!taken[c] && (best < 0 || probabilities[c] > probabilities[best])) {
                best = c;
            }
        }
        taken[best] = TRUE;
        self->bar_names[i] = class_name(self, best);
        self->bar_values[i] = round(1000 * probabilities[best]) / 10;
    }
}

static void show_classes(FaltungDataPanel *self, const FaltungSnapshot *snapshot,
                         gboolean softmax) {
    int n = snapshot->n_outputs;
    g_autofree double *probabilities = g_new(double, n);
    int predicted = faltung_snapshot_probabilities(snapshot, n, softmax, probabilities);
    rank_classes(self, probabilities, n);
    g_autofree char *truth = class_name(self, snapshot->target);
    g_autofree char *said = class_name(self, predicted);
    g_autofree char *text =
        snapshot->target < 0 ? g_strdup_printf(_("Your drawing, taken for %s"), said)
        : predicted == snapshot->target
            ? g_strdup_printf(_("Sample %u: %s, recognised"), self->sample, truth)
            : g_strdup_printf(_("Sample %u: %s, taken for %s"), self->sample, truth, said);
    gtk_label_set_text(GTK_LABEL(self->answer_title), text);
}

/* A text: which character is the likeliest behind the window, and which it is. */
static void show_next(FaltungDataPanel *self, const FaltungSnapshot *snapshot) {
    int n = faltung_dataset_n_targets(self->dataset);
    int length = faltung_text_length(faltung_dataset_text(self->dataset));
    g_autofree double *probabilities = g_new(double, n);
    faltung_snapshot_probabilities(snapshot, n, TRUE, probabilities);
    rank_classes(self, probabilities, n);
    guint32 index = self->sample;
    g_autofree float *inputs = g_new(float, length);
    g_autofree gint32 *next = g_new(gint32, length);
    faltung_dataset_gather(self->dataset, &index, 1, inputs, NULL, next);
    g_autofree char *truth = class_name(self, next[length - 1]);
    g_autofree char *text = g_strdup_printf(_("Sample %u: the next character is %s"), index, truth);
    gtk_label_set_text(GTK_LABEL(self->answer_title), text);
}

static void show_values(FaltungDataPanel *self, const FaltungSnapshot *snapshot) {
    int n = faltung_dataset_n_targets(self->dataset);
    GString *text = g_string_new(NULL);
    g_string_printf(text, _("Sample %u"), self->sample);
    gboolean values = faltung_dataset_target_type(self->dataset) == FALTUNG_TARGET_VALUES;
    if (values && n == 1 && snapshot->n_outputs == 1) {
        float target;
        guint32 index = self->sample;
        g_autofree float *inputs =
            g_new(float, faltung_shape_size(faltung_dataset_shape(self->dataset)));
        faltung_dataset_gather(self->dataset, &index, 1, inputs, &target, NULL);
        g_string_append_printf(text, _(": %.4g, predicted %.4g"), target, snapshot->output[0]);
    }
    gtk_label_set_text(GTK_LABEL(self->answer_title), text->str);
    g_string_free(text, TRUE);
    self->n_bars = 0;
}

void faltung_data_panel_set_snapshot(FaltungDataPanel *self, FaltungSnapshot *snapshot,
                                     gboolean softmax) {
    gboolean has = snapshot != NULL && snapshot->output != NULL && self->dataset != NULL;
    gtk_widget_set_visible(self->answer, has);
    if (!has) {
        return;
    }
    if (snapshot->target >= 0 || snapshot->wanted.own != NULL) {
        show_classes(self, snapshot, softmax);
    } else if (softmax && faltung_dataset_text(self->dataset) != NULL &&
               snapshot->n_outputs >= faltung_dataset_n_targets(self->dataset)) {
        show_next(self, snapshot);
    } else {
        show_values(self, snapshot);
    }
    gtk_widget_set_visible(self->bars, self->n_bars > 0);
    gtk_drawing_area_set_content_height(GTK_DRAWING_AREA(self->bars), self->n_bars * 22);
    gtk_widget_queue_draw(self->bars);
}

/* --- the type --- */

static void faltung_data_panel_dispose(GObject *object) {
    FaltungDataPanel *self = FALTUNG_DATA_PANEL(object);
    cancel_loading(self);
    g_clear_pointer(&self->dataset, faltung_dataset_unref);
    for (int i = 0; i < BARS; i++) {
        g_clear_pointer(&self->bar_names[i], g_free);
    }
    G_OBJECT_CLASS(faltung_data_panel_parent_class)->dispose(object);
}

static void faltung_data_panel_class_init(FaltungDataPanelClass *klass) {
    G_OBJECT_CLASS(klass)->dispose = faltung_data_panel_dispose;
    chosen_signal = g_signal_new("chosen", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static GtkWidget *text_label(const char *css) {
    GtkWidget *label = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
    gtk_widget_add_css_class(label, css);
    return label;
}

static GtkWidget *build_grid(FaltungDataPanel *self) {
    self->samples = g_list_store_new(FALTUNG_TYPE_SAMPLE);
    self->selection = gtk_single_selection_new(g_object_ref(G_LIST_MODEL(self->samples)));
    gtk_single_selection_set_autoselect(self->selection, FALSE);
    gtk_single_selection_set_can_unselect(self->selection, FALSE);
    g_signal_connect_swapped(self->selection, "notify::selected", G_CALLBACK(on_selected), self);
    GtkListItemFactory *factory = gtk_signal_list_item_factory_new();
    g_signal_connect(factory, "bind", G_CALLBACK(on_bind), NULL);
    self->grid = gtk_grid_view_new(GTK_SELECTION_MODEL(self->selection), factory);
    gtk_widget_add_css_class(self->grid, "samples");
    faltung_set_accessible_label(self->grid, _("Validation samples"));
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), self->grid);
    gtk_widget_set_vexpand(scrolled, TRUE);
    return scrolled;
}

static void faltung_data_panel_init(FaltungDataPanel *self) {
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    gtk_widget_add_css_class(GTK_WIDGET(self), "side-bar");
    gtk_widget_set_size_request(GTK_WIDGET(self), WIDTH, -1);

    GtkWidget *heading = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    gtk_widget_set_margin_start(heading, 12);
    gtk_widget_set_margin_end(heading, 12);
    gtk_widget_set_margin_top(heading, 10);
    gtk_widget_set_margin_bottom(heading, 8);
    self->title = text_label("title-4");
    self->subtitle = text_label("dim-label");
    const char *none[] = {_("All classes"), NULL};
    self->filter = GTK_DROP_DOWN(gtk_drop_down_new_from_strings(none));
    gtk_widget_set_margin_top(GTK_WIDGET(self->filter), 6);
    faltung_set_accessible_label(GTK_WIDGET(self->filter), _("Class"));
    g_signal_connect_swapped(self->filter, "notify::selected", G_CALLBACK(on_filter), self);
    gtk_box_append(GTK_BOX(heading), self->title);
    gtk_box_append(GTK_BOX(heading), self->subtitle);
    gtk_box_append(GTK_BOX(heading), GTK_WIDGET(self->filter));
    gtk_box_append(GTK_BOX(self), heading);

    self->pages = GTK_STACK(gtk_stack_new());
    gtk_stack_add_named(self->pages, build_grid(self), "samples");
    self->note = text_label("dim-label");
    gtk_label_set_selectable(GTK_LABEL(self->note), TRUE);
    gtk_widget_set_valign(self->note, GTK_ALIGN_START);
    gtk_widget_set_margin_start(self->note, 12);
    gtk_widget_set_margin_end(self->note, 12);
    gtk_stack_add_named(self->pages, self->note, "none");
    gtk_widget_set_vexpand(GTK_WIDGET(self->pages), TRUE);
    gtk_box_append(GTK_BOX(self), GTK_WIDGET(self->pages));

    self->answer = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    gtk_widget_set_margin_start(self->answer, 12);
    gtk_widget_set_margin_end(self->answer, 12);
    gtk_widget_set_margin_bottom(self->answer, 10);
    gtk_box_append(GTK_BOX(self->answer), gtk_separator_new(GTK_ORIENTATION_HORIZONTAL));
    self->answer_title = text_label("heading");
    self->bars = gtk_drawing_area_new();
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(self->bars), draw_bars, self, NULL);
    faltung_set_accessible_label(self->bars, _("What the network says, in percent"));
    gtk_box_append(GTK_BOX(self->answer), self->answer_title);
    gtk_box_append(GTK_BOX(self->answer), self->bars);
    gtk_widget_set_visible(self->answer, FALSE);
    gtk_box_append(GTK_BOX(self), self->answer);
    faltung_on_style_changed(GTK_WIDGET(self), G_CALLBACK(load_samples));
}

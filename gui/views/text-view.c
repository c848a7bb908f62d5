/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/chart.h"
#include "draw/colormap.h"
#include "gui/style.h"
#include "gui/views/view.h"
#include "gui/views/writing-job.h"

#include <glib/gi18n.h>
#include <math.h>

/*
 * What a network that has learned a text says comes next behind a text of one's own, and what it
 * writes; the text is coloured by what one of its units holds at each character.
 */

#define LENGTH 300 /* characters to write */
#define BARS 8     /* characters shown: the likeliest */
#define SHADES 21

typedef struct {
    FaltungScene *scene;
    GtkStack *pages;
    GtkWidget *prompt, *bars, *problem, *units;
    GtkTextBuffer *text;
    GtkAdjustment *temperature, *unit;
    GtkDropDown *layers;
    GtkStringList *names;
    GArray *layer_indices; /* (element-type int) of the graph, of each of the names */
    FaltungWriting *shown;
    FaltungWeights *weights; /* that were asked last */
    GCancellable *working;
    int length; /* of what is to be written behind the prompt */
    guint64 seed;
    gboolean again, filling; /* again: something changed while it was working */
    char *bar_names[BARS];
    double bar_values[BARS];
    int n_bars;
} Writing;

/* --- what is shown --- */

static void draw_bars(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data) {
    Writing *self = data;
    if (self->n_bars > 0) {
        FaltungTheme theme = faltung_theme_for(GTK_WIDGET(area));
        theme.font_size = CLAMP(0.7 * height / self->n_bars, 6, 0.9 * theme.font_size);
        double used = MIN(height, self->n_bars * 22);
        faltung_bars_draw(cr, &theme, (const char *const *)self->bar_names, self->bar_values,
                          self->n_bars, (FaltungRect){0, 0, width, used});
    }
}

static void show_chances(Writing *self, const FaltungWriting *writing) {
    g_autofree gboolean *taken = g_new0(gboolean, writing->n);
    g_autoptr(GString) words = g_string_new(_("The next character"));
    self->n_bars = MIN(writing->n, BARS);
    for (int i = 0; i < self->n_bars; i++) {
        int best = -1;
        for (int k = 0; k < writing->n; k++) {
            if (!taken[k] && (best < 0 || writing->chances[k] > writing->chances[best])) {
                best = k;
            }
        }
        taken[best] = TRUE;
        g_free(self->bar_names[i]);
        self->bar_names[i] = faltung_scene_class_name(self->scene, best);
        self->bar_values[i] = round(1000 * writing->chances[best]) / 10;
        g_string_append_printf(words, "; %s: %.1f", self->bar_names[i], self->bar_values[i]);
    }
    faltung_set_accessible_label(self->bars, words->str);
    gtk_widget_queue_draw(self->bars);
}

/* A tag for each of the colours of the diverging map. */
static GtkTextTag *tag_of(Writing *self, const FaltungTheme *theme, int shade) {
    g_autofree char *name = g_strdup_printf("shade %d", shade);
    GtkTextTagTable *table = gtk_text_buffer_get_tag_table(self->text);
    GtkTextTag *tag = gtk_text_tag_table_lookup(table, name);
    if (tag == NULL) {
        tag = gtk_text_buffer_create_tag(self->text, name, NULL);
    }
    FaltungColor color =
        faltung_colormap_color(faltung_colormap_diverging(theme), shade / (SHADES - 1.0));
    FaltungColor on = faltung_color_on(color);
    GdkRGBA background = {color.red, color.green, color.blue, 1};
    GdkRGBA foreground = {on.red, on.green, on.blue, 1};
    g_object_set(tag, "background-rgba", &background, "foreground-rgba", &foreground, NULL);
    return tag;
}

static void colour_text(Writing *self) {
    GtkTextIter begin, end;
    gtk_text_buffer_get_bounds(self->text, &begin, &end);
    gtk_text_buffer_remove_all_tags(self->text, &begin, &end);
    const FaltungWriting *writing = self->shown;
    if (writing == NULL || writing->states == NULL) {
        return;
    }
    FaltungTheme theme = faltung_theme_for(self->bars);
    int unit = CLAMP((int)gtk_adjustment_get_value(self->unit), 0, writing->n_units - 1);
    double largest = 1e-30;
    for (int i = 0; i < writing->n_seen; i++) {
        largest = MAX(largest, fabs((double)writing->states[i * writing->n_units + unit]));
    }
    for (int i = 0; i < writing->n_seen; i++) {
        double value = writing->states[i * writing->n_units + unit] / largest;
        int shade = (int)lround((value + 1) / 2 * (SHADES - 1));
        gtk_text_buffer_get_iter_at_offset(self->text, &begin, i);
        gtk_text_buffer_get_iter_at_offset(self->text, &end, i + 1);
        gtk_text_buffer_apply_tag(self->text, tag_of(self, &theme, CLAMP(shade, 0, SHADES - 1)),
                                  &begin, &end);
    }
}

static void show_writing(Writing *self) {
    const FaltungWriting *writing = self->shown;
    gtk_text_buffer_set_text(self->text, writing->text, -1);
    gtk_adjustment_set_upper(self->unit, MAX(writing->n_units - 1, 0));
    gtk_widget_set_visible(self->units, writing->states != NULL);
    gtk_label_set_text(GTK_LABEL(self->problem), "");
    show_chances(self, writing);
    colour_text(self);
}

/* --- the work --- */

static void begin(Writing *self);

static void on_done(GObject *source, GAsyncResult *result, gpointer data) {
    g_autoptr(GError) error = NULL;
    FaltungWriting *writing = faltung_writing_finish(result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        return; /* the view may be gone */
    }
    Writing *self = data;
    g_clear_object(&self->working);
    if (writing != NULL) {
        g_clear_pointer(&self->shown, faltung_writing_free);
        self->shown = writing;
        show_writing(self);
    } else {
        gtk_label_set_text(GTK_LABEL(self->problem), error->message);
    }
    if (self->again) {
        begin(self);
    }
}

static int chosen_layer(Writing *self) {
    guint chosen = gtk_drop_down_get_selected(self->layers);
    return chosen < self->layer_indices->len ? g_array_index(self->layer_indices, int, chosen)
                                             : FALTUNG_NO_LAYER;
}

static void begin(Writing *self) {
    const FaltungSnapshot *snapshot = self->scene->snapshot;
    FaltungDataset *data = self->scene->validation;
    if (snapshot == NULL || snapshot->weights == NULL || data == NULL ||
        faltung_dataset_text(data) == NULL) {
        return;
    }
    self->again = self->working != NULL;
    if (self->again) {
        return;
    }
    g_clear_pointer(&self->weights, faltung_weights_unref);
    self->weights = faltung_weights_ref(snapshot->weights);
    int layer = chosen_layer(self);
    FaltungWriting *wanted = g_new0(FaltungWriting, 1);
    wanted->weights = faltung_weights_ref(snapshot->weights);
    wanted->validation = faltung_dataset_ref(data);
    wanted->odds = faltung_scene_is_softmax(self->scene);
    wanted->prompt = g_strdup(gtk_editable_get_text(GTK_EDITABLE(self->prompt)));
    wanted->length = self->length;
    wanted->temperature = gtk_adjustment_get_value(self->temperature);
    wanted->seed = self->seed;
    wanted->layer = layer < (int)snapshot->weights->graph->layers->len ? layer : FALTUNG_NO_LAYER;
    self->working = faltung_scene_work(self->scene);
    faltung_writing_async(wanted, self->working, on_done, self);
}

/* --- the view --- */

/* Another prompt: its chances and states; nothing is written until that is asked for. */
static void on_prompt(Writing *self) {
    self->length = 0;
    begin(self);
}

static void on_write(Writing *self) {
    self->length = LENGTH;
    self->seed++;
    begin(self);
}

static void on_setting(Writing *self) {
    if (!self->filling) {
        begin(self);
    }
}

/* The layers whose outputs go along the text; the last that is recurrent is the first choice. */
static void fill_layers(Writing *self) {
    const FaltungExperiment *experiment = faltung_scene_experiment(self->scene);
    if (experiment == NULL) {
        return;
    }
    g_clear_pointer(&self->layer_indices, g_array_unref);
    self->layer_indices = faltung_writing_layers(experiment->graph);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    guint selected = 0;
    for (guint i = 0; i < self->layer_indices->len; i++) {
        const FaltungLayer *layer =
            faltung_graph_layer(experiment->graph, g_array_index(self->layer_indices, int, i));
        g_ptr_array_add(names, layer->name);
        selected = layer->operation->group == FALTUNG_GROUP_RECURRENT ? i : selected;
    }
    g_ptr_array_add(names, NULL);
    self->filling = TRUE;
    gtk_string_list_splice(self->names, 0, g_list_model_get_n_items(G_LIST_MODEL(self->names)),
                           (const char *const *)names->pdata);
    gtk_drop_down_set_selected(self->layers, selected);
    self->filling = FALSE;
}

static void show(GtkWidget *view, FaltungScene *scene, FaltungSceneParts changed) {
    Writing *self = g_object_get_data(G_OBJECT(view), "writing");
    gboolean can = scene->validation != NULL && faltung_dataset_text(scene->validation) != NULL;
    gtk_stack_set_visible_child_name(self->pages, can ? "text" : "note");
    if (changed & FALTUNG_SCENE_DOCUMENT) {
        fill_layers(self);
    }
    if (changed & FALTUNG_SCENE_STYLE) {
        colour_text(self);
    }
    if (can && scene->snapshot != NULL && scene->snapshot->weights != self->weights) {
        begin(self);
    }
}

static void wish(GtkWidget *view, FaltungWanted *wanted) {
    wanted->weights = TRUE;
}

static void writing_free(gpointer data) {
    Writing *self = data;
    if (self->working != NULL) {
        g_cancellable_cancel(self->working);
        g_clear_object(&self->working);
    }
    g_clear_pointer(&self->shown, faltung_writing_free);
    g_clear_pointer(&self->weights, faltung_weights_unref);
    g_clear_pointer(&self->layer_indices, g_array_unref);
    for (int i = 0; i < BARS; i++) {
        g_free(self->bar_names[i]);
    }
    g_free(self);
}

static GtkWidget *dim(const char *text) {
    GtkWidget *label = gtk_label_new(text);
    gtk_widget_add_css_class(label, "dim-label");
    return label;
}

static GtkWidget *build_prompt(Writing *self) {
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    self->prompt = gtk_entry_new();
    gtk_entry_set_placeholder_text(GTK_ENTRY(self->prompt), _("How the text begins"));
    gtk_widget_set_tooltip_text(self->prompt, _("How the text begins"));
    faltung_set_accessible_label(self->prompt, _("How the text begins"));
    gtk_widget_set_hexpand(self->prompt, TRUE);
    g_signal_connect_swapped(self->prompt, "changed", G_CALLBACK(on_prompt), self);
    g_signal_connect_swapped(self->prompt, "activate", G_CALLBACK(on_write), self);
    GtkWidget *write = gtk_button_new_with_label(_("Write"));
    gtk_widget_set_tooltip_text(write, _("Write on"));
    g_signal_connect_swapped(write, "clicked", G_CALLBACK(on_write), self);
    gtk_box_append(GTK_BOX(bar), self->prompt);
    gtk_box_append(GTK_BOX(bar), write);
    return bar;
}

static GtkWidget *build_settings(Writing *self) {
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    self->temperature = gtk_adjustment_new(1, 0, 2, 0.1, 0.5, 0);
    GtkWidget *scale = gtk_scale_new(GTK_ORIENTATION_HORIZONTAL, self->temperature);
    gtk_scale_set_draw_value(GTK_SCALE(scale), TRUE);
    gtk_scale_set_value_pos(GTK_SCALE(scale), GTK_POS_RIGHT);
    gtk_widget_set_size_request(scale, 48, -1);
    faltung_set_accessible_label(scale, _("Temperature"));
    g_signal_connect_swapped(self->temperature, "value-changed", G_CALLBACK(on_setting), self);
    GtkWidget *name = dim(_("Temperature"));
    gtk_label_set_ellipsize(GTK_LABEL(name), PANGO_ELLIPSIZE_END);
    gtk_label_set_width_chars(GTK_LABEL(name), 8);
    gtk_box_append(GTK_BOX(bar), name);
    gtk_box_append(GTK_BOX(bar), scale);

    self->units = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    self->names = gtk_string_list_new(NULL);
    self->layers = GTK_DROP_DOWN(gtk_drop_down_new(G_LIST_MODEL(self->names), NULL));
    faltung_cut_choice(self->layers);
    gtk_widget_add_css_class(GTK_WIDGET(self->layers), "flat");
    gtk_widget_set_tooltip_text(GTK_WIDGET(self->layers), _("Layer whose states colour the text"));
    faltung_set_accessible_label(GTK_WIDGET(self->layers), _("Layer whose states colour the text"));
    g_signal_connect_swapped(self->layers, "notify::selected", G_CALLBACK(on_setting), self);
    self->unit = gtk_adjustment_new(0, 0, 0, 1, 8, 0);
    GtkWidget *unit = gtk_spin_button_new(self->unit, 1, 0);
    gtk_editable_set_width_chars(GTK_EDITABLE(unit), 2);
    gtk_widget_set_tooltip_text(unit, _("Unit that colours the text"));
    faltung_set_accessible_label(unit, _("Unit that colours the text"));
    g_signal_connect_swapped(self->unit, "value-changed", G_CALLBACK(colour_text), self);
    gtk_box_append(GTK_BOX(self->units), GTK_WIDGET(self->layers));
    gtk_box_append(GTK_BOX(self->units), unit);
    gtk_widget_set_visible(self->units, FALSE);
    gtk_box_append(GTK_BOX(bar), self->units);
    return bar;
}

static GtkWidget *build_text(Writing *self) {
    GtkWidget *text = gtk_text_view_new();
    gtk_text_view_set_editable(GTK_TEXT_VIEW(text), FALSE);
    gtk_text_view_set_cursor_visible(GTK_TEXT_VIEW(text), FALSE);
    gtk_text_view_set_monospace(GTK_TEXT_VIEW(text), TRUE);
    gtk_text_view_set_wrap_mode(GTK_TEXT_VIEW(text), GTK_WRAP_CHAR);
    gtk_widget_add_css_class(text, "log");
    faltung_set_accessible_label(text, _("What the network writes"));
    self->text = gtk_text_view_get_buffer(GTK_TEXT_VIEW(text));
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), text);
    gtk_widget_set_hexpand(scrolled, TRUE);
    gtk_widget_set_vexpand(scrolled, TRUE);
    return scrolled;
}

static GtkWidget *build_page(Writing *self) {
    GtkWidget *left = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    gtk_box_append(GTK_BOX(left), build_prompt(self));
    gtk_box_append(GTK_BOX(left), build_settings(self));
    self->problem = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(self->problem), 0);
    gtk_label_set_ellipsize(GTK_LABEL(self->problem), PANGO_ELLIPSIZE_END);
    gtk_widget_add_css_class(self->problem, "error");
    GtkWidget *text = build_text(self);
    gtk_box_append(GTK_BOX(left), text);
    gtk_box_append(GTK_BOX(left), self->problem);
    self->bars = gtk_drawing_area_new();
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(self->bars), draw_bars, self, NULL);
    gtk_widget_set_size_request(self->bars, 100, -1);
    faltung_set_accessible_label(self->bars, _("The next character"));
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    gtk_widget_set_margin_start(row, 12);
    gtk_widget_set_margin_end(row, 12);
    gtk_widget_set_margin_top(row, 6);
    gtk_box_append(GTK_BOX(row), left);
    gtk_box_append(GTK_BOX(row), self->bars);
    return row;
}

static GtkWidget *create(FaltungScene *scene) {
    Writing *self = g_new0(Writing, 1);
    self->scene = scene;
    self->layer_indices = g_array_new(FALSE, FALSE, sizeof(int));
    self->pages = GTK_STACK(gtk_stack_new());
    GtkWidget *note = dim(_("A network writes here that has learned a text."));
    gtk_label_set_wrap(GTK_LABEL(note), TRUE);
    gtk_stack_add_named(self->pages, note, "note");
    gtk_stack_add_named(self->pages, build_page(self), "text");
    GtkWidget *view = GTK_WIDGET(self->pages);
    g_object_set_data_full(G_OBJECT(view), "writing", self, writing_free);
    static const FaltungSceneWatch watch = {show, wish};
    faltung_scene_watch(scene, view, &watch);
    return view;
}

const FaltungView faltung_view_text = {N_("Text"), create};

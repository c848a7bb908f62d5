/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/layout.h"
#include "draw/text.h"
#include "gui/data/samples.h"
#include "gui/style.h"
#include "gui/views/choices.h"
#include "gui/views/explain-job.h"
#include "gui/views/sheet-view.h"
#include "gui/views/study.h"
#include "gui/views/view.h"

#include <glib/gi18n.h>

/*
 * Which part of the probe a decision comes from, in four ways side by side; below them, on demand,
 * the same of a network that has learned nothing: what looks alike there explains nothing.
 */

#define MOST_UNITS 200 /* in the list */
#define SMALLEST 64    /* pixels of a picture */

typedef struct {
    FaltungStudy study;
    FaltungExplained *explained; /* (nullable) */
    GtkWidget *units, *layers, *randomized, *says, *sheet;
} Explain;

static const struct {
    const char *title, *name;
} ways[FALTUNG_N_WAYS] = {
    [FALTUNG_BY_SALIENCY] = {N_("Saliency"), "saliency"},
    [FALTUNG_BY_INTEGRATION] = {N_("Integrated"), "integrated"},
    [FALTUNG_BY_GRAD_CAM] = {N_("Grad-CAM"), "gradcam"},
    [FALTUNG_BY_OCCLUSION] = {N_("Occlusion"), "occlusion"},
};

/* --- the pictures --- */

static FaltungFrame *sample_frame(const FaltungExplained *explained) {
    const FaltungShape *shape = faltung_dataset_shape(explained->validation);
    size_t n = faltung_shape_size(shape);
    float *raw = g_memdup2(explained->raw, n * sizeof(float));
    FaltungFrame *frame = faltung_frame_new(
        shape, raw, "sample", faltung_sample_label_of(explained->validation, explained->sample));
    if (shape->rank == 3) {
        frame->picture.range = explained->range;
    }
    return frame;
}

/* Over the sample where it is an image, else the attributions themselves. */
static FaltungFrame *way_frame(Explain *self, const FaltungExplained *explained, int way,
                               const FaltungExplanation *answer, gboolean random) {
    const FaltungShape *input = faltung_dataset_shape(explained->validation);
    const char *name = ways[way].name;
    g_autofree char *random_name = g_strdup_printf("randomised %s", name);
    g_autofree char *likeness = faltung_format_number(explained->likeness[way], 3);
    char *caption =
        random ? g_strdup_printf("\317\201 = %s", likeness) : g_strdup(_(ways[way].title));
    FaltungTheme theme = faltung_theme_for(self->sheet);
    FaltungColormap colormap = answer->is_signed || answer->map == NULL
                                   ? faltung_colormap_diverging(&theme)
                                   : FALTUNG_COLORMAP_VIRIDIS;
    FaltungFrame *frame;
    if (answer->map != NULL) {
        size_t n = faltung_shape_size(input);
        frame = faltung_frame_new(input, g_memdup2(explained->raw, n * sizeof(float)),
                                  random ? random_name : name, caption);
        frame->picture.range = explained->range;
        faltung_frame_lay_over(
            frame, g_memdup2(answer->map, input->dims[1] * input->dims[2] * sizeof(float)),
            colormap);
        frame->picture.scale_bar = TRUE;
    } else {
        size_t n = faltung_shape_size(&answer->shape);
        frame = faltung_frame_new(&answer->shape, g_memdup2(answer->values, n * sizeof(float)),
                                  random ? random_name : name, caption);
        frame->picture.colormap = colormap;
        frame->picture.scale_bar = answer->shape.rank >= 2;
    }
    return frame;
}

static void add_row(Explain *self, GPtrArray *frames, FaltungExplanation *const *answers,
                    gboolean random) {
    FaltungFrame *sample = sample_frame(self->explained);
    if (random) {
        g_free(sample->caption);
        sample->picture.caption = sample->caption = g_strdup(_("Randomised"));
    }
    g_ptr_array_add(frames, sample);
    for (int way = 0; way < FALTUNG_N_WAYS; way++) {
        if (answers[way] != NULL) {
            g_ptr_array_add(frames, way_frame(self, self->explained, way, answers[way], random));
        }
    }
}

static void show_pictures(Explain *self) {
    GPtrArray *frames = g_ptr_array_new_with_free_func(faltung_frame_free);
    const FaltungExplained *explained = self->explained;
    int in_row = 1;
    if (explained != NULL) {
        add_row(self, frames, explained->ways, FALSE);
        in_row = (int)frames->len;
    }
    if (explained != NULL && explained->randomized) {
        add_row(self, frames, explained->random, TRUE);
    }
    faltung_sheet_view_show(FALTUNG_SHEET_VIEW(self->sheet), frames, in_row);
}

/* "7: score 9.12, gap 0.01", of which the integrated gradients fall short */
static void show_figures(Explain *self) {
    const FaltungExplanation *saliency = self->explained->ways[FALTUNG_BY_SALIENCY];
    g_autofree char *unit = faltung_scene_class_name(self->study.scene, saliency->unit);
    g_autofree char *score = faltung_format_number(saliency->score, 5);
    g_autofree char *gap =
        faltung_format_number(self->explained->ways[FALTUNG_BY_INTEGRATION]->gap, 3);
    const char *problem = self->explained->problem;
    /* a class and what the network says of it; what is left over where the integrated
       gradients are summed up. */
    g_autofree char *figures = g_strdup_printf(_("%s: score %s, gap %s"), unit, score, gap);
    g_autofree char *text =
        problem != NULL ? g_strdup_printf("%s; %s", figures, problem) : g_steal_pointer(&figures);
    gtk_label_set_text(GTK_LABEL(self->says), text);
    gtk_widget_set_tooltip_text(self->says, text);
}

/* --- the work --- */

static void begin(Explain *self);

static void on_done(GObject *source, GAsyncResult *task, gpointer data) {
    Explain *self = data;
    g_autoptr(GError) error = NULL;
    gpointer found;
    if (!faltung_study_end(&self->study, task, &found, &error)) {
        return;
    }
    g_clear_pointer(&self->explained, faltung_explained_free);
    self->explained = found;
    show_pictures(self);
    if (found != NULL) {
        show_figures(self);
    } else {
        gtk_label_set_text(GTK_LABEL(self->says), error->message);
    }
    begin(self);
}

static gboolean find(gpointer result, const FaltungAnalysisHooks *hooks, GError **error) {
    return faltung_explained_find(result, hooks, error);
}

static void begin(Explain *self) {
    const FaltungExperiment *experiment = faltung_scene_experiment(self->study.scene);
    FaltungSnapshot *snapshot = experiment != NULL ? faltung_study_begin(&self->study) : NULL;
    if (snapshot == NULL) {
        return;
    }
    /* the weights may be of a network that the text has left behind */
    const FaltungGraph *graph = snapshot->weights->graph;
    int unit = faltung_choice(self->units), layer = faltung_choice(self->layers);
    gboolean has_unit = unit < faltung_layout_columns(faltung_graph_output(graph));
    gboolean has_layer = layer < (int)graph->layers->len && layer >= 0 &&
                         faltung_graph_layer(graph, layer)->output_shape.rank == 3;
    FaltungExplained *wanted = g_new0(FaltungExplained, 1);
    wanted->weights = faltung_weights_ref(snapshot->weights);
    wanted->validation = faltung_dataset_ref(self->study.scene->validation);
    wanted->sample = MIN(self->study.sample, faltung_dataset_size(wanted->validation) - 1);
    wanted->unit = has_unit ? unit : -1;
    wanted->layer = has_layer ? layer : -1;
    wanted->randomized = gtk_switch_get_active(GTK_SWITCH(self->randomized));
    wanted->seed = experiment->train->seed;
    wanted->threads = snapshot->live ? 1 : 0;
    faltung_study_run(&self->study, find, wanted, (GDestroyNotify)faltung_explained_free, on_done,
                      self);
}

/* --- the view --- */

static void on_choice(Explain *self) {
    faltung_study_forget(&self->study);
    begin(self);
}

static void fill_units(Explain *self, const FaltungGraph *graph) {
    int n = faltung_layout_columns(faltung_graph_output(graph));
    FaltungChoices choices;
    faltung_choices_init(&choices);
    faltung_choices_add(&choices, _("The decision"), -1);
    for (int unit = 0; unit < MIN(n, MOST_UNITS); unit++) {
        g_autofree char *name = faltung_scene_class_name(self->study.scene, unit);
        faltung_choices_add(&choices, name, unit);
    }
    faltung_choices_fill(self->units, &choices, -1);
}

static void fill_layers(Explain *self, const FaltungGraph *graph) {
    int fallback = faltung_last_maps(graph);
    FaltungChoices choices;
    faltung_choices_init(&choices);
    for (int i = 0; i < (int)graph->layers->len - 1; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        if (layer->output_shape.rank == 3) {
            faltung_choices_add(&choices, layer->name, i);
        }
    }
    gtk_widget_set_visible(self->layers, fallback >= 0);
    faltung_choices_fill(self->layers, &choices, fallback);
}

static void show(GtkWidget *view, FaltungScene *scene, FaltungSceneParts changed) {
    Explain *self = g_object_get_data(G_OBJECT(view), "explain");
    const FaltungExperiment *experiment = faltung_scene_experiment(scene);
    if (experiment != NULL && (changed & (FALTUNG_SCENE_DOCUMENT | FALTUNG_SCENE_DATA))) {
        fill_units(self, experiment->graph);
        fill_layers(self, experiment->graph);
        faltung_study_forget(&self->study);
    }
    if (changed & FALTUNG_SCENE_STYLE) {
        show_pictures(self);
    }
    begin(self);
}

static void wish(GtkWidget *view, FaltungWanted *wanted) {
    wanted->weights = TRUE;
}

static void explain_free(gpointer data) {
    Explain *self = data;
    faltung_study_forget(&self->study);
    g_clear_pointer(&self->explained, faltung_explained_free);
    g_free(self);
}

static GtkWidget *build_tools(Explain *self) {
    GtkWidget *tools = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    self->units = faltung_choices_new(_("Class"), G_CALLBACK(on_choice), self);
    self->layers = faltung_choices_new(_("Maps for Grad-CAM"), G_CALLBACK(on_choice), self);
    self->randomized = gtk_switch_new();
    gtk_widget_set_valign(self->randomized, GTK_ALIGN_CENTER);
    const char *what = _("Beside a network with random weights, which has learned nothing");
    gtk_widget_set_tooltip_text(self->randomized, what);
    faltung_set_accessible_label(self->randomized, what);
    g_signal_connect_swapped(self->randomized, "notify::active", G_CALLBACK(on_choice), self);
    gtk_box_append(GTK_BOX(tools), self->units);
    gtk_box_append(GTK_BOX(tools), self->layers);
    gtk_box_append(GTK_BOX(tools), gtk_label_new(_("Randomised")));
    gtk_box_append(GTK_BOX(tools), self->randomized);
    return tools;
}

static GtkWidget *create(FaltungScene *scene) {
    Explain *self = g_new0(Explain, 1);
    self->study.scene = scene;
    self->sheet = faltung_sheet_view_new(_("Explanations"), SMALLEST);
    GtkWidget *view = faltung_sheet_page_new(self->sheet, build_tools(self), &self->says);
    g_object_set_data_full(G_OBJECT(view), "explain", self, explain_free);
    static const FaltungSceneWatch watch = {show, wish};
    faltung_scene_watch(scene, view, &watch);
    return view;
}

const FaltungView faltung_view_explain = {N_("Explain"), create};

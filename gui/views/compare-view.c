/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/comparison.h"
#include "gui/style.h"
#include "gui/training/run-info.h"
#include "gui/views/choices.h"
#include "gui/views/compare-job.h"
#include "gui/views/scene-runs.h"
#include "gui/views/sheet-view.h"
#include "gui/views/study.h"
#include "gui/views/view.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/*
 * Two moments or two runs side by side on the same sample: what the window looks at, and beside it
 * a moment that was pinned, or the end of another run of the folder; and the difference.
 */

#define SMALLEST 72 /* pixels of a picture */
#define PINNED 0    /* among the choices; behind it are the runs */

typedef struct {
    FaltungStudy study;
    FaltungComparison *comparison; /* (nullable) */
    FaltungWeights *pinned;        /* (nullable) */
    FaltungRunList *runs;
    GPtrArray *paths; /* (element-type char *): of the runs among the choices, from 1 on */
    GtkWidget *layers, *others, *says, *sheet;
} Compare;

/* --- what is shown --- */

static char *figures_of(double epoch, double loss, double accuracy) {
    GString *text = g_string_new(NULL);
    g_string_printf(text, _("epoch %.4g"), epoch);
    if (!isnan(loss)) {
        g_string_append_printf(text, _(", val. loss %.4g"), loss);
    }
    if (!isnan(accuracy)) {
        g_string_append_printf(text, _(", val. accuracy %.1f %%"), 100 * accuracy);
    }
    return g_string_free(text, FALSE);
}

/* Of this run at @epoch, where it has ended by then. */
static char *figures_at(Compare *self, double epoch) {
    const FaltungHistory *history = self->study.scene->history;
    for (guint i = 0; history != NULL && i < history->epochs->len; i++) {
        const FaltungEpochRow *row = &g_array_index(history->epochs, FaltungEpochRow, i);
        if (row->epoch == epoch) {
            return figures_of(epoch, row->validation.loss, row->validation.accuracy);
        }
    }
    return figures_of(epoch, NAN, NAN);
}

/* @layer: (nullable): its name, where it is not the one that was chosen */
static void add_rows(Compare *self, GPtrArray *frames, const char *layer, const GPtrArray *all) {
    static const char *const titles[FALTUNG_COMPARISON_PICTURES] = {"A", "B", "B \342\210\222 A"};
    FaltungTheme theme = faltung_theme_for(self->sheet);
    for (guint i = 0; all != NULL && i < all->len; i++) {
        const FaltungCompared *compared = all->pdata[i];
        FaltungSheetPicture pictures[FALTUNG_COMPARISON_PICTURES];
        float *planes[FALTUNG_COMPARISON_PICTURES];
        faltung_comparison_pictures(compared, &theme, pictures, planes);
        for (int k = 0; k < FALTUNG_COMPARISON_PICTURES; k++) {
            char *caption =
                g_strdup_printf("%s: %s", layer != NULL ? layer : compared->name, titles[k]);
            FaltungFrame *frame =
                faltung_frame_new(&pictures[k].shape, planes[k], caption, caption);
            frame->picture.colormap = pictures[k].colormap;
            frame->picture.range = pictures[k].range;
            frame->picture.scale_bar = pictures[k].scale_bar;
            g_ptr_array_add(frames, frame);
        }
    }
}

static void show_pictures(Compare *self) {
    GPtrArray *frames = g_ptr_array_new_with_free_func(faltung_frame_free);
    const FaltungComparison *found = self->comparison;
    if (found != NULL) {
        const FaltungGraph *graph = found->a->graph;
        int last = (int)graph->layers->len - 1;
        add_rows(self, frames, NULL, found->all);
        add_rows(self, frames, faltung_graph_layer(graph, last)->name, found->decisions);
    }
    faltung_sheet_view_show(FALTUNG_SHEET_VIEW(self->sheet), frames, FALTUNG_COMPARISON_PICTURES);
}

static void say(Compare *self, const char *text) {
    gtk_label_set_text(GTK_LABEL(self->says), text);
    gtk_widget_set_tooltip_text(self->says, text);
}

static void show_figures(Compare *self) {
    const FaltungComparison *found = self->comparison;
    g_autofree char *a = figures_at(self, found->a->epoch);
    g_autofree char *b = found->path != NULL
                             ? figures_of(found->epoch, found->loss, found->accuracy)
                             : figures_at(self, found->epoch);
    g_autofree char *text = g_strdup_printf("A: %s \302\267 B: %s", a, b);
    say(self, text);
}

/* --- the work --- */

static void begin(Compare *self);

static void on_done(GObject *source, GAsyncResult *task, gpointer data) {
    Compare *self = data;
    g_autoptr(GError) error = NULL;
    gpointer found;
    if (!faltung_study_end(&self->study, task, &found, &error)) {
        return;
    }
    g_clear_pointer(&self->comparison, faltung_comparison_free);
    self->comparison = found;
    show_pictures(self);
    if (found != NULL) {
        show_figures(self);
    } else {
        say(self, error->message);
    }
    begin(self);
}

static gboolean find(gpointer result, const FaltungAnalysisHooks *hooks, GError **error) {
    return faltung_comparison_find(result, hooks, error);
}

static void begin(Compare *self) {
    int layer = faltung_choice(self->layers), other = faltung_choice(self->others);
    const char *path = other > PINNED ? self->paths->pdata[other - 1] : NULL;
    if (path == NULL && self->pinned == NULL) {
        say(self, _("Pin a moment, or choose another run, to see it beside what is shown."));
        return;
    }
    FaltungSnapshot *snapshot = faltung_study_begin(&self->study);
    if (snapshot == NULL) {
        return;
    }
    const FaltungGraph *graph = snapshot->weights->graph;
    FaltungComparison *wanted = g_new0(FaltungComparison, 1);
    wanted->a = faltung_weights_ref(snapshot->weights);
    wanted->validation = faltung_dataset_ref(self->study.scene->validation);
    wanted->sample = MIN(self->study.sample, faltung_dataset_size(wanted->validation) - 1);
    wanted->layer = CLAMP(layer, 0, (int)graph->layers->len - 1);
    wanted->b = path == NULL ? faltung_weights_ref(self->pinned) : NULL;
    wanted->path = g_strdup(path);
    faltung_study_run(&self->study, find, wanted, (GDestroyNotify)faltung_comparison_free, on_done,
                      self);
}

static void again(Compare *self) {
    faltung_study_forget(&self->study);
    begin(self);
}

/* --- what can be chosen --- */

static void fill_layers(Compare *self, const FaltungGraph *graph) {
    FaltungChoices choices;
    faltung_choices_init(&choices);
    for (int i = 0; i < (int)graph->layers->len; i++) {
        faltung_choices_add(&choices, faltung_graph_layer(graph, i)->name, i);
    }
    faltung_choices_fill(self->layers, &choices, 0);
}

/* Newest first; those that are still being written say so. */
static int compare_runs(gconstpointer a, gconstpointer b) {
    const FaltungRunItem *left = *(FaltungRunItem *const *)a, *right = *(FaltungRunItem *const *)b;
    int order = strcmp(right->created, left->created);
    return order != 0 ? order : strcmp(left->name, right->name);
}

static void fill_others(Compare *self) {
    int chosen = faltung_choice(self->others);
    g_autofree char *before = chosen > PINNED ? g_strdup(self->paths->pdata[chosen - 1]) : NULL;
    g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(g_object_unref);
    for (guint i = 0; i < g_list_model_get_n_items(G_LIST_MODEL(self->runs)); i++) {
        g_ptr_array_add(runs, g_list_model_get_item(G_LIST_MODEL(self->runs), i));
    }
    g_ptr_array_sort(runs, compare_runs);
    FaltungChoices choices;
    faltung_choices_init(&choices);
    g_ptr_array_set_size(self->paths, 0);
    faltung_choices_add(&choices, _("The pinned moment"), PINNED);
    chosen = PINNED;
    for (guint i = 0; i < runs->len; i++) {
        const FaltungRunItem *run = runs->pdata[i];
        gboolean live = strcmp(run->status, "running") == 0;
        g_autofree char *name =
            live ? g_strdup_printf("%s · %s", run->name, faltung_status_text(run->status)) : NULL;
        g_ptr_array_add(self->paths, g_strdup(run->path));
        faltung_choices_add(&choices, live ? name : run->name, (int)self->paths->len);
        chosen = g_strcmp0(run->path, before) == 0 ? (int)self->paths->len : chosen;
    }
    faltung_choices_fill(self->others, &choices, chosen);
    faltung_choose(self->others, chosen);
}

static void on_pin(Compare *self) {
    const FaltungSnapshot *snapshot = self->study.scene->snapshot;
    if (snapshot != NULL && snapshot->weights != NULL) {
        g_clear_pointer(&self->pinned, faltung_weights_unref);
        self->pinned = faltung_weights_ref(snapshot->weights);
        faltung_choose(self->others, PINNED);
        again(self);
    }
}

/* --- the view --- */

static void show(GtkWidget *view, FaltungScene *scene, FaltungSceneParts changed) {
    Compare *self = g_object_get_data(G_OBJECT(view), "compare");
    const FaltungExperiment *experiment = faltung_scene_experiment(scene);
    if (experiment != NULL && (changed & (FALTUNG_SCENE_DOCUMENT | FALTUNG_SCENE_DATA))) {
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

static void compare_free(gpointer data) {
    Compare *self = data;
    faltung_study_forget(&self->study);
    g_clear_pointer(&self->comparison, faltung_comparison_free);
    g_clear_pointer(&self->pinned, faltung_weights_unref);
    g_signal_handlers_disconnect_by_data(self->runs, self);
    g_object_unref(self->runs);
    g_ptr_array_unref(self->paths);
    g_free(self);
}

static GtkWidget *build_tools(Compare *self) {
    GtkWidget *tools = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    self->layers = faltung_choices_new(_("Layer"), G_CALLBACK(again), self);
    self->others = faltung_choices_new(_("Compare with"), G_CALLBACK(again), self);
    GtkWidget *pin = faltung_icon_button("view-pin-symbolic", _("Pin This Moment"), NULL);
    g_signal_connect_swapped(pin, "clicked", G_CALLBACK(on_pin), self);
    gtk_box_append(GTK_BOX(tools), self->layers);
    gtk_box_append(GTK_BOX(tools), self->others);
    gtk_box_append(GTK_BOX(tools), pin);
    return tools;
}

static GtkWidget *create(FaltungScene *scene) {
    Compare *self = g_new0(Compare, 1);
    self->study.scene = scene;
    self->paths = g_ptr_array_new_with_free_func(g_free);
    self->sheet = faltung_sheet_view_new(_("Comparison"), SMALLEST);
    GtkWidget *view = faltung_sheet_page_new(self->sheet, build_tools(self), &self->says);
    g_object_set_data_full(G_OBJECT(view), "compare", self, compare_free);
    self->runs = g_object_ref(faltung_scene_runs(scene, view));
    fill_others(self);
    g_signal_connect_swapped(self->runs, "looked", G_CALLBACK(fill_others), self);
    static const FaltungSceneWatch watch = {show, wish};
    faltung_scene_watch(scene, view, &watch);
    return view;
}

const FaltungView faltung_view_compare = {N_("Compare"), create};

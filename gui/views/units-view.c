/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/layout.h"
#include "draw/text.h"
#include "gui/data/samples.h"
#include "gui/style.h"
#include "gui/views/choices.h"
#include "gui/views/sheet-view.h"
#include "gui/views/study.h"
#include "gui/views/units-job.h"
#include "gui/views/view.h"

#include <glib/gi18n.h>

/*
 * What the units of a layer answer to: of all of them the sample that excites each most, or of one
 * of them several, beside a sample that was made for it; and what the first layer looks for.
 */

#define SMALLEST 56       /* pixels of a picture */
#define LIVE_SAMPLES 1000 /* are tried while a training needs the machine */

typedef enum { ALL_UNITS, ONE_UNIT, FILTERS } What;

typedef struct {
    FaltungStudy exciting, making;
    FaltungExcited *excited; /* (nullable) */
    FaltungMade *made;       /* (nullable) */
    GtkWidget *layers, *whats, *units, *says, *sheet;
} Units;

static FaltungScene *scene_of(const Units *self) {
    return self->exciting.scene;
}

/* Of the last layer the classes, of others numbers. */
static char *unit_name(const Units *self, const FaltungGraph *graph, int layer, int unit) {
    return layer == (int)graph->layers->len - 1 ? faltung_scene_class_name(scene_of(self), unit)
                                                : g_strdup_printf("%d", unit);
}

/* --- the pictures --- */

static FaltungFrame *frame_of(const FaltungExcited *excited, int unit, int rank, char *caption) {
    const FaltungShape *shape = faltung_dataset_shape(excited->validation);
    size_t size = faltung_shape_size(shape);
    int at = unit * excited->k + rank;
    g_autofree char *name = g_strdup_printf("sample %u", excited->lists[at].sample);
    FaltungFrame *frame = faltung_frame_new(
        shape, g_memdup2(excited->raw + at * size, size * sizeof(float)), name, caption);
    if (shape->rank == 3) {
        frame->picture.range = excited->range;
    }
    return frame;
}

static char *caption_of(const char *name, double value) {
    g_autofree char *number = faltung_format_number(value, 4);
    return g_strdup_printf("%s, %s", name, number);
}

static void add_all_units(Units *self, GPtrArray *frames) {
    const FaltungExcited *excited = self->excited;
    for (int unit = 0; unit < excited->n_units; unit++) {
        g_autofree char *name = unit_name(self, excited->weights->graph, excited->layer, unit);
        FaltungFrame *frame =
            frame_of(excited, unit, 0, caption_of(name, excited->lists[unit * excited->k].value));
        frame->picture.marked = unit == faltung_choice(self->units);
        g_ptr_array_add(frames, frame);
    }
}

static void add_one_unit(Units *self, GPtrArray *frames) {
    const FaltungExcited *excited = self->excited;
    const FaltungMade *made = self->made;
    int unit = CLAMP(faltung_choice(self->units), 0, excited->n_units - 1);
    if (made != NULL && made->layer == excited->layer && made->unit == unit) {
        size_t size = faltung_shape_size(&made->shape);
        g_ptr_array_add(frames, faltung_frame_new(&made->shape,
                                                  g_memdup2(made->sample, size * sizeof(float)),
                                                  "made", caption_of(_("Made"), made->score)));
    }
    for (int rank = 0; rank < excited->k; rank++) {
        const FaltungExcitement *one = &excited->lists[unit * excited->k + rank];
        g_autofree char *label = faltung_sample_label_of(excited->validation, one->sample);
        g_ptr_array_add(frames, frame_of(excited, unit, rank, caption_of(label, one->value)));
    }
}

static void add_filters(Units *self, GPtrArray *frames) {
    const FaltungFilters *filters = self->excited->filters;
    size_t size = faltung_shape_size(&filters->shape);
    FaltungTheme theme = faltung_theme_for(self->sheet);
    FaltungColormap colormap = faltung_colormap_diverging(&theme);
    FaltungRange range = faltung_range_of(colormap, filters->values, filters->n * size);
    for (int i = 0; i < MIN(filters->n, FALTUNG_EXCITED_UNITS); i++) {
        int unit = filters->order[i];
        g_autofree char *name = g_strdup_printf("%d", unit);
        FaltungFrame *frame = faltung_frame_new(
            &filters->shape, g_memdup2(filters->values + unit * size, size * sizeof(float)), name,
            caption_of(name, filters->centre[unit]));
        frame->picture.colormap = filters->shape.dims[0] == 3 ? FALTUNG_COLORMAP_GREY : colormap;
        frame->picture.range = range;
        frame->picture.marked = unit == faltung_choice(self->units);
        g_ptr_array_add(frames, frame);
    }
}

static void show_pictures(Units *self) {
    GPtrArray *frames = g_ptr_array_new_with_free_func(faltung_frame_free);
    What what = faltung_choice(self->whats);
    if (self->excited != NULL && what == ONE_UNIT) {
        add_one_unit(self, frames);
    } else if (self->excited != NULL && what == FILTERS && self->excited->filters != NULL) {
        add_filters(self, frames);
    } else if (self->excited != NULL) {
        add_all_units(self, frames);
    }
    faltung_sheet_view_show(FALTUNG_SHEET_VIEW(self->sheet), frames, 0);
}

/* --- the lists --- */

static void fill_layers(Units *self, const FaltungGraph *graph) {
    FaltungChoices choices;
    faltung_choices_init(&choices);
    for (int i = 0; i < (int)graph->layers->len; i++) {
        faltung_choices_add(&choices, faltung_graph_layer(graph, i)->name, i);
    }
    faltung_choices_fill(self->layers, &choices, 0);
}

static void fill_whats(Units *self, gboolean filters) {
    FaltungChoices choices;
    faltung_choices_init(&choices);
    faltung_choices_add(&choices, _("All units"), ALL_UNITS);
    faltung_choices_add(&choices, _("One unit"), ONE_UNIT);
    if (filters) {
        faltung_choices_add(&choices, _("Filters by frequency"), FILTERS);
    }
    faltung_choices_fill(self->whats, &choices, ALL_UNITS);
    gtk_widget_set_visible(self->units, faltung_choice(self->whats) == ONE_UNIT);
}

static void fill_units(Units *self) {
    const FaltungExcited *excited = self->excited;
    FaltungChoices choices;
    faltung_choices_init(&choices);
    for (int unit = 0; unit < excited->n_units; unit++) {
        g_autofree char *name = unit_name(self, excited->weights->graph, excited->layer, unit);
        faltung_choices_add(&choices, name, unit);
    }
    faltung_choices_fill(self->units, &choices, 0);
}

/* --- the work --- */

static void begin(Units *self);

static void say(Units *self, const char *text) {
    gtk_label_set_text(GTK_LABEL(self->says), text);
    gtk_widget_set_tooltip_text(self->says, text);
}

static void show_excited(Units *self) {
    const FaltungExcited *excited = self->excited;
    const char *layer = faltung_graph_layer(excited->weights->graph, excited->layer)->name;
    g_autofree char *text = g_strdup_printf(
        ngettext("Epoch %.4g: %s, of %'u sample", "Epoch %.4g: %s, of %'u samples", excited->n),
        excited->weights->epoch, layer, excited->n);
    say(self, text);
    fill_whats(self, excited->filters != NULL);
    fill_units(self);
    show_pictures(self);
}

static void on_excited(GObject *source, GAsyncResult *task, gpointer data) {
    Units *self = data;
    g_autoptr(GError) error = NULL;
    gpointer found;
    if (!faltung_study_end(&self->exciting, task, &found, &error)) {
        return;
    }
    if (found != NULL) {
        g_clear_pointer(&self->excited, faltung_excited_free);
        self->excited = found;
        show_excited(self);
    } else {
        say(self, error->message);
    }
    begin(self);
}

static void on_made(GObject *source, GAsyncResult *task, gpointer data) {
    Units *self = data;
    g_autoptr(GError) error = NULL;
    gpointer found;
    if (!faltung_study_end(&self->making, task, &found, &error)) {
        return;
    }
    g_clear_pointer(&self->made, faltung_made_free);
    self->made = found;
    if (found == NULL) {
        say(self, error->message);
    }
    show_pictures(self);
    begin(self);
}

static gboolean find_excited(gpointer result, const FaltungAnalysisHooks *hooks, GError **error) {
    return faltung_excited_find(result, hooks, error);
}

static gboolean find_made(gpointer result, const FaltungAnalysisHooks *hooks, GError **error) {
    return faltung_made_find(result, hooks, error);
}

static void begin_exciting(Units *self, int layer) {
    FaltungSnapshot *snapshot = faltung_study_begin(&self->exciting);
    if (snapshot == NULL) {
        return;
    }
    if (self->excited == NULL) {
        say(self, _("The samples are being looked at."));
    }
    FaltungDataset *validation = scene_of(self)->validation;
    FaltungExcited *wanted = g_new0(FaltungExcited, 1);
    wanted->weights = faltung_weights_ref(snapshot->weights);
    wanted->validation = faltung_dataset_ref(validation);
    wanted->layer = layer;
    wanted->n = MIN(faltung_dataset_size(validation), snapshot->live ? LIVE_SAMPLES : G_MAXUINT32);
    wanted->threads = snapshot->live ? 1 : 0;
    faltung_study_run(&self->exciting, find_excited, wanted, (GDestroyNotify)faltung_excited_free,
                      on_excited, self);
}

static void begin_making(Units *self, int layer, int unit) {
    FaltungSnapshot *snapshot = faltung_study_begin(&self->making);
    if (snapshot == NULL) {
        return;
    }
    const FaltungLayer *at = faltung_graph_layer(snapshot->weights->graph, layer);
    FaltungMade *wanted = g_new0(FaltungMade, 1);
    wanted->weights = faltung_weights_ref(snapshot->weights);
    wanted->validation = faltung_dataset_ref(scene_of(self)->validation);
    wanted->layer = layer;
    wanted->unit = MIN(unit, faltung_layout_columns(&at->output_shape) - 1);
    wanted->threads = snapshot->live ? 1 : 0;
    faltung_study_run(&self->making, find_made, wanted, (GDestroyNotify)faltung_made_free, on_made,
                      self);
}

static void begin(Units *self) {
    const FaltungSnapshot *snapshot = scene_of(self)->snapshot;
    int layer = faltung_choice(self->layers), unit = faltung_choice(self->units);
    /* the weights may be of a network that the text has left behind */
    if (snapshot == NULL || snapshot->weights == NULL || layer < 0 ||
        layer >= (int)snapshot->weights->graph->layers->len) {
        return;
    }
    begin_exciting(self, layer);
    if (faltung_choice(self->whats) == ONE_UNIT && unit >= 0) {
        begin_making(self, layer, unit);
    }
}

/* --- the view --- */

static void forget(Units *self) {
    faltung_study_forget(&self->exciting);
    faltung_study_forget(&self->making);
}

static void on_layer(Units *self) {
    forget(self);
    begin(self);
}

static void on_unit(Units *self) {
    gtk_widget_set_visible(self->units, faltung_choice(self->whats) == ONE_UNIT);
    faltung_study_forget(&self->making);
    show_pictures(self);
    begin(self);
}

/* A unit is looked at alone; a sample becomes the probe. */
static void on_picked(FaltungSheetView *sheet, int picture, Units *self) {
    const FaltungExcited *excited = self->excited;
    What what = faltung_choice(self->whats);
    if (what == ONE_UNIT) {
        int rank = picture - (int)(faltung_sheet_view_frames(sheet)->len - (guint)excited->k);
        int unit = CLAMP(faltung_choice(self->units), 0, excited->n_units - 1);
        if (rank >= 0) {
            faltung_scene_choose(scene_of(self), excited->lists[unit * excited->k + rank].sample);
        }
        return;
    }
    faltung_choose(self->units, what == FILTERS ? excited->filters->order[picture] : picture);
    faltung_choose(self->whats, ONE_UNIT);
    on_unit(self);
}

/* The layer that is selected on the canvas is the one to look at. */
static void follow(Units *self, int layer) {
    if (layer >= 0 && layer != faltung_choice(self->layers)) {
        faltung_choose(self->layers, layer);
        forget(self);
    }
}

static void show(GtkWidget *view, FaltungScene *scene, FaltungSceneParts changed) {
    Units *self = g_object_get_data(G_OBJECT(view), "units");
    const FaltungExperiment *experiment = faltung_scene_experiment(scene);
    if (experiment != NULL && (changed & (FALTUNG_SCENE_DOCUMENT | FALTUNG_SCENE_DATA))) {
        fill_layers(self, experiment->graph);
        forget(self);
    }
    if (changed & FALTUNG_SCENE_STYLE) {
        show_pictures(self);
    }
    if (changed & FALTUNG_SCENE_LAYER) {
        follow(self, scene->layer);
    }
    begin(self);
}

static void wish(GtkWidget *view, FaltungWanted *wanted) {
    wanted->weights = TRUE;
}

static void units_free(gpointer data) {
    Units *self = data;
    forget(self);
    g_clear_pointer(&self->excited, faltung_excited_free);
    g_clear_pointer(&self->made, faltung_made_free);
    g_free(self);
}

static GtkWidget *create(FaltungScene *scene) {
    Units *self = g_new0(Units, 1);
    self->exciting.scene = self->making.scene = scene;
    self->exciting.of_weights = self->making.of_weights = TRUE;
    self->layers = faltung_choices_new(_("Layer"), G_CALLBACK(on_layer), self);
    self->whats = faltung_choices_new(_("What is shown"), G_CALLBACK(on_unit), self);
    self->units = faltung_choices_new(_("Unit"), G_CALLBACK(on_unit), self);
    GtkWidget *tools = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    gtk_box_append(GTK_BOX(tools), self->layers);
    gtk_box_append(GTK_BOX(tools), self->whats);
    gtk_box_append(GTK_BOX(tools), self->units);
    self->sheet = faltung_sheet_view_new(_("What units answer to"), SMALLEST);
    g_signal_connect(self->sheet, "picked", G_CALLBACK(on_picked), self);
    fill_whats(self, FALSE);
    GtkWidget *view = faltung_sheet_page_new(self->sheet, tools, &self->says);
    g_object_set_data_full(G_OBJECT(view), "units", self, units_free);
    static const FaltungSceneWatch watch = {show, wish};
    faltung_scene_watch(scene, view, &watch);
    return view;
}

const FaltungView faltung_view_units = {N_("Units"), create};

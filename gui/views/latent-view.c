/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/text.h"
#include "gui/data/samples.h"
#include "gui/style.h"
#include "gui/views/choices.h"
#include "gui/views/latent-job.h"
#include "gui/views/sheet-view.h"
#include "gui/views/study.h"
#include "gui/views/view.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/*
 * The codes of an autoencoder: the probe beside what becomes of it, a slider for every number of
 * its code and what the decoder makes of that, a plane through the space of codes, and codes drawn
 * at random.
 */

#define MOST_SLIDERS 64
#define MEASURED 2000 /* samples that are encoded for the range of codes */
#define SIDE 7        /* of the plane */
#define DRAWN 24
#define SMALLEST 40 /* pixels of a picture */

typedef enum { RECONSTRUCTION, PLANE, DRAWN_CODES } What;

typedef struct {
    FaltungStudy coding, decoding;
    FaltungCodes *codes;     /* (nullable) */
    FaltungDecoded *decoded; /* (nullable) */
    GtkWidget *layers, *whats, *across, *down, *again, *says, *sheet, *sliders;
    float *code; /* what the sliders stand at; NULL: there are none */
    guint64 seed;
    gboolean filling;
} Latent;

/* --- the pictures --- */

static FaltungFrame *frame_of(const FaltungCodes *codes, const FaltungShape *shape,
                              const float *values, const char *name, char *caption) {
    size_t n = faltung_shape_size(shape);
    FaltungFrame *frame =
        faltung_frame_new(shape, g_memdup2(values, n * sizeof(float)), name, caption);
    if (shape->rank == 3) {
        frame->picture.range = codes->range;
    }
    return frame;
}

/* The mean squared difference of the probe and an output. */
static double error_of(const FaltungCodes *codes, const float *output) {
    size_t n = faltung_shape_size(&codes->output);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += ((double)output[i] - codes->input[i]) * ((double)output[i] - codes->input[i]);
    }
    return sum / n;
}

static gboolean is_probe(const FaltungDecoded *decoded) {
    const FaltungCodes *codes = decoded->codes;
    return memcmp(decoded->values, codes->code, codes->latent->size * sizeof(float)) == 0;
}

/* The probe, and what the decoder makes of the sliders' code: its reconstruction, until they are
   moved. */
static void add_reconstruction(const FaltungDecoded *decoded, GPtrArray *frames) {
    const FaltungCodes *codes = decoded->codes;
    gboolean same = faltung_shape_size(&codes->output) ==
                    faltung_shape_size(faltung_dataset_shape(codes->validation));
    g_autofree char *error =
        faltung_format_number(same ? error_of(codes, decoded->outputs) : NAN, 4);
    g_ptr_array_add(frames,
                    frame_of(codes, faltung_dataset_shape(codes->validation), codes->input, "input",
                             faltung_sample_label_of(codes->validation, codes->sample)));
    g_ptr_array_add(
        frames, frame_of(codes, &codes->output, decoded->outputs, "output",
                         g_strdup_printf("%s: %s", is_probe(decoded) ? _("Error") : _("Difference"),
                                         error)));
}

static void add_outputs(const FaltungDecoded *decoded, GPtrArray *frames) {
    size_t size = faltung_shape_size(&decoded->codes->output);
    for (int i = 0; i < decoded->n; i++) {
        g_autofree char *name = g_strdup_printf("output %d", i);
        g_ptr_array_add(frames, frame_of(decoded->codes, &decoded->codes->output,
                                         decoded->outputs + i * size, name, NULL));
    }
}

static void show_pictures(Latent *self) {
    GPtrArray *frames = g_ptr_array_new_with_free_func(faltung_frame_free);
    const FaltungDecoded *decoded = self->decoded;
    if (decoded != NULL && decoded->n == 1) {
        add_reconstruction(decoded, frames);
    } else if (decoded != NULL) {
        add_outputs(decoded, frames);
    }
    faltung_sheet_view_show(FALTUNG_SHEET_VIEW(self->sheet), frames,
                            decoded != NULL ? decoded->columns : 0);
}

static void show_figures(Latent *self) {
    const FaltungCodes *codes = self->codes;
    int n = codes->latent->size;
    const char *layer = faltung_graph_layer(codes->weights->graph, codes->layer)->name;
    g_autofree char *size =
        g_strdup_printf(ngettext("%s: %d number", "%s: %d numbers", n), layer, n);
    const char *drawn =
        codes->standard ? _("Drawn from N(0, 1)") : _("Drawn with the samples' mean and deviation");
    const char *text = faltung_choice(self->whats) == DRAWN_CODES ? drawn : size;
    gtk_label_set_text(GTK_LABEL(self->says), text);
    gtk_widget_set_tooltip_text(self->says, text);
}

/* --- decoding --- */

static gboolean find_decoded(gpointer result, const FaltungAnalysisHooks *hooks, GError **error) {
    return faltung_decoded_find(result, hooks, error);
}

static void on_decoded(GObject *source, GAsyncResult *task, gpointer data) {
    Latent *self = data;
    gpointer found;
    g_autoptr(GError) error = NULL;
    if (!faltung_study_end(&self->decoding, task, &found, &error)) {
        return;
    }
    g_clear_pointer(&self->decoded, faltung_decoded_free);
    self->decoded = found;
    show_pictures(self);
}

static FaltungDecoded *wanted_of(Latent *self) {
    FaltungCodes *codes = self->codes;
    int x = faltung_choice(self->across), y = faltung_choice(self->down);
    switch ((What)faltung_choice(self->whats)) {
    case DRAWN_CODES:
        return faltung_decoded_draw(codes, self->seed, DRAWN);
    case PLANE:
        return faltung_decoded_grid(codes, self->code, MAX(x, 0), MAX(y, 0), SIDE);
    default:;
        FaltungDecoded *one = faltung_decoded_new(codes, 1, 2);
        memcpy(one->values, self->code, codes->latent->size * sizeof(float));
        return one;
    }
}

static void decode(Latent *self) {
    if (self->codes == NULL) {
        return;
    }
    faltung_study_forget(&self->decoding);
    if (faltung_study_begin(&self->decoding) != NULL) {
        faltung_study_run(&self->decoding, find_decoded, wanted_of(self),
                          (GDestroyNotify)faltung_decoded_free, on_decoded, self);
    }
    show_figures(self);
}

/* --- the sliders --- */

static void on_slider(GtkRange *range, Latent *self) {
    if (!self->filling) {
        int k = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(range), "number"));
        self->code[k] = (float)gtk_range_get_value(range);
        decode(self);
    }
}

static char *format_value(GtkScale *scale, double value, gpointer data) {
    return faltung_format_number(value, 3);
}

static GtkWidget *slider_new(Latent *self, int k) {
    const FaltungLatent *latent = self->codes->latent;
    /* the probe may lie outside of what nine of ten samples are in */
    double low = MIN(latent->low[k], self->code[k]), high = MAX(latent->high[k], self->code[k]);
    GtkWidget *slider = gtk_scale_new_with_range(GTK_ORIENTATION_HORIZONTAL, low,
                                                 MAX(high, low + 1e-6), (high - low) / 100 + 1e-9);
    g_autofree char *name = g_strdup_printf("%d", k);
    gtk_range_set_value(GTK_RANGE(slider), self->code[k]);
    gtk_scale_set_draw_value(GTK_SCALE(slider), TRUE);
    gtk_scale_set_value_pos(GTK_SCALE(slider), GTK_POS_RIGHT);
    gtk_scale_set_format_value_func(GTK_SCALE(slider), format_value, NULL, NULL);
    gtk_widget_set_hexpand(slider, TRUE);
    g_autofree char *label = g_strdup_printf(_("Number %d of the code"), k);
    faltung_set_accessible_label(slider, label);
    g_object_set_data(G_OBJECT(slider), "number", GINT_TO_POINTER(k));
    g_signal_connect(slider, "value-changed", G_CALLBACK(on_slider), self);
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 4);
    GtkWidget *title = gtk_label_new(name);
    gtk_label_set_width_chars(GTK_LABEL(title), 2);
    gtk_widget_add_css_class(title, "numeric");
    gtk_widget_add_css_class(title, "dim-label");
    gtk_box_append(GTK_BOX(row), title);
    gtk_box_append(GTK_BOX(row), slider);
    return row;
}

/* They begin at the probe's code. */
static void fill_sliders(Latent *self) {
    const FaltungCodes *codes = self->codes;
    int n = codes->latent->size;
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(self->sliders)) != NULL) {
        gtk_box_remove(GTK_BOX(self->sliders), child);
    }
    g_free(self->code);
    self->code = g_memdup2(codes->code, n * sizeof(float));
    self->filling = TRUE;
    for (int k = 0; k < MIN(n, MOST_SLIDERS); k++) {
        gtk_box_append(GTK_BOX(self->sliders), slider_new(self, k));
    }
    self->filling = FALSE;
}

static void fill_axis(GtkWidget *list, const char *name, int n, int fallback) {
    FaltungChoices choices;
    faltung_choices_init(&choices);
    for (int k = 0; k < n; k++) {
        g_autofree char *text = g_strdup_printf(name, k);
        faltung_choices_add(&choices, text, k);
    }
    faltung_choices_fill(list, &choices, fallback);
}

/* --- coding --- */

static void begin(Latent *self);

static gboolean find_codes(gpointer result, const FaltungAnalysisHooks *hooks, GError **error) {
    return faltung_codes_find(result, hooks, error);
}

static void on_codes(GObject *source, GAsyncResult *task, gpointer data) {
    Latent *self = data;
    g_autoptr(GError) error = NULL;
    gpointer found;
    if (!faltung_study_end(&self->coding, task, &found, &error)) {
        return;
    }
    g_clear_pointer(&self->codes, faltung_codes_unref);
    self->codes = found;
    if (found == NULL) {
        gtk_label_set_text(GTK_LABEL(self->says), error->message);
        return;
    }
    fill_axis(self->across, "x: %d", self->codes->latent->size, 0);
    fill_axis(self->down, "y: %d", self->codes->latent->size, 1);
    fill_sliders(self);
    decode(self);
    begin(self);
}

static void begin(Latent *self) {
    int layer = faltung_choice(self->layers);
    const FaltungExperiment *experiment = faltung_scene_experiment(self->coding.scene);
    FaltungSnapshot *snapshot =
        layer >= 0 && experiment != NULL ? faltung_study_begin(&self->coding) : NULL;
    /* the weights may be of a network that the text has left behind */
    if (snapshot == NULL || layer + 1 >= (int)snapshot->weights->graph->layers->len) {
        return;
    }
    FaltungCodes *wanted = faltung_codes_new();
    wanted->weights = faltung_weights_ref(snapshot->weights);
    wanted->validation = faltung_dataset_ref(self->coding.scene->validation);
    wanted->layer = layer;
    wanted->sample = MIN(self->coding.sample, faltung_dataset_size(wanted->validation) - 1);
    wanted->n = MEASURED;
    wanted->odds = g_str_equal(experiment->train->loss.kind->name, "binary_cross_entropy");
    wanted->threads = snapshot->live ? 1 : 0;
    faltung_study_run(&self->coding, find_codes, wanted, (GDestroyNotify)faltung_codes_unref,
                      on_codes, self);
}

/* --- the view --- */

static void on_layer(Latent *self) {
    faltung_study_forget(&self->coding);
    begin(self);
}

static void on_what(Latent *self) {
    What what = faltung_choice(self->whats);
    gtk_widget_set_visible(self->across, what == PLANE);
    gtk_widget_set_visible(self->down, what == PLANE);
    gtk_widget_set_visible(self->again, what == DRAWN_CODES);
    decode(self);
}

static void on_again(Latent *self) {
    self->seed++;
    decode(self);
}

/* Layers that are narrower than what the network takes. */
static void fill_layers(Latent *self, const FaltungExperiment *experiment) {
    const FaltungGraph *graph = experiment->graph;
    FaltungChoices choices;
    faltung_choices_init(&choices);
    for (int i = 0; experiment->data->reconstruct && i < (int)graph->layers->len - 1; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        if (faltung_shape_size(&layer->output_shape) < faltung_shape_size(&graph->input)) {
            faltung_choices_add(&choices, layer->name, i);
        }
    }
    if (choices.names->len == 0) {
        gtk_label_set_text(GTK_LABEL(self->says),
                           _("An autoencoder has a code to look at: a network that is trained to "
                             "give back its samples."));
    }
    faltung_choices_fill(self->layers, &choices, faltung_narrowest_layer(graph));
}

static void show(GtkWidget *view, FaltungScene *scene, FaltungSceneParts changed) {
    Latent *self = g_object_get_data(G_OBJECT(view), "latent");
    const FaltungExperiment *experiment = faltung_scene_experiment(scene);
    if (experiment != NULL && (changed & (FALTUNG_SCENE_DOCUMENT | FALTUNG_SCENE_DATA))) {
        fill_layers(self, experiment);
        faltung_study_forget(&self->coding);
    }
    begin(self);
}

static void wish(GtkWidget *view, FaltungWanted *wanted) {
    wanted->weights = TRUE;
}

static void latent_free(gpointer data) {
    Latent *self = data;
    faltung_study_forget(&self->coding);
    faltung_study_forget(&self->decoding);
    g_clear_pointer(&self->codes, faltung_codes_unref);
    g_clear_pointer(&self->decoded, faltung_decoded_free);
    g_free(self->code);
    g_free(self);
}

static GtkWidget *build_tools(Latent *self) {
    GtkWidget *tools = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    FaltungChoices choices;
    self->whats = faltung_choices_new(_("What is shown"), G_CALLBACK(on_what), self);
    self->across = faltung_choices_new(_("From left to right"), G_CALLBACK(decode), self);
    self->down = faltung_choices_new(_("From below"), G_CALLBACK(decode), self);
    self->again = faltung_icon_button("view-refresh-symbolic", _("Draw others"), NULL);
    g_signal_connect_swapped(self->again, "clicked", G_CALLBACK(on_again), self);
    faltung_choices_init(&choices);
    faltung_choices_add(&choices, _("Reconstruction"), RECONSTRUCTION);
    faltung_choices_add(&choices, _("Plane"), PLANE);
    faltung_choices_add(&choices, _("Drawn"), DRAWN_CODES);
    faltung_choices_fill(self->whats, &choices, RECONSTRUCTION);
    gtk_box_append(GTK_BOX(tools), self->whats);
    gtk_box_append(GTK_BOX(tools), self->across);
    gtk_box_append(GTK_BOX(tools), self->down);
    gtk_box_append(GTK_BOX(tools), self->again);
    return tools;
}

static GtkWidget *build_sliders(Latent *self) {
    self->sliders = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), self->sliders);
    gtk_widget_set_vexpand(scrolled, TRUE);
    self->layers = faltung_choices_new(_("Layer of the code"), G_CALLBACK(on_layer), self);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_widget_set_size_request(box, 180, -1);
    gtk_widget_set_margin_start(box, 6);
    gtk_widget_set_margin_top(box, 4);
    gtk_box_append(GTK_BOX(box), self->layers);
    gtk_box_append(GTK_BOX(box), scrolled);
    return box;
}

static GtkWidget *create(FaltungScene *scene) {
    Latent *self = g_new0(Latent, 1);
    self->coding.scene = self->decoding.scene = scene;
    self->seed = 1;
    self->sheet = faltung_sheet_view_new(_("What the decoder makes"), SMALLEST);
    GtkWidget *view = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    gtk_box_append(GTK_BOX(view), build_sliders(self));
    gtk_box_append(GTK_BOX(view),
                   faltung_sheet_page_new(self->sheet, build_tools(self), &self->says));
    on_what(self);
    g_object_set_data_full(G_OBJECT(view), "latent", self, latent_free);
    static const FaltungSceneWatch watch = {show, wish};
    faltung_scene_watch(scene, view, &watch);
    return view;
}

const FaltungView faltung_view_latent = {N_("Latent"), create};

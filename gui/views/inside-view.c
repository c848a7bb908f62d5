/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/inside.h"
#include "gui/style.h"
#include "gui/views/choices.h"
#include "gui/views/sheet-view.h"
#include "gui/views/view.h"

#include <glib/gi18n.h>

/*
 * What lies inside a layer when the probe goes through it: gates and states, attention, the table
 * of an embedding, statistics; as they are at this moment of the training. A click marks the symbol
 * of a picture in the equation, the code and the diagram.
 */

#define SMALLEST 150 /* pixels of a picture */

typedef struct {
    FaltungScene *scene;
    GtkWidget *layers, *says, *sheet;
    GPtrArray *inners; /* (element-type FaltungInner): of each picture */
} Inside;

/* --- the pictures --- */

static FaltungFrame *frame_of(Inside *self, const FaltungInside *inside, int map) {
    FaltungTheme theme = faltung_theme_for(self->sheet);
    FaltungEdges edges;
    FaltungSheetPicture picture = faltung_inside_picture(inside, map, &theme, &edges);
    g_autofree char *name = faltung_inside_title(inside, map);
    gsize size = faltung_shape_size(&picture.shape) * sizeof(float);
    FaltungFrame *frame = faltung_frame_new(&picture.shape, g_memdup2(picture.values, size), name,
                                            faltung_inside_caption(inside, map));
    frame->picture.colormap = picture.colormap;
    frame->picture.range = picture.range;
    frame->picture.scale_bar = picture.scale_bar;
    frame->picture.marked = inside->inner->symbol != NULL && self->scene->layer == inside->layer &&
                            g_strcmp0(inside->inner->symbol, self->scene->symbol) == 0;
    if (picture.edges != NULL) {
        faltung_frame_set_edges(frame, &edges);
    }
    return frame;
}

/* A tensor of several maps has a row. */
static int in_row(const GPtrArray *list) {
    int maps = list->len > 0 ? faltung_inside_n_maps(list->pdata[0]) : 1;
    return maps > 1 && list->len > 1 ? maps : 0;
}

static void show_pictures(Inside *self) {
    const FaltungSnapshot *snapshot = self->scene->snapshot;
    if (snapshot == NULL || !snapshot->wanted.inside) {
        return;
    }
    GPtrArray *frames = g_ptr_array_new_with_free_func(faltung_frame_free);
    g_ptr_array_set_size(self->inners, 0);
    for (guint i = 0; i < snapshot->inside->len; i++) {
        const FaltungInside *inside = snapshot->inside->pdata[i];
        for (int map = 0; map < faltung_inside_n_maps(inside); map++) {
            g_ptr_array_add(frames, frame_of(self, inside, map));
            g_ptr_array_add(self->inners, (gpointer)inside->inner);
        }
    }
    faltung_sheet_view_show(FALTUNG_SHEET_VIEW(self->sheet), frames, in_row(snapshot->inside));
}

/* "i: the input gate; f: the forget gate" */
static void say_what_there_is(Inside *self) {
    const FaltungExperiment *experiment = faltung_scene_experiment(self->scene);
    int layer = faltung_choice(self->layers);
    g_autoptr(GString) line = g_string_new(NULL), list = g_string_new(NULL);
    if (experiment == NULL || layer < 0) {
        g_string_assign(line, _("Recurrent layers, attention, embeddings and normalizations have "
                                "something inside."));
    } else {
        const FaltungInner *inner =
            faltung_layer_inner(faltung_graph_layer(experiment->graph, layer));
        for (; inner->name != NULL; inner++) {
            g_string_append_printf(line, "%s%s: %s", line->len > 0 ? "; " : "", inner->name,
                                   _(inner->help));
            g_string_append_printf(list, "%s%s: %s", list->len > 0 ? "\n" : "", inner->name,
                                   _(inner->help));
        }
    }
    gtk_label_set_text(GTK_LABEL(self->says), line->str);
    gtk_widget_set_tooltip_text(self->says, list->len > 0 ? list->str : line->str);
}

/* --- the view --- */

static void on_layer(Inside *self) {
    say_what_there_is(self);
    faltung_scene_wish_changed(self->scene);
}

static void on_picked(FaltungSheetView *sheet, int picture, Inside *self) {
    const FaltungInner *inner = self->inners->pdata[picture];
    faltung_scene_select(self->scene, faltung_choice(self->layers));
    if (inner->symbol != NULL) {
        faltung_scene_set_symbol(self->scene, inner->symbol);
    }
}

/* The layer that is selected on the canvas is the one to look at, where it has anything inside. */
static void follow(Inside *self, int layer) {
    int before = faltung_choice(self->layers);
    faltung_choose(self->layers, layer);
    if (faltung_choice(self->layers) != before) {
        on_layer(self);
    }
}

static void fill_layers(Inside *self, const FaltungGraph *graph) {
    int first = -1;
    FaltungChoices choices;
    faltung_choices_init(&choices);
    for (int i = 0; i < (int)graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        if (faltung_layer_inner(layer)->name != NULL) {
            faltung_choices_add(&choices, layer->name, i);
            first = first < 0 ? i : first;
        }
    }
    faltung_choices_fill(self->layers, &choices, first);
    gtk_widget_set_visible(self->layers, first >= 0);
    on_layer(self);
}

static void show(GtkWidget *view, FaltungScene *scene, FaltungSceneParts changed) {
    Inside *self = g_object_get_data(G_OBJECT(view), "inside");
    const FaltungExperiment *experiment = faltung_scene_experiment(scene);
    if (experiment != NULL && (changed & FALTUNG_SCENE_DOCUMENT)) {
        fill_layers(self, experiment->graph);
    }
    if (changed & FALTUNG_SCENE_LAYER) {
        follow(self, scene->layer);
    }
    if (changed & (FALTUNG_SCENE_SNAPSHOT | FALTUNG_SCENE_STYLE | FALTUNG_SCENE_SYMBOL)) {
        show_pictures(self);
    }
}

static void wish(GtkWidget *view, FaltungWanted *wanted) {
    Inside *self = g_object_get_data(G_OBJECT(view), "inside");
    wanted->inside = TRUE;
    wanted->inside_layer = faltung_choice(self->layers);
}

static void inside_free(gpointer data) {
    Inside *self = data;
    g_ptr_array_unref(self->inners);
    g_free(self);
}

static GtkWidget *create(FaltungScene *scene) {
    Inside *self = g_new0(Inside, 1);
    self->scene = scene;
    self->inners = g_ptr_array_new();
    self->layers = faltung_choices_new(_("Layer"), G_CALLBACK(on_layer), self);
    self->sheet = faltung_sheet_view_new(_("What lies inside the layer"), SMALLEST);
    g_signal_connect(self->sheet, "picked", G_CALLBACK(on_picked), self);
    GtkWidget *view = faltung_sheet_page_new(self->sheet, self->layers, &self->says);
    g_object_set_data_full(G_OBJECT(view), "inside", self, inside_free);
    static const FaltungSceneWatch watch = {show, wish};
    faltung_scene_watch(scene, view, &watch);
    return view;
}

const FaltungView faltung_view_inside = {N_("Inside"), create};

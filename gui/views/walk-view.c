/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/symbols.h"
#include "draw/text.h"
#include "gui/inspector/equation-view.h"
#include "gui/style.h"
#include "gui/views/stepper.h"
#include "gui/views/study.h"
#include "gui/views/view.h"
#include "gui/views/walk-job.h"

#include <glib/gi18n.h>
#include <string.h>

/*
 * The walk: the probe goes through the network and back, stop by stop. The list has all stops; the
 * chosen one shows its equation and what comes in and goes out, and the canvas marks its layer.
 */

typedef struct {
    FaltungStudy study;
    GtkListBox *list;
    GtkWidget *equation_place, *arithmetic_place, *remark, *cards, *stepper;
    GtkWidget *chosen;     /* (nullable): the picture with the value that is spoken of */
    FaltungWalked *walked; /* (nullable) */
    gboolean filling;
    int stop;
    int place_stop;         /* where a value was chosen; -1: nowhere */
    FaltungWalkPlace place; /* that value */
} Walk;

/* What is shown of one tensor, on its picture. */
typedef struct {
    Walk *walk;
    int tensor; /* of the stop */
} Card;

/* --- the stop --- */

static void clear(GtkWidget *box) {
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(box)) != NULL) {
        gtk_widget_unparent(child);
    }
}

static GtkWidget *label_new(const char *text, const char *css) {
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 34);
    gtk_widget_add_css_class(label, css);
    return label;
}

static const FaltungWalkStop *stop_of(const Walk *self) {
    return self->walked->stops->pdata[self->stop];
}

/* The frame around the value that is spoken of. */
static void draw_place(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data) {
    const Card *card = data;
    FaltungTheme theme = faltung_theme_for(GTK_WIDGET(area));
    faltung_walk_stop_mark(cr, &theme, stop_of(card->walk), card->tensor,
                           (FaltungRect){0, 0, width, height});
}

static void begin_anew(Walk *self);

static void choose(Card *card, size_t index) {
    Walk *self = card->walk;
    self->place_stop = self->stop;
    self->place = (FaltungWalkPlace){card->tensor, index};
    begin_anew(self);
}

/* The value at a position of the picture; of a large matrix one of those that a pixel is of. */
static gssize value_at(const FaltungWalkTensor *tensor, const FaltungPicture *picture, double x,
                       double y) {
    const int *dims = tensor->shape.dims;
    if (!picture->reduced || tensor->shape.rank != 2) {
        return faltung_picture_index(picture, &tensor->shape, x, y);
    }
    if (x < 0 || y < 0 || x >= picture->width || y >= picture->height) {
        return -1;
    }
    return (gssize)(y / picture->height * dims[0]) * dims[1] +
           (gssize)(x / picture->width * dims[1]);
}

static void on_click(GtkGestureClick *gesture, int n, double x, double y, Card *card) {
    GtkWidget *area = gtk_event_controller_get_widget(GTK_EVENT_CONTROLLER(gesture));
    const FaltungWalkStop *stop = stop_of(card->walk);
    const FaltungWalkTensor *tensor = stop->tensors->pdata[card->tensor];
    const FaltungPicture *picture = stop->pictures->pdata[card->tensor];
    FaltungRect room = {0, 0, gtk_widget_get_width(area), gtk_widget_get_height(area)};
    FaltungRect rect = faltung_walk_stop_rect(stop, card->tensor, room);
    double scale = rect.width / picture->width;
    gtk_widget_grab_focus(area);
    gssize index = value_at(tensor, picture, (x - rect.x) / scale, (y - rect.y) / scale);
    if (index >= 0 && (size_t)index < faltung_shape_size(&tensor->shape)) {
        choose(card, index);
    }
}

/* From value to value: along the last dimension, and across it. */
static gboolean on_key(GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state,
                       Card *card) {
    const FaltungWalkStop *stop = stop_of(card->walk);
    const FaltungWalkTensor *tensor = stop->tensors->pdata[card->tensor];
    gssize n = faltung_shape_size(&tensor->shape);
    gssize row = tensor->shape.rank > 1 ? tensor->shape.dims[tensor->shape.rank - 1] : 1;
    gssize by = key == GDK_KEY_Left    ? -1
                : key == GDK_KEY_Right ? 1
                : key == GDK_KEY_Up    ? -row
                : key == GDK_KEY_Down  ? row
                                       : 0;
    gssize index = stop->place.tensor == card->tensor ? (gssize)stop->place.index + by : 0;
    if (by == 0) {
        return FALSE;
    }
    if (index >= 0 && index < n) {
        choose(card, index);
    }
    return TRUE;
}

/* A tensor's picture, on which a value is chosen by a click or with the arrow keys. */
static GtkWidget *picture_new(Walk *self, int index, const char *title) {
    const FaltungWalkTensor *tensor = stop_of(self)->tensors->pdata[index];
    g_autoptr(GdkTexture) texture = faltung_picture_texture(stop_of(self)->pictures->pdata[index]);
    GtkWidget *image = gtk_picture_new_for_paintable(GDK_PAINTABLE(texture));
    gtk_widget_set_size_request(image, FALTUNG_WALK_STOP_WIDTH, FALTUNG_WALK_STOP_HEIGHT);
    gtk_picture_set_alternative_text(GTK_PICTURE(image), title);
    GtkWidget *overlay = gtk_overlay_new(), *area = gtk_drawing_area_new();
    gtk_widget_set_halign(overlay, GTK_ALIGN_START);
    gtk_overlay_set_child(GTK_OVERLAY(overlay), image);
    gtk_overlay_add_overlay(GTK_OVERLAY(overlay), area);
    Card *card = g_new(Card, 1);
    *card = (Card){self, index};
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(area), draw_place, card, g_free);
    gtk_widget_add_css_class(area, "choosing");
    gtk_widget_set_name(area, tensor->name);
    gtk_widget_set_focusable(area, TRUE);
    gtk_widget_set_tooltip_text(area, _("Click on a value to follow that one"));
    faltung_set_accessible_label(area, title);
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "released", G_CALLBACK(on_click), card);
    gtk_widget_add_controller(area, GTK_EVENT_CONTROLLER(click));
    GtkEventController *keys = gtk_event_controller_key_new();
    g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), card);
    gtk_widget_add_controller(area, keys);
    if (stop_of(self)->place.tensor == index) {
        self->chosen = area;
    }
    return overlay;
}

static GtkWidget *card_new(Walk *self, int index) {
    GtkWidget *card = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    g_autofree char *title = faltung_walk_stop_title(stop_of(self), index);
    g_autofree char *values = faltung_walk_stop_numbers(stop_of(self), index);
    gtk_box_append(GTK_BOX(card), label_new(title, "caption-heading"));
    if (stop_of(self)->pictures->pdata[index] != NULL) {
        gtk_box_append(GTK_BOX(card), picture_new(self, index, title));
    }
    GtkWidget *numbers = label_new(values, "numeric");
    gtk_widget_add_css_class(numbers, "caption");
    gtk_box_append(GTK_BOX(card), numbers);
    return card;
}

static void add_equations(GtkWidget *box, const GPtrArray *equations) {
    for (guint i = 0; i < equations->len; i++) {
        gtk_box_append(GTK_BOX(box), faltung_equation_view_new(equations->pdata[i]));
    }
}

static void show_stop(Walk *self) {
    GtkRoot *root = gtk_widget_get_root(self->cards);
    GtkWidget *focus = root != NULL ? gtk_root_get_focus(root) : NULL;
    gboolean had_focus = focus != NULL && gtk_widget_is_ancestor(focus, self->cards);
    self->chosen = NULL;
    clear(self->equation_place);
    clear(self->arithmetic_place);
    clear(self->cards);
    guint n = self->walked != NULL ? self->walked->stops->len : 0;
    faltung_stepper_set(FALTUNG_STEPPER(self->stepper), self->stop, (int)n);
    if (self->stop >= (int)n) {
        gtk_label_set_text(
            GTK_LABEL(self->remark),
            _("With data and a network that can run, a sample walks through it here."));
        return;
    }
    const FaltungWalkStop *stop = stop_of(self);
    gtk_label_set_text(GTK_LABEL(self->remark), stop->remark);
    gtk_widget_set_visible(self->remark, *stop->remark != '\0');
    add_equations(self->equation_place, stop->equations);
    add_equations(self->arithmetic_place, stop->arithmetic);
    for (guint i = 0; i < stop->tensors->len; i++) {
        gtk_box_append(GTK_BOX(self->cards), card_new(self, (int)i));
    }
    if (had_focus && self->chosen != NULL) {
        gtk_widget_grab_focus(self->chosen);
    }
}

/* The first number of @values: all of it where it is a scalar. */
static void set_brief(char **text, const FaltungShape *shape, const double *values) {
    g_autofree char *value = faltung_format_number(values[0], 3);
    g_free(*text);
    *text = g_strconcat(value, faltung_shape_size(shape) > 1 ? " \342\200\246" : NULL, NULL);
}

static void set_text(char **text, const FaltungWalkTensor *tensor) {
    set_brief(text, &tensor->shape, tensor->values);
}

/* What has passed the wires up to this stop: values on the way there, gradients on the way back. */
static void show_passing(Walk *self) {
    const FaltungGraph *graph = faltung_walk_graph(self->walked->walk);
    FaltungPassing *passing = g_new0(FaltungPassing, graph->layers->len + 1);
    for (int s = 0; s <= self->stop; s++) {
        const FaltungWalkStop *stop = self->walked->stops->pdata[s];
        FaltungWalkTensor **tensors = (FaltungWalkTensor **)stop->tensors->pdata;
        FaltungPassing *at = &passing[stop->stop.layer + 1];
        guint n = stop->tensors->len;
        if (stop->stop.kind == FALTUNG_STOP_INPUT || stop->stop.kind == FALTUNG_STOP_FORWARD) {
            set_text(&at->value, tensors[n - 1]);
        } else if (stop->stop.kind == FALTUNG_STOP_BACKWARD) {
            set_text(&at->gradient, tensors[0]);
            const FaltungLayer *layer = faltung_graph_layer(graph, stop->stop.layer);
            for (int k = 0; k < layer->n_inputs; k++) {
                const double *part = faltung_walk_part(self->walked->walk, stop->stop.layer, k);
                if (part != NULL) {
                    set_brief(&at->sent[k], &layer->input_shapes[k], part);
                }
                if (layer->inputs[k] == FALTUNG_INPUT) { /* which has no stop of its own */
                    set_text(&passing[0].gradient, tensors[n - layer->n_inputs + k]);
                }
            }
        }
    }
    faltung_scene_set_passing(self->study.scene, passing, graph->layers->len + 1);
}

/* What is computed here, as equation, code and diagram mark it: what goes out, on the way back the
   gradient of what came in, then what is learned. */
static void mark_symbol(Walk *self, FaltungStop stop) {
    static const FaltungSymbolPlace places[] = {
        [FALTUNG_STOP_FORWARD] = FALTUNG_SYMBOL_AT_OUTPUT,
        [FALTUNG_STOP_BACKWARD] = FALTUNG_SYMBOL_AT_INPUT,
        [FALTUNG_STOP_UPDATE] = FALTUNG_SYMBOL_AT_PARAMETER,
    };
    const FaltungGraph *graph = faltung_walk_graph(self->walked->walk);
    g_autofree char *symbol =
        faltung_symbol_at_place(faltung_graph_layer(graph, stop.layer), places[stop.kind]);
    if (symbol != NULL) {
        faltung_scene_set_symbol(self->study.scene, symbol);
    }
}

static void mark_stop(Walk *self) {
    const FaltungWalkStop *stop = stop_of(self);
    show_passing(self);
    if (stop->stop.layer != FALTUNG_INPUT) {
        mark_symbol(self, stop->stop);
        faltung_scene_select(self->study.scene, stop->stop.layer);
    }
}

static void on_row(GtkListBox *list, GtkListBoxRow *row, Walk *self) {
    if (row != NULL && !self->filling && self->walked != NULL) {
        self->stop = gtk_list_box_row_get_index(row);
        faltung_list_scroll_to(self->list, row);
        show_stop(self);
        if (gtk_widget_get_mapped(GTK_WIDGET(list))) { /* one that is left selects once more */
            mark_stop(self);
        }
    }
}

static void on_step(FaltungStepper *stepper, int stop, Walk *self) {
    gtk_list_box_select_row(self->list, gtk_list_box_get_row_at_index(self->list, stop));
}

/* --- the walk --- */

/* The rows stay while the stops have the same names, and with them who has the focus. */
static gboolean same_titles(Walk *self) {
    guint i = 0;
    for (;; i++) {
        GtkListBoxRow *row = gtk_list_box_get_row_at_index(self->list, (int)i);
        if (row == NULL || i >= self->walked->stops->len) {
            return row == NULL && i == self->walked->stops->len;
        }
        const FaltungWalkStop *stop = self->walked->stops->pdata[i];
        GtkWidget *label = gtk_list_box_row_get_child(row);
        if (strcmp(gtk_label_get_text(GTK_LABEL(label)), stop->title) != 0) {
            return FALSE;
        }
    }
}

static void fill_list(Walk *self) {
    if (same_titles(self)) {
        return;
    }
    GtkWidget *child;
    self->filling = TRUE;
    while ((child = gtk_widget_get_first_child(GTK_WIDGET(self->list))) != NULL) {
        gtk_list_box_remove(self->list, child);
    }
    for (guint i = 0; i < self->walked->stops->len; i++) {
        const FaltungWalkStop *stop = self->walked->stops->pdata[i];
        gtk_list_box_append(self->list, label_new(stop->title, "numeric"));
    }
    self->stop = 0;
    gtk_list_box_select_row(self->list, gtk_list_box_get_row_at_index(self->list, 0));
    self->filling = FALSE;
}

static void begin(Walk *self);

static void on_walked(GObject *source, GAsyncResult *result, gpointer data) {
    Walk *self = data;
    gpointer walked;
    if (!faltung_study_end(&self->study, result, &walked, NULL) || walked == NULL) {
        return;
    }
    g_clear_pointer(&self->walked, faltung_walked_free);
    self->walked = walked;
    fill_list(self);
    show_stop(self);
    if (gtk_widget_get_mapped(GTK_WIDGET(self->list))) {
        show_passing(self);
    }
    begin(self);
}

static gboolean find(gpointer result, const FaltungAnalysisHooks *hooks, GError **error) {
    return faltung_walked_find(result, hooks, error);
}

/* A walk for what the window looks at now, unless there is one. */
static void begin(Walk *self) {
    FaltungScene *scene = self->study.scene;
    FaltungSnapshot *snapshot =
        faltung_scene_experiment(scene) != NULL ? faltung_study_begin(&self->study) : NULL;
    if (snapshot == NULL) {
        return;
    }
    FaltungWalked *wanted = g_new0(FaltungWalked, 1);
    wanted->text = g_strdup(faltung_document_text(scene->document));
    wanted->origin = g_strdup(faltung_document_origin(scene->document));
    wanted->weights = faltung_weights_ref(snapshot->weights);
    wanted->validation = faltung_dataset_ref(scene->validation);
    wanted->index = self->study.sample;
    wanted->place_stop = self->place_stop;
    wanted->place = self->place;
    wanted->dark = adw_style_manager_get_dark(adw_style_manager_get_default());
    wanted->scale = gtk_widget_get_scale_factor(GTK_WIDGET(self->list));
    faltung_study_run(&self->study, find, wanted, (GDestroyNotify)faltung_walked_free, on_walked,
                      self);
}

/* The same once more, for another value. */
static void begin_anew(Walk *self) {
    faltung_study_forget(&self->study);
    begin(self);
}

static void show(GtkWidget *view, FaltungScene *scene, FaltungSceneParts changed) {
    Walk *self = g_object_get_data(G_OBJECT(view), "walk");
    if (changed & (FALTUNG_SCENE_DOCUMENT | FALTUNG_SCENE_DATA | FALTUNG_SCENE_STYLE)) {
        faltung_study_forget(&self->study);
    }
    begin(self);
}

/* Whoever looks at something else does not walk. */
static void on_unmap(Walk *self) {
    faltung_scene_set_passing(self->study.scene, NULL, 0);
}

static void on_map(Walk *self) {
    if (self->walked != NULL) {
        show_passing(self);
    }
}

static void wish(GtkWidget *view, FaltungWanted *wanted) {
    wanted->weights = TRUE;
    wanted->standing = TRUE;
}

/* --- the view --- */

static void walk_free(gpointer data) {
    Walk *self = data;
    faltung_study_forget(&self->study);
    g_clear_pointer(&self->walked, faltung_walked_free);
    g_free(self);
}

static GtkWidget *scroller_new(GtkWidget *child, GtkPolicyType across, GtkPolicyType down) {
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), across, down);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), child);
    return scrolled;
}

static GtkWidget *build_way(Walk *self) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    self->stepper = faltung_stepper_new();
    g_signal_connect(self->stepper, "step", G_CALLBACK(on_step), self);
    self->list = GTK_LIST_BOX(gtk_list_box_new());
    gtk_widget_add_css_class(GTK_WIDGET(self->list), "navigation-sidebar");
    gtk_widget_add_css_class(GTK_WIDGET(self->list), "stops");
    faltung_set_accessible_label(GTK_WIDGET(self->list), _("Stops of the walk"));
    g_signal_connect(self->list, "row-selected", G_CALLBACK(on_row), self);
    GtkWidget *scrolled =
        scroller_new(GTK_WIDGET(self->list), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    gtk_widget_set_vexpand(scrolled, TRUE);
    gtk_widget_set_size_request(scrolled, 170, -1);
    gtk_box_append(GTK_BOX(box), self->stepper);
    gtk_box_append(GTK_BOX(box), scrolled);
    return box;
}

static GtkWidget *build_stop(Walk *self) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    gtk_widget_set_margin_top(box, 6);
    gtk_widget_set_margin_end(box, 8);
    self->remark = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(self->remark), 0);
    gtk_label_set_wrap(GTK_LABEL(self->remark), TRUE);
    self->equation_place = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    self->arithmetic_place = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    self->cards = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 14);
    GtkWidget *viewport = gtk_viewport_new(NULL, NULL);
    /* the cards side by side as wide as they want to be, or their titles would be cut */
    gtk_scrollable_set_hscroll_policy(GTK_SCROLLABLE(viewport), GTK_SCROLL_NATURAL);
    gtk_viewport_set_child(GTK_VIEWPORT(viewport), self->cards);
    /* what is short stands first, so that pictures and equation are seen together in a low window;
       a sum may be long */
    gtk_box_append(GTK_BOX(box), self->remark);
    gtk_box_append(GTK_BOX(box), scroller_new(viewport, GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER));
    gtk_box_append(GTK_BOX(box), self->equation_place);
    gtk_box_append(GTK_BOX(box),
                   scroller_new(self->arithmetic_place, GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER));
    GtkWidget *scrolled = scroller_new(box, GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    gtk_widget_set_hexpand(scrolled, TRUE);
    return scrolled;
}

static GtkWidget *create(FaltungScene *scene) {
    Walk *self = g_new0(Walk, 1);
    self->study.scene = scene;
    self->place_stop = -1;
    GtkWidget *view = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    gtk_box_append(GTK_BOX(view), build_way(self));
    gtk_box_append(GTK_BOX(view), build_stop(self));
    show_stop(self);
    g_object_set_data_full(G_OBJECT(view), "walk", self, walk_free);
    g_signal_connect_swapped(view, "map", G_CALLBACK(on_map), self);
    g_signal_connect_swapped(view, "unmap", G_CALLBACK(on_unmap), self);
    static const FaltungSceneWatch watch = {show, wish};
    faltung_scene_watch(scene, view, &watch);
    return view;
}

const FaltungView faltung_view_walk = {N_("Walk"), create};

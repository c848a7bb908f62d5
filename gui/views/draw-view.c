/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/draw-view.h"
#include "data/ink.h"
#include "draw/chart.h"
#include "gui/data/pad.h"
#include "gui/style.h"
#include "gui/views/view.h"

#include <glib/gi18n.h>
#include <math.h>

/*
 * One's own drawing goes through the network at every stroke, made into a sample as those that it
 * learned from. While this page is seen, the drawing is the probe of the whole window.
 */

typedef struct {
    FaltungScene *scene;
    GtkStack *pages;
    GtkWidget *pad, *seen, *bars, *answer, *note;
    FaltungDataset *dataset; /* that the next two are of; (nullable) */
    int box;
    FaltungRange range;
    GBytes *own;     /* the drawing as a sample; NULL: nothing is drawn */
    gint64 drawn;    /* when, monotonic */
    gint64 answered; /* how long it took to be answered, microseconds; -1: it is not */
    char **names;
    double *percents;
    int n_classes;
} Drawing;

/* Whether samples are grey pictures of classes. */
static gboolean can_draw(FaltungDataset *dataset) {
    if (dataset == NULL || faltung_dataset_target_type(dataset) != FALTUNG_TARGET_CLASS ||
        faltung_dataset_positions(dataset) != 1) {
        return FALSE;
    }
    const FaltungShape *shape = faltung_dataset_shape(dataset);
    return shape->rank == 3 && shape->dims[0] == 1;
}

static void make_sample(Drawing *self) {
    g_clear_pointer(&self->own, g_bytes_unref);
    if (!can_draw(self->dataset)) {
        return;
    }
    const FaltungShape *shape = faltung_dataset_shape(self->dataset);
    size_t n = faltung_shape_size(shape);
    g_autofree float *ink = faltung_pad_ink(FALTUNG_PAD(self->pad));
    g_autofree float *sample = g_new(float, n);
    if (faltung_ink_place(ink, FALTUNG_PAD_SIDE, FALTUNG_PAD_SIDE, self->box, shape->dims[2],
                          shape->dims[1], sample)) {
        for (size_t i = 0; i < n; i++) {
            sample[i] = (float)(self->range.low + sample[i] * (self->range.high - self->range.low));
        }
        self->own = g_bytes_new(sample, n * sizeof(float));
    }
    gtk_widget_queue_draw(self->seen);
}

static void on_drawn(Drawing *self) {
    self->drawn = g_get_monotonic_time();
    self->answered = -1;
    make_sample(self);
    faltung_scene_wish_changed(self->scene);
}

/* --- what the network says --- */

static void show_answer(Drawing *self) {
    const FaltungSnapshot *snapshot = self->scene->snapshot;
    int n = self->dataset != NULL ? faltung_dataset_n_targets(self->dataset) : 0;
    gboolean has = self->own != NULL && snapshot != NULL && snapshot->wanted.own != NULL &&
                   snapshot->output != NULL && snapshot->n_outputs == n;
    self->n_classes = has ? n : 0;
    if (!has) {
        gtk_label_set_text(GTK_LABEL(self->answer), _("What the network says"));
        gtk_widget_queue_draw(self->bars);
        return;
    }
    g_clear_pointer(&self->names, g_strfreev);
    self->names = g_new0(char *, n + 1);
    self->percents = g_renew(double, self->percents, n);
    int said = faltung_snapshot_probabilities(snapshot, n, faltung_scene_is_softmax(self->scene),
                                              self->percents);
    g_autoptr(GString) words = g_string_new(_("What the network says"));
    for (int i = 0; i < n; i++) {
        self->names[i] = faltung_scene_class_name(self->scene, i);
        self->percents[i] = round(1000 * self->percents[i]) / 10;
        g_string_append_printf(words, "; %s: %.1f", self->names[i], self->percents[i]);
    }
    g_autofree char *text = g_strdup_printf("%s, %.1f %%", self->names[said], self->percents[said]);
    gtk_label_set_text(GTK_LABEL(self->answer), text);
    if (self->answered < 0 && snapshot->wanted.own == self->own) {
        self->answered = g_get_monotonic_time() - self->drawn;
    }
    faltung_set_accessible_label(self->bars, words->str);
    gtk_widget_queue_draw(self->bars);
}

static void draw_bars(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data) {
    Drawing *self = data;
    if (self->n_classes > 0) {
        FaltungTheme theme = faltung_theme_for(GTK_WIDGET(area));
        theme.font_size = CLAMP(0.7 * height / self->n_classes, 6, 0.9 * theme.font_size);
        faltung_bars_draw(cr, &theme, (const char *const *)self->names, self->percents,
                          self->n_classes, (FaltungRect){0, 0, width, height});
    }
}

/* The drawing as the network sees it. */
static void draw_seen(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data) {
    Drawing *self = data;
    double side = MIN(width, height);
    FaltungRect rect = {(width - side) / 2, (height - side) / 2, side, side};
    cairo_rectangle(cr, rect.x, rect.y, rect.width, rect.height);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_fill(cr);
    if (self->own != NULL) {
        const FaltungShape *shape = faltung_dataset_shape(self->dataset);
        FaltungMaps maps =
            faltung_maps(g_bytes_get_data(self->own, NULL), 1, shape->dims[1], shape->dims[2]);
        faltung_image_draw(cr, &maps, self->range, rect);
    }
}

/* --- the view --- */

typedef struct {
    FaltungDataset *dataset;
    int box;
    FaltungRange range;
} Measures;

static void measure(GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
    Measures *measures = data;
    measures->box = faltung_ink_box(measures->dataset);
    measures->range = faltung_picture_range(measures->dataset);
    g_task_return_boolean(task, TRUE);
}

static void measures_free(gpointer data) {
    faltung_dataset_unref(((Measures *)data)->dataset);
    g_free(data);
}

static void on_measured(GObject *view, GAsyncResult *task, gpointer data) {
    Drawing *self = g_object_get_data(view, "drawing");
    const Measures *measures = g_task_get_task_data(G_TASK(task));
    if (self != NULL && measures->dataset == self->dataset) {
        self->box = measures->box;
        self->range = measures->range;
        on_drawn(self);
    }
}

static void take_dataset(GtkWidget *view, Drawing *self, FaltungDataset *dataset) {
    g_clear_pointer(&self->dataset, faltung_dataset_unref);
    g_clear_pointer(&self->own, g_bytes_unref);
    self->n_classes = 0;
    gboolean can = can_draw(dataset);
    gtk_stack_set_visible_child_name(self->pages, can ? "pad" : "note");
    if (!can) {
        return;
    }
    self->dataset = faltung_dataset_ref(dataset);
    Measures *measures = g_new0(Measures, 1);
    measures->dataset = faltung_dataset_ref(dataset);
    g_autoptr(GTask) task = g_task_new(view, NULL, on_measured, NULL);
    g_task_set_task_data(task, measures, measures_free);
    g_task_run_in_thread(task, measure);
}

static void show(GtkWidget *view, FaltungScene *scene, FaltungSceneParts changed) {
    Drawing *self = g_object_get_data(G_OBJECT(view), "drawing");
    if ((changed & FALTUNG_SCENE_DATA) && scene->validation != self->dataset) {
        take_dataset(view, self, scene->validation);
    }
    if (changed & (FALTUNG_SCENE_SNAPSHOT | FALTUNG_SCENE_DATA | FALTUNG_SCENE_STYLE)) {
        show_answer(self);
    }
}

static void wish(GtkWidget *view, FaltungWanted *wanted) {
    Drawing *self = g_object_get_data(G_OBJECT(view), "drawing");
    if (self->own != NULL) {
        g_clear_pointer(&wanted->own, g_bytes_unref);
        wanted->own = g_bytes_ref(self->own);
    }
}

static void drawing_free(gpointer data) {
    Drawing *self = data;
    g_clear_pointer(&self->dataset, faltung_dataset_unref);
    g_clear_pointer(&self->own, g_bytes_unref);
    g_strfreev(self->names);
    g_free(self->percents);
    g_free(self);
}

static GtkWidget *titled(const char *title, GtkWidget *content, GtkWidget *beside) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 4);
    GtkWidget *label = gtk_label_new(title);
    gtk_widget_add_css_class(label, "dim-label");
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_widget_set_hexpand(label, TRUE);
    gtk_widget_set_size_request(line, -1, 34);
    gtk_box_append(GTK_BOX(line), label);
    if (beside != NULL) {
        gtk_box_append(GTK_BOX(line), beside);
    }
    gtk_box_append(GTK_BOX(box), line);
    gtk_widget_set_vexpand(content, TRUE);
    gtk_box_append(GTK_BOX(box), content);
    return box;
}

static GtkWidget *drawing_area(Drawing *self, GtkDrawingAreaDrawFunc draw, const char *label) {
    GtkWidget *area = gtk_drawing_area_new();
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(area), draw, self, NULL);
    faltung_set_accessible_label(area, label);
    return area;
}

static GtkWidget *build_pad(Drawing *self) {
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    gtk_box_set_homogeneous(GTK_BOX(row), TRUE);
    gtk_widget_set_margin_start(row, 12);
    gtk_widget_set_margin_end(row, 12);
    gtk_widget_set_margin_bottom(row, 8);
    self->pad = faltung_pad_new();
    g_object_set_data(G_OBJECT(self->pad), "drawing", self);
    g_signal_connect_swapped(self->pad, "changed", G_CALLBACK(on_drawn), self);
    GtkWidget *clear = faltung_icon_button("edit-clear-all-symbolic", _("Clear the pad"), NULL);
    g_signal_connect_swapped(clear, "clicked", G_CALLBACK(faltung_pad_clear), self->pad);
    gtk_box_append(GTK_BOX(row), titled(_("Draw here"), self->pad, clear));
    self->seen = drawing_area(self, draw_seen, _("The drawing as the network sees it"));
    gtk_box_append(GTK_BOX(row), titled(_("What the network sees"), self->seen, NULL));
    self->bars = drawing_area(self, draw_bars, _("What the network says"));
    GtkWidget *right = titled("", self->bars, NULL);
    self->answer = gtk_widget_get_first_child(gtk_widget_get_first_child(right));
    gtk_widget_remove_css_class(self->answer, "dim-label");
    gtk_widget_add_css_class(self->answer, "heading");
    gtk_box_append(GTK_BOX(row), right);
    return row;
}

static GtkWidget *create(FaltungScene *scene) {
    Drawing *self = g_new0(Drawing, 1);
    self->scene = scene;
    self->pages = GTK_STACK(gtk_stack_new());
    GtkWidget *note = gtk_label_new(
        _("One can draw where the samples are grey pictures of classes, as digits are."));
    gtk_label_set_wrap(GTK_LABEL(note), TRUE);
    gtk_widget_add_css_class(note, "dim-label");
    gtk_stack_add_named(self->pages, note, "note");
    gtk_stack_add_named(self->pages, build_pad(self), "pad");
    GtkWidget *view = GTK_WIDGET(self->pages);
    g_object_set_data_full(G_OBJECT(view), "drawing", self, drawing_free);
    static const FaltungSceneWatch watch = {show, wish};
    faltung_scene_watch(scene, view, &watch);
    return view;
}

double faltung_draw_view_delay(GtkWidget *pad) {
    const Drawing *self = g_object_get_data(G_OBJECT(pad), "drawing");
    return self->answered < 0 ? -1 : self->answered / (double)G_TIME_SPAN_MILLISECOND;
}

const FaltungView faltung_view_draw = {N_("Draw"), create};

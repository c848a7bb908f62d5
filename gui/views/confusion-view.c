/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/chart.h"
#include "gui/data/sample-grid.h"
#include "gui/style.h"
#include "gui/views/analysis-bar.h"
#include "gui/views/view.h"

#include <glib/gi18n.h>

/*
 * Which class is taken for which: the matrix of the validation split, and beside it the samples of
 * the cell that was clicked.
 */

typedef struct {
    FaltungScene *scene;
    GtkWidget *matrix, *cell_label, *grid;
    FaltungPredictions *predictions;
    int truth, said; /* the cell; -1: none */
} Confusion;

static const char *const *class_names(const Confusion *self) {
    const char *const *names = self->scene->validation != NULL
                                   ? faltung_dataset_class_names(self->scene->validation)
                                   : NULL;
    gboolean fit = names != NULL && (int)g_strv_length((char **)names) >= self->predictions->width;
    return fit ? names : NULL;
}

static FaltungTheme theme_of(GtkWidget *widget) {
    FaltungTheme theme = faltung_theme_for(widget);
    theme.font_size *= 0.9;
    return theme;
}

static void draw(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data) {
    Confusion *self = data;
    if (self->predictions != NULL) {
        FaltungTheme theme = theme_of(self->matrix);
        faltung_confusion_draw(cr, &theme, class_names(self), self->predictions->scores->confusion,
                               self->predictions->width,
                               (FaltungRect){8, 4, width - 12, height - 8});
    }
}

/* --- the cell --- */

static char *describe(const Confusion *self, int truth, int said) {
    guint count =
        (guint)self->predictions->scores->confusion[truth * self->predictions->width + said];
    g_autofree char *is = faltung_scene_class_name(self->scene, truth);
    g_autofree char *taken = faltung_scene_class_name(self->scene, said);
    return truth == said ? g_strdup_printf(_("%'u of %s, recognised"), count, is)
                         : g_strdup_printf(_("%'u of %s, taken for %s"), count, is, taken);
}

static void show_cell(Confusion *self) {
    gboolean any = self->predictions != NULL && self->truth >= 0 &&
                   self->truth < self->predictions->width && self->said < self->predictions->width;
    g_autofree char *text = any ? describe(self, self->truth, self->said)
                                : g_strdup(_("A click on a cell shows its samples."));
    g_autoptr(GArray) indices =
        any ? faltung_predictions_select(self->predictions, self->truth, self->said) : NULL;
    gtk_label_set_text(GTK_LABEL(self->cell_label), text);
    faltung_sample_grid_show(FALTUNG_SAMPLE_GRID(self->grid), self->predictions, indices);
}

static gboolean cell_at(Confusion *self, double x, double y, int *truth, int *said) {
    if (self->predictions == NULL) {
        return FALSE;
    }
    FaltungTheme theme = theme_of(self->matrix);
    cairo_surface_t *surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR, NULL);
    cairo_t *cr = cairo_create(surface);
    int width = gtk_widget_get_width(self->matrix), height = gtk_widget_get_height(self->matrix);
    gboolean hit =
        faltung_confusion_hit(cr, &theme, class_names(self), self->predictions->width,
                              (FaltungRect){8, 4, width - 12, height - 8}, x, y, truth, said);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return hit;
}

static void on_pressed(GtkGestureClick *click, int n_press, double x, double y, Confusion *self) {
    int truth, said;
    if (cell_at(self, x, y, &truth, &said)) {
        self->truth = truth;
        self->said = said;
        show_cell(self);
    }
}

static gboolean on_tooltip(GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip,
                           Confusion *self) {
    int truth, said;
    if (keyboard || !cell_at(self, x, y, &truth, &said)) {
        return FALSE;
    }
    g_autofree char *text = describe(self, truth, said);
    gtk_tooltip_set_text(tooltip, text);
    return TRUE;
}

/* --- the view --- */

/* Every row of the matrix in words, for those who cannot see it. */
static char *spell(const Confusion *self) {
    GString *text = g_string_new(_("Confusion matrix, truth: predictions"));
    int n = self->predictions->width;
    for (int truth = 0; truth < n && n <= 100; truth++) {
        g_autofree char *name = faltung_scene_class_name(self->scene, truth);
        g_string_append_printf(text, "; %s:", name);
        for (int said = 0; said < n; said++) {
            g_string_append_printf(text, " %" G_GUINT64_FORMAT,
                                   self->predictions->scores->confusion[truth * n + said]);
        }
    }
    return g_string_free(text, FALSE);
}

static void show(GtkWidget *view, FaltungScene *scene, FaltungSceneParts changed) {
    Confusion *self = g_object_get_data(G_OBJECT(view), "confusion");
    FaltungAnalysis *analysis = faltung_analyst_result(scene->analyst);
    FaltungPredictions *predictions = analysis != NULL ? analysis->predictions : NULL;
    if (predictions != NULL && predictions->scores->confusion == NULL) { /* too many classes */
        predictions = NULL;
    }
    if (changed & FALTUNG_SCENE_STYLE) {
        gtk_widget_queue_draw(self->matrix);
    }
    if (predictions == self->predictions) {
        return;
    }
    g_clear_pointer(&self->predictions, faltung_predictions_unref);
    self->predictions = predictions != NULL ? faltung_predictions_ref(predictions) : NULL;
    if (predictions != NULL) {
        g_autofree char *words = spell(self);
        faltung_set_accessible_label(self->matrix, words);
    }
    gtk_widget_queue_draw(self->matrix);
    show_cell(self);
}

static void confusion_free(gpointer data) {
    Confusion *self = data;
    g_clear_pointer(&self->predictions, faltung_predictions_unref);
    g_free(self);
}

static GtkWidget *build_matrix(Confusion *self) {
    self->matrix = gtk_drawing_area_new();
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(self->matrix), draw, self, NULL);
    gtk_widget_set_hexpand(self->matrix, TRUE);
    gtk_widget_set_size_request(self->matrix, 180, -1);
    gtk_widget_set_has_tooltip(self->matrix, TRUE);
    g_signal_connect(self->matrix, "query-tooltip", G_CALLBACK(on_tooltip), self);
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "pressed", G_CALLBACK(on_pressed), self);
    gtk_widget_add_controller(self->matrix, GTK_EVENT_CONTROLLER(click));
    return self->matrix;
}

static GtkWidget *create(FaltungScene *scene) {
    Confusion *self = g_new0(Confusion, 1);
    self->scene = scene;
    self->truth = self->said = -1;
    GtkWidget *cell = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    self->cell_label = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(self->cell_label), 0);
    gtk_label_set_ellipsize(GTK_LABEL(self->cell_label), PANGO_ELLIPSIZE_END);
    gtk_label_set_wrap(GTK_LABEL(self->cell_label), TRUE);
    gtk_label_set_lines(GTK_LABEL(self->cell_label), 2);
    gtk_widget_set_margin_top(self->cell_label, 6);
    self->grid = faltung_sample_grid_new(scene);
    gtk_box_append(GTK_BOX(cell), self->cell_label);
    gtk_box_append(GTK_BOX(cell), self->grid);

    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    gtk_box_set_homogeneous(GTK_BOX(row), TRUE);
    gtk_widget_set_vexpand(row, TRUE);
    gtk_box_append(GTK_BOX(row), build_matrix(self));
    gtk_box_append(GTK_BOX(row), cell);
    GtkWidget *view = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(view), faltung_analysis_bar_new(scene));
    gtk_box_append(GTK_BOX(view), row);
    g_object_set_data_full(G_OBJECT(view), "confusion", self, confusion_free);
    static const FaltungSceneWatch watch = {show};
    faltung_scene_watch(scene, view, &watch);
    return view;
}

const FaltungView faltung_view_confusion = {N_("Confusion"), create};

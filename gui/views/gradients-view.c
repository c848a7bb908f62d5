/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/style.h"
#include "gui/views/chart-view.h"
#include "gui/views/view.h"

#include <glib/gi18n.h>
#include <math.h>

/*
 * How well every layer learns: norms of its gradient and of its weights, and what a step changes
 * of them, at the moment of the time slider and over the training.
 */

/* What a step changes of a layer's weights: about a thousandth is healthy. Far less, and the layer
   learns nothing; far more, and it forgets what it knew at every step. */
#define HEALTHY 1e-3
#define SLOW 1e-5
#define FAST 1e-1

#define LEAST_WIDTH 240 /* of the table, which is scrolled where there is no room for all of it */

typedef struct {
    FaltungScene *scene;
    GtkGrid *table;
    FaltungChartView *chart;
    GtkDropDown *figure;
    GPtrArray *shown; /* the names of the layers in the table */
    GPtrArray *cells; /* (element-type GtkWidget) COLUMNS a layer: inscriptions with the norms,
                         labels */
} Gradients;

enum { COLUMN_GRADIENT, COLUMN_WEIGHT, COLUMN_RATIO, COLUMN_DEAD, COLUMN_VERDICT, COLUMNS };

static double norm_of(const FaltungLayerNorms *norms, int column) {
    switch (column) {
    case COLUMN_GRADIENT:
        return norms->gradient;
    case COLUMN_WEIGHT:
        return norms->weight;
    default:
        return norms->update_ratio;
    }
}

static const char *const titles[] = {N_("Gradient"), N_("Weights"), N_("Update"), N_("Dead")};

/* What the chart can show. */
static const int figures[] = {COLUMN_RATIO, COLUMN_GRADIENT, COLUMN_WEIGHT};
static const char *const figure_names[] = {N_("Update over weights"), N_("Norm of the gradient"),
                                           N_("Norm of the weights")};

/* --- the table --- */

static const FaltungNormRow *row_at(const FaltungHistory *history, double epoch) {
    const FaltungNormRow *row = NULL;
    for (guint i = 0; i < history->norms->len; i++) {
        const FaltungNormRow *next = history->norms->pdata[i];
        if (row == NULL || isnan(epoch) || next->epoch <= epoch + 1e-9) {
            row = next;
        }
    }
    return row;
}

static const char *verdict_on(const FaltungLayerNorms *norms) {
    if (!isfinite(norms->gradient)) {
        return isnan(norms->update_ratio) ? "" : _("not finite");
    }
    if (norms->gradient == 0) {
        return _("no gradient");
    }
    return norms->update_ratio < SLOW   ? _("hardly learns")
           : norms->update_ratio > FAST ? _("jumps")
                                        : "";
}

static void set_cell(Gradients *self, guint layer, int column, const char *text) {
    gtk_label_set_text(self->cells->pdata[layer * COLUMNS + column], text);
}

static void fill_table(Gradients *self, const FaltungNormRow *row) {
    for (guint i = 0; i < self->shown->len; i++) {
        for (int column = 0; column < COLUMN_DEAD; column++) {
            double value = row != NULL ? norm_of(&row->layers[i], column) : NAN;
            g_autofree char *text = isnan(value) ? g_strdup("–") : g_strdup_printf("%.3g", value);
            gtk_inscription_set_text(self->cells->pdata[i * COLUMNS + column], text);
        }
        set_cell(self, i, COLUMN_VERDICT, row != NULL ? verdict_on(&row->layers[i]) : "");
    }
}

/* "3 of 16" units are zero for every sample; marked where there are any. */
static void fill_dead(Gradients *self) {
    const FaltungAnalysis *analysis = faltung_analyst_result(self->scene->analyst);
    for (guint i = 0; i < self->shown->len; i++) {
        int layer = analysis != NULL && analysis->activity != NULL
                        ? faltung_graph_find(analysis->weights->graph, self->shown->pdata[i])
                        : -1;
        GtkWidget *cell = self->cells->pdata[i * COLUMNS + COLUMN_DEAD];
        const FaltungActivity *activity = layer >= 0 ? &analysis->activity[layer] : NULL;
        g_autofree char *text =
            activity != NULL ? g_strdup_printf(_("%d of %d"), activity->dead, activity->units)
                             : g_strdup("–");
        set_cell(self, i, COLUMN_DEAD, text);
        if (activity != NULL && activity->dead > 0) {
            gtk_widget_add_css_class(cell, "warning");
        } else {
            gtk_widget_remove_css_class(cell, "warning");
        }
    }
}

static GtkWidget *add_label(Gradients *self, const char *text, int column, int row,
                            const char *css) {
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(label), column == 0 || column == COLUMNS ? 0 : 1);
    gtk_widget_add_css_class(label, css);
    gtk_grid_attach(self->table, label, column, row, 1, 1);
    return label;
}

/* A norm is new all the time: it has a width of its own, so that nothing is laid out anew. */
static GtkWidget *add_norm(Gradients *self, int column, int row) {
    GtkWidget *cell = gtk_inscription_new("");
    gtk_inscription_set_min_chars(GTK_INSCRIPTION(cell), 7);
    gtk_inscription_set_xalign(GTK_INSCRIPTION(cell), 1);
    gtk_widget_add_css_class(cell, "numeric");
    gtk_grid_attach(self->table, cell, column + 1, row, 1, 1);
    return cell;
}

static gboolean same_names(const GPtrArray *a, const GPtrArray *b) {
    gboolean same = a->len == b->len;
    for (guint i = 0; same && i < a->len; i++) {
        same = g_str_equal(a->pdata[i], b->pdata[i]);
    }
    return same;
}

static void build_table(Gradients *self, const GPtrArray *layers) {
    if (self->cells->len > 0 && same_names(layers, self->shown)) {
        return;
    }
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(GTK_WIDGET(self->table))) != NULL) {
        gtk_grid_remove(self->table, child);
    }
    g_ptr_array_set_size(self->shown, 0);
    g_ptr_array_set_size(self->cells, 0);
    add_label(self, _("Layer"), 0, 0, "caption-heading");
    for (int column = 0; column < COLUMN_VERDICT; column++) {
        add_label(self, _(titles[column]), column + 1, 0, "caption-heading");
    }
    for (guint i = 0; i < layers->len; i++) {
        g_ptr_array_add(self->shown, g_strdup(layers->pdata[i]));
        GtkWidget *name = add_label(self, layers->pdata[i], 0, (int)i + 1, "layer");
        gtk_label_set_ellipsize(GTK_LABEL(name), PANGO_ELLIPSIZE_END);
        gtk_label_set_width_chars(GTK_LABEL(name), 5);
        gtk_widget_set_hexpand(name, TRUE);
        for (int column = 0; column < COLUMNS; column++) {
            const char *css = column == COLUMN_VERDICT ? "warning" : "numeric";
            g_ptr_array_add(self->cells, column < COLUMN_DEAD
                                             ? add_norm(self, column, (int)i + 1)
                                             : add_label(self, "", column + 1, (int)i + 1, css));
        }
    }
}

/* --- the chart --- */

static void draw_chart(Gradients *self, const FaltungHistory *history) {
    int column = figures[gtk_drop_down_get_selected(self->figure)];
    FaltungChart *chart = faltung_chart_view_chart(self->chart);
    faltung_chart_clear(chart);
    faltung_chart_set_labels(chart, NULL, NULL, NULL);
    faltung_chart_set_log(chart, FALSE, TRUE);
    guint n = history->norms->len;
    g_autofree double *x = g_new(double, n + 1), *y = g_new(double, n + 1);
    for (guint i = 0; i < n; i++) {
        x[i] = ((const FaltungNormRow *)history->norms->pdata[i])->epoch;
    }
    for (guint l = 0; l < history->layers->len && n > 0; l++) {
        for (guint i = 0; i < n; i++) {
            y[i] = norm_of(&((const FaltungNormRow *)history->norms->pdata[i])->layers[l], column);
        }
        int series = faltung_chart_add_series(chart, history->layers->pdata[l], x, y, n);
        faltung_chart_set_look(chart, series, series,
                               (FaltungLineStyle)(series / FALTUNG_N_SERIES_COLORS % 3));
    }
    if (column == COLUMN_RATIO && n > 0) {
        double ends[] = {x[0], x[n - 1]}, healthy[] = {HEALTHY, HEALTHY};
        int series = faltung_chart_add_series(chart, _("healthy"), ends, healthy, 2);
        faltung_chart_set_look(chart, series, series, FALTUNG_LINE_DASHED);
    }
    faltung_chart_mark_x(chart, self->scene->epoch);
    gtk_widget_queue_draw(GTK_WIDGET(self->chart));
}

/* --- the view --- */

static void show(GtkWidget *view, FaltungScene *scene, FaltungSceneParts changed) {
    Gradients *self = g_object_get_data(G_OBJECT(view), "gradients");
    if ((changed & FALTUNG_SCENE_HISTORY) && scene->history != NULL) {
        build_table(self, scene->history->layers);
        fill_dead(self);
        fill_table(self, row_at(scene->history, scene->epoch));
        draw_chart(self, scene->history);
    }
    if (changed & FALTUNG_SCENE_ANALYSIS) {
        fill_dead(self);
    }
}

static void wish(GtkWidget *view, FaltungWanted *wanted) {
    wanted->norms = TRUE;
    wanted->analyses |= FALTUNG_ANALYSE_ACTIVITY;
}

static void on_figure(Gradients *self) {
    if (self->scene->history != NULL) {
        draw_chart(self, self->scene->history);
    }
}

static void gradients_free(gpointer data) {
    Gradients *self = data;
    g_ptr_array_unref(self->shown);
    g_ptr_array_unref(self->cells);
    g_free(self);
}

static GtkWidget *build_left(Gradients *self) {
    self->table = GTK_GRID(gtk_grid_new());
    gtk_grid_set_column_spacing(self->table, 12);
    gtk_grid_set_row_spacing(self->table, 4);
    gtk_widget_set_margin_start(GTK_WIDGET(self->table), 12);
    gtk_widget_set_margin_end(GTK_WIDGET(self->table), 12);
    gtk_widget_set_margin_top(GTK_WIDGET(self->table), 8);
    gtk_widget_set_margin_bottom(GTK_WIDGET(self->table), 8);
    gtk_widget_set_tooltip_text(
        GTK_WIDGET(self->table),
        _("Norms over all that a layer learns, of the last step. What a step changes, as a share "
          "of the weights, is healthy at about 0.001: below 0.00001 a layer hardly learns, above "
          "0.1 it jumps. A unit is dead that is zero for each of up to 512 validation samples."));
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), GTK_WIDGET(self->table));
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_AUTOMATIC,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_min_content_width(GTK_SCROLLED_WINDOW(scrolled), LEAST_WIDTH);
    gtk_scrolled_window_set_propagate_natural_width(GTK_SCROLLED_WINDOW(scrolled), TRUE);
    return scrolled;
}

static GtkWidget *build_right(Gradients *self) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    const char *names[G_N_ELEMENTS(figure_names) + 1] = {NULL};
    for (guint i = 0; i < G_N_ELEMENTS(figure_names); i++) {
        names[i] = _(figure_names[i]);
    }
    self->figure = GTK_DROP_DOWN(gtk_drop_down_new_from_strings(names));
    faltung_cut_choice(self->figure);
    gtk_widget_add_css_class(GTK_WIDGET(self->figure), "flat");
    gtk_widget_set_halign(GTK_WIDGET(self->figure), GTK_ALIGN_START);
    faltung_set_accessible_label(GTK_WIDGET(self->figure), _("Figure of the layers"));
    g_signal_connect_swapped(self->figure, "notify::selected", G_CALLBACK(on_figure), self);
    self->chart = FALTUNG_CHART_VIEW(faltung_chart_view_new());
    faltung_set_accessible_label(GTK_WIDGET(self->chart),
                                 _("Norms of the layers over the training"));
    gtk_box_append(GTK_BOX(box), GTK_WIDGET(self->figure));
    gtk_box_append(GTK_BOX(box), GTK_WIDGET(self->chart));
    return box;
}

static GtkWidget *create(FaltungScene *scene) {
    Gradients *self = g_new0(Gradients, 1);
    self->scene = scene;
    self->shown = g_ptr_array_new_with_free_func(g_free);
    self->cells = g_ptr_array_new();
    GtkWidget *view = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    gtk_box_append(GTK_BOX(view), build_left(self));
    gtk_box_append(GTK_BOX(view), build_right(self));
    g_object_set_data_full(G_OBJECT(view), "gradients", self, gradients_free);
    static const FaltungSceneWatch watch = {show, wish};
    faltung_scene_watch(scene, view, &watch);
    return view;
}

const FaltungView faltung_view_gradients = {N_("Gradients"), create};

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/curves.h"

#include "gui/style.h"
#include "gui/views/chart-view.h"

#include <glib/gi18n.h>
#include <math.h>

struct _FaltungCurves {
    GtkBox parent;
    FaltungChartView *loss, *other;
    GtkDropDown *figure, *axis;
    GtkToggleButton *log_scale;
    GtkAdjustment *smoothing;
    FaltungHistory *history;
    double mark;
};

G_DEFINE_FINAL_TYPE(FaltungCurves, faltung_curves, GTK_TYPE_BOX)

/* A figure: the step rows' value and the epoch rows'; what does not exist is NaN. */
typedef struct {
    const char *title;
    double (*step)(const FaltungStepRow *row);
    double (*training)(const FaltungEpochRow *row);
    double (*validation)(const FaltungEpochRow *row);
} Figure;

static double step_loss(const FaltungStepRow *row) {
    return row->loss;
}
static double step_rate(const FaltungStepRow *row) {
    return row->learning_rate;
}
static double step_norm(const FaltungStepRow *row) {
    return row->grad_norm;
}
static double step_speed(const FaltungStepRow *row) {
    return row->samples_per_second;
}
static double validation_loss(const FaltungEpochRow *row) {
    return row->validation.loss;
}
static double training_accuracy(const FaltungEpochRow *row) {
    return row->train.accuracy;
}
static double validation_accuracy(const FaltungEpochRow *row) {
    return row->validation.accuracy;
}
static double training_mae(const FaltungEpochRow *row) {
    return row->train.mae;
}
static double validation_mae(const FaltungEpochRow *row) {
    return row->validation.mae;
}
static double training_rmse(const FaltungEpochRow *row) {
    return row->train.rmse;
}
static double validation_rmse(const FaltungEpochRow *row) {
    return row->validation.rmse;
}

static const Figure loss_figure = {N_("Loss"), step_loss, NULL, validation_loss};

static const Figure figures[] = {
    {N_("Accuracy"), NULL, training_accuracy, validation_accuracy},
    {N_("Mean absolute error"), NULL, training_mae, validation_mae},
    {N_("Root mean squared error"), NULL, training_rmse, validation_rmse},
    {N_("Learning rate"), step_rate, NULL, NULL},
    {N_("Norm of the gradient"), step_norm, NULL, NULL},
    {N_("Samples a second"), step_speed, NULL, NULL},
};
#define FIRST_STEP_FIGURE 3

/* Epoch rows count epochs; on an axis of steps they lie at that many steps. */
static double steps_an_epoch(const FaltungHistory *history) {
    for (guint i = history->steps->len; i > 0; i--) {
        const FaltungStepRow *row = &g_array_index(history->steps, FaltungStepRow, i - 1);
        if (row->epoch > 0) {
            return (double)row->step / row->epoch;
        }
    }
    return 1;
}

static void add_epochs(FaltungChart *chart, const char *name, const FaltungHistory *history,
                       double (*value)(const FaltungEpochRow *row), double unit, int color,
                       FaltungLineStyle style) {
    if (value == NULL) {
        return;
    }
    guint n = history->epochs->len;
    g_autofree double *x = g_new(double, n + 1), *y = g_new(double, n + 1);
    gboolean any = FALSE;
    for (guint i = 0; i < n; i++) {
        const FaltungEpochRow *row = &g_array_index(history->epochs, FaltungEpochRow, i);
        x[i] = row->epoch * unit;
        y[i] = value(row);
        any = any || !isnan(y[i]);
    }
    if (any) {
        int series = faltung_chart_add_series(chart, name, x, y, n);
        faltung_chart_set_look(chart, series, color, style);
        faltung_chart_set_smoothed(chart, series, FALSE);
    }
}

static void draw_figure(FaltungCurves *self, FaltungChartView *view, const Figure *figure) {
    FaltungChart *chart = faltung_chart_view_chart(view);
    gboolean by_step = gtk_drop_down_get_selected(self->axis) == 1;
    double unit = by_step ? steps_an_epoch(self->history) : 1;
    faltung_chart_clear(chart);
    faltung_chart_set_labels(chart, _(figure->title), NULL, NULL);
    faltung_chart_set_log(chart, FALSE, gtk_toggle_button_get_active(self->log_scale));
    faltung_chart_set_smoothing(chart, 0);
    if (figure->step != NULL) {
        guint n = self->history->steps->len;
        g_autofree double *x = g_new(double, n + 1), *y = g_new(double, n + 1);
        for (guint i = 0; i < n; i++) {
            const FaltungStepRow *row = &g_array_index(self->history->steps, FaltungStepRow, i);
            x[i] = by_step ? (double)row->step : row->epoch;
            y[i] = figure->step(row);
        }
        int series = faltung_chart_add_series(chart, _("training"), x, y, n);
        faltung_chart_set_look(chart, series, 0, FALTUNG_LINE_SOLID);
        faltung_chart_set_smoothing(chart, gtk_adjustment_get_value(self->smoothing));
    }
    add_epochs(chart, _("training"), self->history, figure->training, unit, 0, FALTUNG_LINE_SOLID);
    add_epochs(chart, _("validation"), self->history, figure->validation, unit, 1,
               FALTUNG_LINE_SOLID);
    faltung_chart_mark_x(chart, self->mark * unit);
    gtk_widget_queue_draw(GTK_WIDGET(view));
}

static void redraw(FaltungCurves *self) {
    draw_figure(self, self->loss, &loss_figure);
    guint chosen = gtk_drop_down_get_selected(self->figure);
    if (chosen < G_N_ELEMENTS(figures)) {
        draw_figure(self, self->other, &figures[chosen]);
    }
}

/* Where there is no accuracy, the error is what one wants to see. */
static void choose_figure(FaltungCurves *self) {
    guint chosen = gtk_drop_down_get_selected(self->figure);
    if (chosen >= FIRST_STEP_FIGURE || self->history->epochs->len == 0) {
        return;
    }
    const FaltungEpochRow *row = &g_array_index(self->history->epochs, FaltungEpochRow, 0);
    if (chosen == 0 && isnan(row->validation.accuracy) && !isnan(row->validation.mae)) {
        gtk_drop_down_set_selected(self->figure, 1);
    } else if (chosen > 0 && isnan(row->validation.mae) && !isnan(row->validation.accuracy)) {
        gtk_drop_down_set_selected(self->figure, 0);
    }
}

void faltung_curves_show(FaltungCurves *self, FaltungHistory *history) {
    faltung_history_ref(history);
    faltung_history_unref(self->history);
    self->history = history;
    choose_figure(self);
    redraw(self);
}

void faltung_curves_mark(FaltungCurves *self, double epoch) {
    if (epoch != self->mark && !(isnan(epoch) && isnan(self->mark))) {
        self->mark = epoch;
        redraw(self);
    }
}

static void faltung_curves_finalize(GObject *object) {
    faltung_history_unref(FALTUNG_CURVES(object)->history);
    G_OBJECT_CLASS(faltung_curves_parent_class)->finalize(object);
}

static void faltung_curves_class_init(FaltungCurvesClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = faltung_curves_finalize;
}

static GtkWidget *labelled(const char *text, GtkWidget *widget) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_widget_add_css_class(label, "dim-label");
    gtk_box_append(GTK_BOX(box), label);
    gtk_box_append(GTK_BOX(box), widget);
    faltung_set_accessible_label(widget, text);
    return box;
}

static GtkWidget *build_controls(FaltungCurves *self) {
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    gtk_widget_set_margin_start(bar, 6);
    gtk_widget_set_margin_end(bar, 6);
    gtk_widget_set_margin_top(bar, 4);

    self->log_scale = GTK_TOGGLE_BUTTON(gtk_toggle_button_new_with_label(_("Log scale")));
    GtkWidget *words = gtk_button_get_child(GTK_BUTTON(self->log_scale));
    gtk_label_set_ellipsize(GTK_LABEL(words), PANGO_ELLIPSIZE_END);
    gtk_widget_set_tooltip_text(GTK_WIDGET(self->log_scale), _("Logarithmic vertical axis"));
    gtk_widget_add_css_class(GTK_WIDGET(self->log_scale), "flat");
    g_signal_connect_swapped(self->log_scale, "toggled", G_CALLBACK(redraw), self);
    gtk_box_append(GTK_BOX(bar), GTK_WIDGET(self->log_scale));

    self->smoothing = gtk_adjustment_new(0.6, 0, 0.99, 0.01, 0.1, 0);
    GtkWidget *scale = gtk_scale_new(GTK_ORIENTATION_HORIZONTAL, self->smoothing);
    gtk_widget_set_size_request(scale, 84, -1);
    g_signal_connect_swapped(self->smoothing, "value-changed", G_CALLBACK(redraw), self);
    gtk_box_append(GTK_BOX(bar), labelled(_("Smoothing"), scale));

    const char *axes[] = {_("Epochs"), _("Steps"), NULL};
    self->axis = GTK_DROP_DOWN(gtk_drop_down_new_from_strings(axes));
    faltung_cut_choice(self->axis);
    faltung_set_accessible_label(GTK_WIDGET(self->axis), _("Horizontal axis"));
    gtk_widget_add_css_class(GTK_WIDGET(self->axis), "flat");
    g_signal_connect_swapped(self->axis, "notify::selected", G_CALLBACK(redraw), self);
    gtk_box_append(GTK_BOX(bar), GTK_WIDGET(self->axis));

    const char *titles[G_N_ELEMENTS(figures) + 1] = {NULL};
    for (guint i = 0; i < G_N_ELEMENTS(figures); i++) {
        titles[i] = _(figures[i].title);
    }
    self->figure = GTK_DROP_DOWN(gtk_drop_down_new_from_strings(titles));
    faltung_cut_choice(self->figure);
    faltung_set_accessible_label(GTK_WIDGET(self->figure), _("Second curve"));
    gtk_widget_add_css_class(GTK_WIDGET(self->figure), "flat");
    gtk_widget_set_hexpand(GTK_WIDGET(self->figure), TRUE);
    gtk_widget_set_halign(GTK_WIDGET(self->figure), GTK_ALIGN_END);
    g_signal_connect_swapped(self->figure, "notify::selected", G_CALLBACK(redraw), self);
    gtk_box_append(GTK_BOX(bar), GTK_WIDGET(self->figure));
    return bar;
}

static void faltung_curves_init(FaltungCurves *self) {
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    self->history = faltung_history_new();
    self->mark = NAN;
    GtkWidget *charts = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    gtk_box_set_homogeneous(GTK_BOX(charts), TRUE);
    self->loss = FALTUNG_CHART_VIEW(faltung_chart_view_new());
    self->other = FALTUNG_CHART_VIEW(faltung_chart_view_new());
    faltung_set_accessible_label(GTK_WIDGET(self->loss), _("Loss over the training"));
    faltung_set_accessible_label(GTK_WIDGET(self->other), _("Another figure over the training"));
    gtk_box_append(GTK_BOX(charts), GTK_WIDGET(self->loss));
    gtk_box_append(GTK_BOX(charts), GTK_WIDGET(self->other));
    gtk_box_append(GTK_BOX(self), build_controls(self));
    gtk_box_append(GTK_BOX(self), charts);
    redraw(self);
}

GtkWidget *faltung_curves_new(void) {
    return g_object_new(FALTUNG_TYPE_CURVES, NULL);
}

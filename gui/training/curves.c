/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/curves.h"

#include "gui/style.h"
#include "gui/training/figures.h"
#include "gui/training/other-runs.h"
#include "gui/views/chart-view.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

struct _FaltungCurves {
    GtkBox parent;
    FaltungChartView *loss, *other;
    GtkDropDown *choice, *axis;
    GtkStringList *titles; /* of the choice: all figures but the first, which is the loss */
    GtkToggleButton *log_scale;
    GtkAdjustment *smoothing;
    FaltungOtherRuns *runs;
    FaltungHistory *history;
    GPtrArray *figures; /* (element-type FaltungFigure) that it has */
    char *chosen;       /* by a person: the name of one, which may not be there yet; NULL */
    gboolean filling;
    double mark;
};

G_DEFINE_FINAL_TYPE(FaltungCurves, faltung_curves, GTK_TYPE_BOX)

/* Behind those of training and validation. */
#define FIRST_OTHER_COLOR 2

static guint says_signal;

static FaltungOver over(FaltungCurves *self) {
    return (FaltungOver)gtk_drop_down_get_selected(self->axis);
}

static void draw_others(FaltungCurves *self, const FaltungFigure *figure, FaltungChart *chart) {
    g_autoptr(GPtrArray) others = faltung_other_runs_shown(self->runs);
    for (guint i = 0; i < others->len; i++) {
        const FaltungRunInfo *info = others->pdata[i];
        g_autofree char *name = g_path_get_basename(info->path);
        name[strlen(name) - (g_str_has_suffix(name, ".h5") ? strlen(".h5") : 0)] = '\0';
        int color = FIRST_OTHER_COLOR + (int)i % (FALTUNG_N_SERIES_COLORS - FIRST_OTHER_COLOR);
        faltung_figure_draw_other(figure, info->history, over(self), chart, name, color);
    }
}

static void draw_figure(FaltungCurves *self, FaltungChartView *view, const FaltungFigure *figure) {
    FaltungChart *chart = faltung_chart_view_chart(view);
    faltung_chart_clear(chart);
    faltung_chart_set_labels(chart, figure->title, NULL, NULL);
    faltung_chart_set_log(chart, FALSE, gtk_toggle_button_get_active(self->log_scale));
    faltung_chart_set_smoothing(chart, gtk_adjustment_get_value(self->smoothing));
    faltung_figure_draw(figure, self->history, over(self), chart);
    draw_others(self, figure, chart);
    faltung_chart_mark_x(chart, faltung_figure_place(self->history, over(self), self->mark));
    gtk_widget_queue_draw(GTK_WIDGET(view));
}

static const FaltungFigure *chosen_figure(FaltungCurves *self) {
    guint place = 1 + gtk_drop_down_get_selected(self->choice);
    return place < self->figures->len ? self->figures->pdata[place] : NULL;
}

static void redraw(FaltungCurves *self) {
    const FaltungFigure *other = chosen_figure(self);
    draw_figure(self, self->loss, self->figures->pdata[0]);
    if (other != NULL && !self->filling) {
        draw_figure(self, self->other, other);
    }
}

/* --- the choice of a figure --- */

static void on_choice(FaltungCurves *self) {
    const FaltungFigure *figure = chosen_figure(self);
    if (figure != NULL && !self->filling) {
        g_free(self->chosen);
        self->chosen = g_strdup(figure->name);
        redraw(self);
    }
}

/* What was chosen stays so as long as it is there. */
static void offer_figures(FaltungCurves *self) {
    GPtrArray *figures = faltung_figures_of(self->history);
    gboolean same = self->figures != NULL && figures->len == self->figures->len;
    for (guint i = 0; same && i < figures->len; i++) {
        const FaltungFigure *a = figures->pdata[i], *b = self->figures->pdata[i];
        same = strcmp(a->name, b->name) == 0;
    }
    if (same) {
        g_ptr_array_unref(figures);
        return;
    }
    g_clear_pointer(&self->figures, g_ptr_array_unref);
    self->figures = figures;
    guint selected = 0;
    g_autoptr(GPtrArray) titles = g_ptr_array_new();
    for (guint i = 1; i < figures->len; i++) {
        const FaltungFigure *figure = figures->pdata[i];
        selected = g_strcmp0(figure->name, self->chosen) == 0 ? i - 1 : selected;
        g_ptr_array_add(titles, figure->title);
    }
    g_ptr_array_add(titles, NULL);
    self->filling = TRUE;
    gtk_string_list_splice(self->titles, 0, g_list_model_get_n_items(G_LIST_MODEL(self->titles)),
                           (const char *const *)titles->pdata);
    gtk_drop_down_set_selected(self->choice, selected);
    self->filling = FALSE;
}

void faltung_curves_show(FaltungCurves *self, FaltungHistory *history, const char *path) {
    faltung_history_ref(history);
    faltung_history_unref(self->history);
    self->history = history;
    faltung_other_runs_set_own(self->runs, path);
    offer_figures(self);
    redraw(self);
}

void faltung_curves_clear(FaltungCurves *self) {
    g_clear_pointer(&self->chosen, g_free);
    faltung_other_runs_clear(self->runs);
}

void faltung_curves_mark(FaltungCurves *self, double epoch) {
    if (epoch != self->mark && !(isnan(epoch) && isnan(self->mark))) {
        self->mark = epoch;
        redraw(self);
    }
}

static void faltung_curves_finalize(GObject *object) {
    FaltungCurves *self = FALTUNG_CURVES(object);
    faltung_history_unref(self->history);
    g_ptr_array_unref(self->figures);
    g_free(self->chosen);
    G_OBJECT_CLASS(faltung_curves_parent_class)->finalize(object);
}

static void faltung_curves_class_init(FaltungCurvesClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = faltung_curves_finalize;
    says_signal = g_signal_new("says", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
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

static GtkDropDown *choice_new(GListModel *choices, const char *name) {
    GtkDropDown *choice = GTK_DROP_DOWN(gtk_drop_down_new(choices, NULL));
    faltung_cut_choice(choice);
    faltung_set_accessible_label(GTK_WIDGET(choice), name);
    gtk_widget_set_tooltip_text(GTK_WIDGET(choice), name);
    gtk_widget_add_css_class(GTK_WIDGET(choice), "flat");
    return choice;
}

/* What was zoomed to was a part of the other axis. */
static void on_axis(FaltungCurves *self) {
    faltung_chart_set_x_range(faltung_chart_view_chart(self->loss), 0, 0);
    faltung_chart_set_x_range(faltung_chart_view_chart(self->other), 0, 0);
    redraw(self);
}

/* --- what is shown, as a table --- */

static char *table(FaltungCurves *self) {
    static const char *const columns[] = {"epoch", "step", "minute"}; /* as FaltungOver */
    GString *text = g_string_new(NULL);
    g_string_printf(text, "figure,line,%s,value,shown\n", columns[over(self)]);
    faltung_chart_append_csv(faltung_chart_view_chart(self->loss), text);
    faltung_chart_append_csv(faltung_chart_view_chart(self->other), text);
    return g_string_free(text, FALSE);
}

static void on_save_response(GtkFileChooserNative *dialog, int response, FaltungCurves *self) {
    if (response == GTK_RESPONSE_ACCEPT) {
        g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));
        g_autoptr(GError) error = NULL;
        g_autofree char *text = table(self), *name = g_file_get_basename(file);
        gboolean saved = g_file_replace_contents(file, text, strlen(text), NULL, FALSE,
                                                 G_FILE_CREATE_NONE, NULL, NULL, &error);
        g_autofree char *words =
            saved ? g_strdup_printf(_("The curves are in %s"), name) : g_strdup(error->message);
        g_signal_emit(self, says_signal, 0, words);
    }
    g_object_unref(dialog);
}

static void on_save(FaltungCurves *self) {
    GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));
    GtkFileChooserNative *dialog =
        gtk_file_chooser_native_new(_("Save the Curves"), GTK_WINDOW(root),
                                    GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(dialog), "curves.csv");
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_save_response), self, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

/* --- the widget --- */

static GtkWidget *build_controls(FaltungCurves *self, FaltungScene *scene) {
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

    const char *axes[] = {_("Epochs"), _("Steps"), _("Minutes"), NULL}; /* as FaltungOver */
    self->axis = choice_new(G_LIST_MODEL(gtk_string_list_new(axes)), _("Horizontal axis"));
    g_signal_connect_swapped(self->axis, "notify::selected", G_CALLBACK(on_axis), self);
    gtk_box_append(GTK_BOX(bar), GTK_WIDGET(self->axis));

    self->runs = FALTUNG_OTHER_RUNS(faltung_other_runs_new(scene));
    g_signal_connect_swapped(self->runs, "changed", G_CALLBACK(redraw), self);
    gtk_box_append(GTK_BOX(bar), GTK_WIDGET(self->runs));
    GtkWidget *save = faltung_icon_button("document-save-symbolic",
                                          _("Save what is shown as a table (CSV)"), NULL);
    g_signal_connect_swapped(save, "clicked", G_CALLBACK(on_save), self);
    gtk_box_append(GTK_BOX(bar), save);

    self->titles = gtk_string_list_new(NULL);
    self->choice = choice_new(G_LIST_MODEL(self->titles), _("Second curve"));
    gtk_widget_set_hexpand(GTK_WIDGET(self->choice), TRUE);
    gtk_widget_set_halign(GTK_WIDGET(self->choice), GTK_ALIGN_END);
    g_signal_connect_swapped(self->choice, "notify::selected", G_CALLBACK(on_choice), self);
    gtk_box_append(GTK_BOX(bar), GTK_WIDGET(self->choice));
    return bar;
}

static void faltung_curves_init(FaltungCurves *self) {
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    self->history = faltung_history_new();
    self->mark = NAN;
}

GtkWidget *faltung_curves_new(FaltungScene *scene) {
    FaltungCurves *self = g_object_new(FALTUNG_TYPE_CURVES, NULL);
    GtkWidget *charts = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    gtk_box_set_homogeneous(GTK_BOX(charts), TRUE);
    self->loss = FALTUNG_CHART_VIEW(faltung_chart_view_new());
    self->other = FALTUNG_CHART_VIEW(faltung_chart_view_new());
    faltung_set_accessible_label(GTK_WIDGET(self->loss), _("Loss over the training"));
    faltung_set_accessible_label(GTK_WIDGET(self->other), _("Another figure over the training"));
    gtk_box_append(GTK_BOX(charts), GTK_WIDGET(self->loss));
    gtk_box_append(GTK_BOX(charts), GTK_WIDGET(self->other));
    gtk_box_append(GTK_BOX(self), build_controls(self, scene));
    gtk_box_append(GTK_BOX(self), charts);
    offer_figures(self);
    redraw(self);
    return GTK_WIDGET(self);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/analysis-bar.h"

#include "gui/style.h"

#include <glib/gi18n.h>

static char *says(const FaltungAnalysis *analysis) {
    if (analysis == NULL) {
        return g_strdup("");
    }
    if (analysis->problem != NULL) {
        return faltung_sentence(analysis->problem);
    }
    const FaltungPredictions *predictions = analysis->predictions;
    if (predictions == NULL) {
        return g_strdup("");
    }
    gsize rows = predictions->counted, right = rows - predictions->n_wrong;
    if (predictions->samples < faltung_dataset_size(analysis->validation)) {
        return g_strdup_printf(_("Epoch %.4g: of the first %'zu %'zu right, %.2f %%"),
                               analysis->weights->epoch, rows, right, 100.0 * right / MAX(rows, 1));
    }
    return g_strdup_printf(_("Epoch %.4g: %'zu of %'zu right, %.2f %%"), analysis->weights->epoch,
                           right, rows, 100.0 * right / MAX(rows, 1));
}

static void show(GtkWidget *bar, FaltungScene *scene, FaltungSceneParts parts) {
    GtkWidget *label = gtk_widget_get_first_child(bar);
    GtkWidget *progress = gtk_widget_get_next_sibling(label);
    GtkWidget *cancel = gtk_widget_get_next_sibling(progress);
    g_autofree char *text = says(faltung_analyst_result(scene->analyst));
    double part = faltung_analyst_progress(scene->analyst);
    gtk_label_set_text(GTK_LABEL(label), text);
    gtk_widget_set_tooltip_text(label, text);
    gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(progress), MAX(part, 0));
    /* hidden so that their room stays: the line does not jump */
    gtk_widget_set_opacity(progress, part >= 0);
    gtk_widget_set_opacity(cancel, part >= 0);
    gtk_widget_set_sensitive(cancel, part >= 0);
}

static void wish(GtkWidget *bar, FaltungWanted *wanted) {
    wanted->analyses |= FALTUNG_ANALYSE_ANSWERS;
}

GtkWidget *faltung_analysis_bar_new(FaltungScene *scene) {
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    gtk_widget_set_margin_start(bar, 12);
    gtk_widget_set_margin_end(bar, 6);
    gtk_widget_set_margin_top(bar, 4);
    GtkWidget *label = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_lines(GTK_LABEL(label), 2);
    gtk_widget_set_hexpand(label, TRUE);
    gtk_widget_add_css_class(label, "numeric");
    GtkWidget *progress = gtk_progress_bar_new();
    gtk_widget_set_valign(progress, GTK_ALIGN_CENTER);
    gtk_widget_set_size_request(progress, 96, -1);
    faltung_set_accessible_label(progress, _("Samples looked at"));
    GtkWidget *cancel =
        faltung_icon_button("process-stop-symbolic", _("Do not look at all samples"), NULL);
    g_signal_connect_swapped(cancel, "clicked", G_CALLBACK(faltung_analyst_cancel), scene->analyst);
    gtk_box_append(GTK_BOX(bar), label);
    gtk_box_append(GTK_BOX(bar), progress);
    gtk_box_append(GTK_BOX(bar), cancel);
    static const FaltungSceneWatch watch = {show, wish};
    faltung_scene_watch(scene, bar, &watch);
    return bar;
}

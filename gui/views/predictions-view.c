/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/data/sample-grid.h"
#include "gui/style.h"
#include "gui/views/analysis-bar.h"
#include "gui/views/view.h"

#include <glib/gi18n.h>

/* What the network says of each validation sample: the worst mistakes first. */
static void show(GtkWidget *grid, FaltungScene *scene, FaltungSceneParts changed) {
    FaltungAnalysis *analysis = faltung_analyst_result(scene->analyst);
    FaltungPredictions *predictions = analysis != NULL ? analysis->predictions : NULL;
    FaltungPredictions *shown = g_object_get_data(G_OBJECT(grid), "shown");
    if (predictions == shown) {
        return;
    }
    g_autoptr(GArray) order =
        predictions != NULL ? faltung_predictions_select(predictions, -1, -1) : NULL;
    faltung_sample_grid_show(FALTUNG_SAMPLE_GRID(grid), predictions, order);
    g_object_set_data(G_OBJECT(grid), "shown", predictions); /* which the grid keeps alive */
}

static GtkWidget *create(FaltungScene *scene) {
    GtkWidget *view = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *grid = faltung_sample_grid_new(scene);
    gtk_box_append(GTK_BOX(view), faltung_analysis_bar_new(scene));
    gtk_box_append(GTK_BOX(view), grid);
    static const FaltungSceneWatch watch = {show};
    faltung_scene_watch(scene, grid, &watch);
    return view;
}

const FaltungView faltung_view_predictions = {N_("Predictions"), create};

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/breakpoints.h"

#include "analysis/activity.h"
#include "core/train/norms.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define SAMPLES 256 /* that a dead unit does not answer to */
#define BATCH 64

/* Returns: whether that is news. */
static gboolean crosses(gboolean *crossed, gboolean beyond) {
    gboolean news = beyond && !*crossed;
    *crossed = beyond;
    return news;
}

static const char *name_of(FaltungTrainer *trainer, int layer) {
    return faltung_graph_layer(faltung_network_graph(faltung_trainer_network(trainer)), layer)
        ->name;
}

static int steepest(FaltungTrainer *trainer) {
    const FaltungGraph *graph = faltung_network_graph(faltung_trainer_network(trainer));
    g_autofree FaltungLayerNorms *norms = faltung_trainer_norms(trainer);
    int most = 0;
    for (int i = 1; i < (int)graph->layers->len; i++) {
        if (isnan(norms[most].gradient) || norms[i].gradient > norms[most].gradient) {
            most = i;
        }
    }
    return most;
}

char *faltung_breakpoints_after_step(const FaltungBreakpoints *breakpoints, FaltungCrossed *crossed,
                                     FaltungTrainer *trainer, const FaltungStepRow *row,
                                     int *layer) {
    gboolean beyond = breakpoints->gradient > 0 && row->grad_norm > breakpoints->gradient;
    if (!crosses(&crossed->gradient, beyond)) {
        return NULL;
    }
    *layer = steepest(trainer);
    return g_strdup_printf(
        _("Paused: the gradient's norm is %.4g, above %.4g; most of it is in %s"), row->grad_norm,
        breakpoints->gradient, name_of(trainer, *layer));
}

/* The layer with the largest part of dead units. Returns: percent; NaN where that is not known. */
static double dead_part(FaltungTrainer *trainer, FaltungDataset *validation, int *layer) {
    FaltungNetwork *network = faltung_trainer_network(trainer);
    const FaltungGraph *graph = faltung_network_graph(network);
    g_autoptr(FaltungNetwork) copy = faltung_network_new(graph, 0, BATCH, 0, 1);
    memcpy(faltung_network_parameters(copy), faltung_network_parameters(network),
           faltung_network_block_size(network) * sizeof(float));
    g_autofree FaltungActivity *activity = faltung_activity_new(
        copy, validation, MIN(SAMPLES, faltung_dataset_size(validation)), NULL, NULL);
    double most = NAN;
    for (int i = 0; activity != NULL && i < (int)graph->layers->len; i++) {
        double part = 100.0 * activity[i].dead / MAX(activity[i].units, 1);
        if (isnan(most) || part > most) {
            most = part;
            *layer = i;
        }
    }
    return most;
}

char *faltung_breakpoints_after_epoch(const FaltungBreakpoints *breakpoints,
                                      FaltungCrossed *crossed, FaltungTrainer *trainer,
                                      FaltungDataset *validation, const FaltungEpochRow *row,
                                      int *layer) {
    double loss = row->validation.loss, accuracy = 100 * row->validation.accuracy;
    *layer = -1;
    if (crosses(&crossed->loss, breakpoints->loss > 0 && loss > breakpoints->loss)) {
        return g_strdup_printf(_("Paused: the validation loss is %.4g, above %.4g"), loss,
                               breakpoints->loss);
    }
    if (crosses(&crossed->accuracy,
                breakpoints->accuracy > 0 && accuracy >= breakpoints->accuracy)) {
        return g_strdup_printf(_("Paused: the validation accuracy has come to %.4g %%"), accuracy);
    }
    double dead =
        breakpoints->dead > 0 && validation != NULL ? dead_part(trainer, validation, layer) : NAN;
    if (crosses(&crossed->dead, dead >= breakpoints->dead)) {
        return g_strdup_printf(_("Paused: %.3g %% of the units of %s are dead"), dead,
                               name_of(trainer, *layer));
    }
    return NULL;
}

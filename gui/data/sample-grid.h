/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/predictions.h"
#include "gui/views/scene.h"

G_BEGIN_DECLS

/**
 * FaltungSampleGrid: some of the validation samples with what the network says of them. A click on
 * one makes it the probe.
 */
#define FALTUNG_TYPE_SAMPLE_GRID (faltung_sample_grid_get_type())
G_DECLARE_FINAL_TYPE(FaltungSampleGrid, faltung_sample_grid, FALTUNG, SAMPLE_GRID, GtkBox)

GtkWidget *faltung_sample_grid_new(FaltungScene *scene);
/** faltung_sample_grid_show: the first of @indices (element-type guint32), of what was answered. */
void faltung_sample_grid_show(FaltungSampleGrid *grid, FaltungPredictions *predictions,
                              GArray *indices);

G_END_DECLS

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/training/snapshot.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FaltungDataPanel: the left side bar: the validation samples; the chosen one is the probe that
 * the whole window shows. Below them what the network says of it. Signals: "chosen".
 */
#define FALTUNG_TYPE_DATA_PANEL (faltung_data_panel_get_type())
G_DECLARE_FINAL_TYPE(FaltungDataPanel, faltung_data_panel, FALTUNG, DATA_PANEL, GtkBox)

/** faltung_data_panel_set_dataset: @dataset: (nullable): none, @note says why. */
void faltung_data_panel_set_dataset(FaltungDataPanel *panel, FaltungDataset *dataset,
                                    const char *note);
/** faltung_data_panel_set_snapshot: @softmax: whether the outputs are scores that a softmax turns
 *  into probabilities. */
void faltung_data_panel_set_snapshot(FaltungDataPanel *panel, FaltungSnapshot *snapshot,
                                     gboolean softmax);
/** faltung_data_panel_choose: makes a sample the probe, seen in the grid or not. */
void faltung_data_panel_choose(FaltungDataPanel *panel, guint32 sample);
guint32 faltung_data_panel_sample(FaltungDataPanel *panel);
/** faltung_data_panel_class_names: Returns: (nullable) (transfer none). */
const char *const *faltung_data_panel_class_names(FaltungDataPanel *panel);

G_END_DECLS

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FaltungDataSummary: what the data are like: how many there are, how they are scaled, how many of
 * each class or value, and what augmentation makes of one sample in the first epochs: the very
 * pictures that training will see. It is made on another thread.
 */
#define FALTUNG_TYPE_DATA_SUMMARY (faltung_data_summary_get_type())
G_DECLARE_FINAL_TYPE(FaltungDataSummary, faltung_data_summary, FALTUNG, DATA_SUMMARY, GtkBox)

/** faltung_data_summary_show: @training, @validation: (nullable): those that are read of
 *  @experiment's data. */
void faltung_data_summary_show(FaltungDataSummary *summary, const FaltungExperiment *experiment,
                               FaltungDataset *training, FaltungDataset *validation);

G_END_DECLS

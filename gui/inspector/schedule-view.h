/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** faltung_schedule_view_new: Returns: the learning rate over the epochs, as a curve. */
GtkWidget *faltung_schedule_view_new(void);
void faltung_schedule_view_show(GtkWidget *view, const FaltungExperiment *experiment);

G_END_DECLS

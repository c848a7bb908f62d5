/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/training/run-info.h"
#include "gui/views/scene.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * FaltungOtherRuns: a button with a list of the folder's runs, of which a person chooses those that
 * are drawn beside the one that is shown. They are read on another thread, and read again while
 * other processes write them and the button is seen.
 *
 * Signals: "changed": faltung_other_runs_shown().
 */
#define FALTUNG_TYPE_OTHER_RUNS (faltung_other_runs_get_type())
G_DECLARE_FINAL_TYPE(FaltungOtherRuns, faltung_other_runs, FALTUNG, OTHER_RUNS, AdwBin)

GtkWidget *faltung_other_runs_new(FaltungScene *scene);
/** faltung_other_runs_set_own: @path: (nullable): of the run that is shown, which is no other. */
void faltung_other_runs_set_own(FaltungOtherRuns *runs, const char *path);
/** faltung_other_runs_clear: none is chosen. */
void faltung_other_runs_clear(FaltungOtherRuns *runs);
/** faltung_other_runs_shown: Returns: (transfer container) (element-type FaltungRunInfo): those
 * that were read, in the order in which they were chosen. */
GPtrArray *faltung_other_runs_shown(FaltungOtherRuns *runs);

G_END_DECLS

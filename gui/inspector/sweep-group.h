/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/document/document.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * FaltungSweepGroup: the sweep of an experiment: a row for each parameter that takes several
 * values, the seeds, and how many runs that makes. Rows are edits of `sweep:` in the document's
 * text.
 */
#define FALTUNG_TYPE_SWEEP_GROUP (faltung_sweep_group_get_type())
G_DECLARE_FINAL_TYPE(FaltungSweepGroup, faltung_sweep_group, FALTUNG, SWEEP_GROUP, GtkBox)

void faltung_sweep_group_show(FaltungSweepGroup *group, FaltungDocument *document);

/** faltung_sweep_mark: makes the parameter at @path one that takes several values, at first the one
 *  it has. Does nothing where it is one. */
gboolean faltung_sweep_mark(FaltungDocument *document, const char *path, GError **error);
/** faltung_sweep_unmark: the reverse; the section goes with its last parameter. */
gboolean faltung_sweep_unmark(FaltungDocument *document, const char *path, GError **error);
/** faltung_sweep_n_runs: of the experiment; 1 without a sweep. */
int faltung_sweep_n_runs(const FaltungExperiment *experiment);

G_END_DECLS

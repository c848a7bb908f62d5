/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/store/hdf.h"
#include "core/train/act.h"

/*
 * The log of what was done to a network while it learned: in the run file, and line by line in the
 * journal. Private to core/store.
 */

/** faltung_acts_write: the whole log (element-type FaltungAct). */
gboolean faltung_acts_write(FaltungHdf file, const FaltungGraph *graph, const GArray *acts,
                            GError **error);
/** faltung_acts_note: puts @act at @index of the log, at most its length. Returns: %FALSE where it
 *  is there already. */
gboolean faltung_acts_note(GArray *acts, guint index, const FaltungAct *act);
/** faltung_acts_journal: Returns: (transfer full): act @index of the log as a line of the journal.
 */
char *faltung_acts_journal(const FaltungAct *act, guint index, const FaltungGraph *graph);
/**
 * faltung_acts_read:
 * @journal: (array zero-terminated=1): its lines, and @attempt, whose they are: read before @file
 *   was opened, so that what a commit moves is in both and not in neither
 *
 * Returns: (transfer full) (element-type FaltungAct): the whole log. Errors: an act is not one of
 *   @graph.
 */
GArray *faltung_acts_read(FaltungHdf file, char *const *journal, const char *attempt,
                          const FaltungGraph *graph, GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/training/run-info.h"
#include "gui/training/snapshot.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * FaltungViewer: does on a thread of its own whatever the window wants to look at and that is not
 * being trained: reads data sets and run files, makes the network, runs the probe through it.
 * The newest wish counts; what was asked before it and is not done yet is never delivered.
 *
 * Signals, on the thread that made it:
 * - "data" after faltung_viewer_validation() changed
 * - "run" after faltung_viewer_run() changed
 * - "snapshot": faltung_viewer_snapshot() is new
 * - "failed" (text): data set, run file or network; the rest is shown all the same
 */
#define FALTUNG_TYPE_VIEWER (faltung_viewer_get_type())
G_DECLARE_FINAL_TYPE(FaltungViewer, faltung_viewer, FALTUNG, VIEWER, GObject)

FaltungViewer *faltung_viewer_new(void);
/** faltung_viewer_close: ends the thread; what it still does is not delivered. */
void faltung_viewer_close(FaltungViewer *viewer);

/** faltung_viewer_show: the experiment to look at. */
void faltung_viewer_show(FaltungViewer *viewer, const char *text, const char *origin);
/** faltung_viewer_set_run: @path: (nullable): the run whose weights are shown where they fit the
 *  experiment's network. */
void faltung_viewer_set_run(FaltungViewer *viewer, const char *path);
/** faltung_viewer_refresh: reads the run again if it has changed: another process may write it.
 *  @rows: its rows, too, of which there are the more, the longer it is trained. */
void faltung_viewer_refresh(FaltungViewer *viewer, gboolean rows);
/** faltung_viewer_look: @wanted: (nullable): nothing. @moment: of the run; -1: its end. */
void faltung_viewer_look(FaltungViewer *viewer, const FaltungWanted *wanted, int moment);

/* (nullable) (transfer none) */
FaltungDataset *faltung_viewer_training(FaltungViewer *viewer);
FaltungDataset *faltung_viewer_validation(FaltungViewer *viewer);
FaltungRunInfo *faltung_viewer_run(FaltungViewer *viewer);
FaltungSnapshot *faltung_viewer_snapshot(FaltungViewer *viewer);
/** faltung_viewer_get_data: @training, @validation: (out) (transfer none). Returns: whether the
 *  data that @experiment asks for are loaded. */
gboolean faltung_viewer_get_data(FaltungViewer *viewer, const FaltungExperiment *experiment,
                                 FaltungDataset **training, FaltungDataset **validation);

G_END_DECLS

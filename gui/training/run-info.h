/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/store/run.h"
#include "gui/training/history.h"

G_BEGIN_DECLS

/* What a run file says at one moment, for the window. Immutable, reference counted. */
typedef struct {
    gatomicrefcount references;
    char *path, *status, *reason, *config;
    gboolean can_resume;
    guint touched; /* acts by hand */
    int n_moments;
    double *epochs;    /* n_moments: of each moment */
    gboolean has_rows; /* were they asked for */
    FaltungHistory *history;
} FaltungRunInfo;

FaltungRunInfo *faltung_run_info_ref(FaltungRunInfo *info);
void faltung_run_info_unref(FaltungRunInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungRunInfo, faltung_run_info_unref)

/** faltung_run_info_new: reads what the window shows of @run. @rows: its rows, too; else the
 * history is empty. */
FaltungRunInfo *faltung_run_info_new(const FaltungRun *run, gboolean rows);

/** faltung_run_info_probes: Returns: (transfer full): a data set of the probe samples alone that
 *  the run file holds, for where the run's own data are missing. */
FaltungDataset *faltung_run_info_probes(const FaltungRun *run, GError **error);

/** faltung_status_text: Returns: a run's status as people read it, in their language. */
const char *faltung_status_text(const char *status);

G_END_DECLS

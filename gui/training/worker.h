/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/training/breakpoints.h"
#include "gui/training/history.h"
#include "gui/training/snapshot.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
    FALTUNG_WORKER_IDLE,
    FALTUNG_WORKER_LOADING,
    FALTUNG_WORKER_RUNNING,
    FALTUNG_WORKER_PAUSED,
    FALTUNG_WORKER_STOPPING,
} FaltungWorkerState;

/**
 * FaltungWorker: trains on a thread of its own, which owns network, trainer and run file. The
 * window asks and takes; neither waits for the other longer than to copy a few words.
 *
 * Signals, all on the thread that made it:
 * - "state": after the state changed
 * - "published": there are rows or a snapshot to take; at most 30 times a second, and no more
 *   often than the budget of looking allows (gui/training/budget.h)
 * - "message" (text, gboolean warning): something for the log
 * - "broke" (text, layer): it has paused by itself; layer -1: it is about all of them
 * - "ended" (FaltungTrainingEnd, text (nullable)): the run file is closed
 */
#define FALTUNG_TYPE_WORKER (faltung_worker_get_type())
G_DECLARE_FINAL_TYPE(FaltungWorker, faltung_worker, FALTUNG, WORKER, GObject)

FaltungWorker *faltung_worker_new(void);

typedef struct {
    const char *text, *origin;             /* of the experiment */
    const char *path;                      /* of the run file */
    gboolean resume;                       /* go on with the run at @path */
    int threads;                           /* the most to be used; 0: as many as are fastest */
    gboolean paused;                       /* stop after the first step */
    FaltungDataset *training, *validation; /* (nullable): where already loaded */
} FaltungWorkerJob;

/** faltung_worker_start: only when idle. */
void faltung_worker_start(FaltungWorker *worker, const FaltungWorkerJob *job);
void faltung_worker_pause(FaltungWorker *worker);
void faltung_worker_go_on(FaltungWorker *worker);
/** faltung_worker_step: one step, then pause. */
void faltung_worker_step(FaltungWorker *worker);
/** faltung_worker_act: @act is done by hand after the step under way, or now, in a pause; the log
 *  tells, and why where it cannot be done. Only while training. */
void faltung_worker_act(FaltungWorker *worker, const FaltungAct *act);
/** faltung_worker_set_breakpoints: when it is to pause by itself from now on. */
void faltung_worker_set_breakpoints(FaltungWorker *worker, const FaltungBreakpoints *breakpoints);
/** faltung_worker_acts: Returns: (transfer full) (element-type FaltungAct): what was done so far in
 *  the run, the one before included that goes on. */
GArray *faltung_worker_acts(FaltungWorker *worker);
/** faltung_worker_stop: saves and ends within one step; "ended" follows. */
void faltung_worker_stop(FaltungWorker *worker);

FaltungWorkerState faltung_worker_state(FaltungWorker *worker);
const char *faltung_worker_path(FaltungWorker *worker);

/** faltung_worker_want: what is on display from now on; %NULL: nothing. */
void faltung_worker_want(FaltungWorker *worker, const FaltungWanted *wanted);

/** faltung_worker_spend: @microseconds: of a processor, that showing what was published has taken
 *  of late; the making of snapshots is known. */
void faltung_worker_spend(FaltungWorker *worker, gint64 microseconds);

/* How far a training is. */
typedef struct {
    guint64 step, n_steps;
    int epoch, n_epochs; /* epoch: under way, from 1 */
    gint64 seconds_left; /* -1: not known yet */
    double loss, samples_per_second, learning_rate;
    double validation_loss, validation_accuracy; /* NaN before the first */
} FaltungProgress;

/** faltung_worker_take_told: Returns: (transfer full) (nullable): what is to be logged since the
 *  last time: how each epoch ended, a line each. */
char *faltung_worker_take_told(FaltungWorker *worker);

/**
 * faltung_worker_take:
 * @history: where new rows are appended
 * @progress: (out)
 *
 * Returns: (transfer full) (nullable): the newest snapshot, once.
 */
FaltungSnapshot *faltung_worker_take(FaltungWorker *worker, FaltungHistory *history,
                                     FaltungProgress *progress);

G_END_DECLS

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

/*
 * Batches: all the runs of an experiment's sweep, each a process of its own, side by side.
 *
 * A batch lives in a folder: `NAME.h5` of every run, `NAME.error` with what a failed one said,
 * `experiment.yaml` (the file as it was when the batch began, so that editing it does not change
 * the runs still to come) and `index.csv`, a table of all of them. Names say what differs:
 * `lr=0.1,seed=3`. Several processes, on one machine or on many, may share a folder, each with a
 * part of the runs.
 */

typedef enum {
    FALTUNG_BATCH_WAITING,
    FALTUNG_BATCH_RUNNING,
    FALTUNG_BATCH_FINISHED,
    FALTUNG_BATCH_INTERRUPTED, /* can be resumed */
    FALTUNG_BATCH_FAILED,
    FALTUNG_N_BATCH_STATES,
} FaltungBatchState;

/** faltung_batch_state_name: Returns: "waiting", "running", ... */
const char *faltung_batch_state_name(FaltungBatchState state);

typedef struct {
    char *name;  /* the file's, without .h5; what the table shows */
    char *point; /* the variant and the point of the grid; "" */
    gint64 seed;
    int fold;         /* of cross-validation, from 1; 0: none */
    char **overrides; /* NULL-terminated, as of --set */
    char *path;       /* DIR/NAME.h5 */
    FaltungBatchState state;
    char *figures;      /* "val_loss=... epochs=..." once finished; "" before */
    char *error;        /* what a failed run said; "" */
    char *progress;     /* the newest line of a run under way; "" */
    double fraction;    /* of its epochs done */
    gboolean elsewhere; /* it is another part's */
} FaltungBatchRun;

typedef struct FaltungBatch FaltungBatch;

/* Of all runs those whose number, from 0, leaves @index when it is divided by @count. */
typedef struct {
    int index, count;
} FaltungBatchPart;

typedef struct {
    const char *program; /* the path of `faltung` */
    int jobs;            /* side by side; 0: as many as there are cores */
    int threads;         /* shared out among them; 0: all cores */
    /* Whenever a run changes, in the thread of faltung_batch_start(); may be NULL. */
    void (*changed)(FaltungBatch *batch, FaltungBatchRun *run, gpointer data);
    gpointer data;
} FaltungBatchOptions;

/**
 * faltung_batch_new:
 * @experiment: the path of the experiment file
 * @overrides: (nullable): as of --set, for all runs
 * @folder: made where it is missing
 * @resume: go on with what is there: finished runs are kept, interrupted ones resumed, failed
 *   ones run again. Without it a folder with runs in it is refused.
 * @part: (nullable): only these runs; implies @resume. Where the folder has a copy of the
 *   experiment already, that is what counts: no part begins with another text than the others.
 *
 * Errors: the experiment is wrong; the folder belongs to another experiment or to a batch (or the
 * same part) under way; a run in it was made with other settings.
 */
FaltungBatch *faltung_batch_new(const char *experiment, const char *const *overrides,
                                const char *folder, gboolean resume, const FaltungBatchPart *part,
                                GError **error);
/** faltung_batch_free: the processes of a batch under way are asked to save and end. */
void faltung_batch_free(FaltungBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungBatch, faltung_batch_free)

const char *faltung_batch_title(const FaltungBatch *batch);
const char *faltung_batch_folder(const FaltungBatch *batch);
/* Of the part that this batch is. */
int faltung_batch_n_runs(const FaltungBatch *batch);
FaltungBatchRun *faltung_batch_run(const FaltungBatch *batch, int index);
int faltung_batch_count(const FaltungBatch *batch, FaltungBatchState state);

/**
 * faltung_batch_start: starts as many runs as may go side by side; the others follow from the
 * thread's default main context, as they end.
 */
void faltung_batch_start(FaltungBatch *batch, const FaltungBatchOptions *options);
/** faltung_batch_active: whether processes are running or runs are still to be started. */
gboolean faltung_batch_active(const FaltungBatch *batch);
/** faltung_batch_stop: starts no more runs and asks those under way to save and end; called again
 *  it makes them end at once. */
void faltung_batch_stop(FaltungBatch *batch);

/**
 * faltung_batch_write_array: writes a script for Slurm's sbatch into the folder, an array of tasks,
 * each a part of the batch. Finished runs are left out.
 * @program: the path of `faltung`
 * @n_tasks: (out): how many have something to do; with 0 there is no script
 *
 * Returns: (transfer full): the script's path.
 */
char *faltung_batch_write_array(FaltungBatch *batch, const char *program, int *n_tasks,
                                GError **error);

/** faltung_batch_threads: Returns: how many of @threads the job in slot @slot of @jobs gets: they
 *  are shared out evenly, and at least one. */
int faltung_batch_threads(int threads, int jobs, int slot);

/** faltung_batch_file_name: Returns: (transfer full): @text as a file name that every file
 *  system takes and a shell does not need quoted. */
char *faltung_batch_file_name(const char *text);

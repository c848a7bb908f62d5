/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/training.h"

#include "core/base/error.h"
#include "core/train/feed.h"

/* A commit may take this part of the time since the last one; COMMIT_SECONDS between steps and
   less at epoch ends, where a reader wants to see the new row. A disk may be slow for a moment:
   the cheaper of the last two commits counts, and no run goes on for longer than
   LONGEST_SECONDS without one. */
#define COMMIT_PART 0.01
#define COMMIT_SECONDS 10.0
#define LONGEST_SECONDS 120.0

typedef struct {
    FaltungTrainer *trainer;
    FaltungRunWriter *writer; /* (nullable) */
    const FaltungTrainingHooks *hooks;
    char *warned;          /* the last warning, so that it is not repeated at every row */
    double committed;      /* when the last commit ended */
    double last, cheapest; /* seconds that it took, and the cheaper of it and the one before */
} Loop;

static double now(void) {
    return g_get_monotonic_time() * 1e-6;
}

/* Tells of an @error (transfer full) that does not stop the run: the writer keeps what it could
   not write, and the next commit tries again. */
static void warn(Loop *loop, gboolean ok, GError *error) {
    g_autoptr(GError) owned = error;
    if (ok || g_strcmp0(loop->warned, owned->message) == 0)
        return;
    g_free(loop->warned);
    loop->warned = g_strdup(owned->message);
    if (loop->hooks->warning)
        loop->hooks->warning(owned->message, loop->hooks->data);
}

static void observe(Loop *loop) {
    if (!loop->writer)
        return;
    GError *error = NULL;
    gboolean ok = faltung_run_writer_observe(loop->writer, loop->trainer, &error);
    warn(loop, ok, error);
}

static void log_acts(Loop *loop) {
    if (!loop->writer)
        return;
    GError *error = NULL;
    gboolean ok = faltung_run_writer_acts(loop->writer, loop->trainer, &error);
    warn(loop, ok, error);
}

static void commit(Loop *loop) {
    if (!loop->writer)
        return;
    GError *error = NULL;
    double start = now();
    gboolean ok = faltung_run_writer_checkpoint(loop->writer, loop->trainer, &error);
    loop->committed = now();
    double cost = loop->committed - start;
    loop->cheapest = loop->last > 0.0 ? MIN(cost, loop->last) : cost;
    loop->last = cost;
    if (ok)
        g_clear_pointer(&loop->warned, g_free); /* should it fail again, that is news */
    warn(loop, ok, error);
}

/* Whether a commit now keeps to its part of the time. */
static gboolean commit_is_due(const Loop *loop, double at_least) {
    double since = now() - loop->committed;
    return since >= at_least && (loop->cheapest <= COMMIT_PART * since || since >= LONGEST_SECONDS);
}

static void report_step(Loop *loop, const FaltungStepRow *row) {
    const FaltungTrainer *trainer = loop->trainer;
    guint64 steps = faltung_trainer_steps_an_epoch(trainer);
    guint64 every = faltung_trainer_options(trainer)->report;
    if (every == 0)
        every = MAX(1, steps / 100);
    if (!loop->writer || (row->step % every != 0 && row->step != 1))
        return;
    GError *error = NULL;
    gboolean ok = faltung_run_writer_step(loop->writer, row, &error);
    warn(loop, ok, error);
}

static void report_epoch(Loop *loop, const FaltungEpochRow *row) {
    if (loop->writer) {
        GError *error = NULL;
        gboolean ok = faltung_run_writer_epoch(loop->writer, row,
                                               faltung_trainer_readings(loop->trainer), &error);
        warn(loop, ok, error);
    }
    if (loop->hooks->epoch)
        loop->hooks->epoch(loop->trainer, row, loop->hooks->data);
}

/* The first epoch changes the most: moments after 1/16, 1/8, 1/4 and 1/2 of it. */
static gboolean is_early_moment(const FaltungTrainer *trainer) {
    guint64 step = faltung_trainer_step_count(trainer);
    guint64 steps = faltung_trainer_steps_an_epoch(trainer);
    for (int part = 16; part > 1; part /= 2) {
        if (steps >= 16 && step == steps / part)
            return TRUE;
    }
    return FALSE;
}

static gboolean start(Loop *loop, GError **error) {
    FaltungEpochRow row;
    faltung_trainer_untrained(loop->trainer, &row);
    if (!faltung_trainer_check_data(loop->trainer, error))
        return FALSE;
    report_epoch(loop, &row);
    observe(loop);
    commit(loop);
    return TRUE;
}

static gboolean end_epoch(Loop *loop, FaltungEpochRow *last, GError **error) {
    FaltungTrainer *trainer = loop->trainer;
    gboolean best;
    if (!faltung_trainer_end_epoch(trainer, last, &best, error))
        return FALSE;
    report_epoch(loop, last);
    gboolean finished = faltung_trainer_finished(trainer);
    if (last->epoch % faltung_trainer_options(trainer)->checkpoint == 0 || finished)
        observe(loop);
    /* the end too, so that a resume with more epochs goes on from here */
    if (finished || commit_is_due(loop, 0.0))
        commit(loop);
    return TRUE;
}

/* Closes the run file; an error of that counts only where there is none yet. */
static FaltungTrainingEnd finish(Loop *loop, FaltungTrainingEnd end, FaltungTrainer *trainer,
                                 const char *status, const char *reason, GError **error) {
    g_clear_pointer(&loop->warned, g_free);
    if (!loop->writer)
        return end;
    g_autoptr(GError) problem = NULL;
    if (faltung_run_writer_finish(loop->writer, trainer, status, reason, &problem))
        return end;
    if (end != FALTUNG_TRAINING_FAILED)
        g_propagate_error(error, g_steal_pointer(&problem));
    else
        warn(loop, FALSE, g_steal_pointer(&problem));
    g_clear_pointer(&loop->warned, g_free);
    return FALTUNG_TRAINING_FAILED;
}

/* Takes the @problem. Where the data are lost the weights are good, else they are what failed. */
static FaltungTrainingEnd fail(Loop *loop, GError *problem, GError **error) {
    g_propagate_error(error, g_error_copy(problem));
    gboolean good = g_error_matches(problem, FALTUNG_ERROR, FALTUNG_ERROR_DATA);
    FaltungTrainingEnd end = finish(loop, FALTUNG_TRAINING_FAILED, good ? loop->trainer : NULL,
                                    "failed", problem->message, NULL);
    g_error_free(problem);
    return end;
}

static gboolean tries_again(const Loop *loop, const GError *problem) {
    return loop->hooks->trouble && g_error_matches(problem, FALTUNG_ERROR, FALTUNG_ERROR_WORK) &&
           loop->hooks->trouble(loop->trainer, problem, loop->hooks->data);
}

FaltungTrainingEnd faltung_training_run(FaltungTrainer *trainer, FaltungRunWriter *writer,
                                        const FaltungTrainingHooks *hooks, FaltungEpochRow *last,
                                        GError **error) {
    static const FaltungTrainingHooks no_hooks = {0};
    Loop loop = {
        .trainer = trainer,
        .writer = writer,
        .hooks = hooks ? hooks : &no_hooks,
        .committed = now(),
    };
    FaltungEpochRow unused;
    if (!last)
        last = &unused;
    GError *problem = NULL;
    if (faltung_trainer_step_count(trainer) == 0) {
        if (!start(&loop, &problem))
            return fail(&loop, problem, error);
    } else if (faltung_trainer_finished(trainer)) {
        *last = (FaltungEpochRow){
            .epoch = faltung_trainer_epoch(trainer),
            .train = faltung_metrics_none(),
            .validation = faltung_trainer_validate(trainer),
        };
    }

    while (!faltung_trainer_finished(trainer)) {
        /* a run may have been interrupted between the last step of an epoch and its end */
        if (!faltung_trainer_at_epoch_end(trainer)) {
            FaltungStepRow row;
            if (!faltung_trainer_step(trainer, &row, &problem)) {
                if (!tries_again(&loop, problem))
                    return fail(&loop, problem, error);
                g_clear_error(&problem);
                continue;
            }
            log_acts(&loop);
            report_step(&loop, &row);
            if (is_early_moment(trainer))
                observe(&loop);
            if (loop.hooks->step &&
                loop.hooks->step(trainer, &row, loop.hooks->data) == FALTUNG_TRAINING_STOP)
                return finish(&loop, FALTUNG_TRAINING_INTERRUPTED, trainer, "interrupted",
                              "stopped by the user", error);
        }
        if (faltung_trainer_at_epoch_end(trainer)) {
            if (!end_epoch(&loop, last, &problem))
                return fail(&loop, problem, error);
        } else if (commit_is_due(&loop, COMMIT_SECONDS)) {
            commit(&loop);
        }
    }
    const char *why = faltung_trainer_stopped_early(trainer);
    FaltungTrainingEnd end =
        finish(&loop, FALTUNG_TRAINING_FINISHED, trainer, "finished", why ? why : "", error);
    /* after the file has what a resume goes on from */
    faltung_trainer_restore_best(trainer);
    return end;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/run-private.h"
#include "core/store/state.h"
#include "core/train/rate.h"

#include <math.h>

/* The rate that the run's rows have for the epoch that ended at @moment, or before it. */
static double recorded_rate(const FaltungRun *run, int moment) {
    size_t n = 0;
    const double *epochs = faltung_run_column(run, "epoch", "epoch", &n);
    const double *rates = epochs ? faltung_run_column(run, "epoch", "lr", &n) : NULL;
    double rate = NAN, now = faltung_run_moment_epoch(run, moment);
    for (size_t i = 0; rates && i < n && epochs[i] <= now; i++)
        rate = rates[i];
    return rate;
}

static guint64 steps_an_epoch(const FaltungRun *run) {
    double epochs = faltung_run_moment_epoch(run, -1);
    return epochs > 0.0 ? (guint64)llround(faltung_run_moment_step(run, -1) / epochs) : 0;
}

/* Of the step to come. @position: (nullable): of the trainer then; where the file has none, a
   schedule that looks at the losses is as its rows have it, and any other follows from the step. */
static double next_rate(const FaltungRun *run, int moment, const FaltungTrainOptions *train,
                        const FaltungTrainerPosition *position) {
    const FaltungSchedule *schedule = (const FaltungSchedule *)train->schedule.kind;
    guint64 an_epoch = steps_an_epoch(run), step = faltung_run_moment_step(run, moment);
    if (an_epoch == 0 || (!position && schedule->judge))
        return recorded_rate(run, moment);
    FaltungScheduleState state = position ? position->schedule : faltung_schedule_state_new();
    return faltung_rate_to_come(train, an_epoch,
                                position ? position->epoch : (int)(step / an_epoch), step, &state);
}

/* Takes over the acts that were done by then. Returns: the rate that they fixed; NaN: none. */
static double take_acts(const FaltungRun *run, FaltungStanding *standing) {
    guint n;
    double rate = NAN;
    const FaltungAct *acts = faltung_run_acts(run, &n);
    for (guint i = 0; i < n && acts[i].step <= standing->step; i++) {
        g_array_append_val(standing->acts, acts[i]);
        if (acts[i].kind == FALTUNG_ACT_LEARNING_RATE)
            rate = acts[i].number;
    }
    return rate;
}

FaltungStanding *faltung_run_load_standing(const FaltungRun *run, int moment,
                                           FaltungNetwork *network, GError **error) {
    const FaltungExperiment *experiment = faltung_run_experiment(run, error);
    if (!experiment)
        return NULL;
    g_autoptr(FaltungStanding) standing = faltung_standing_new(NAN);
    standing->step = faltung_run_moment_step(run, moment);
    double fixed = take_acts(run, standing);
    FaltungTrainerPosition position;
    GError *cause = NULL;
    {
        FALTUNG_HDF_SECTION;
        g_auto(FaltungHdf) file = faltung_run_file(run, &cause);
        if (file < 0 || !faltung_state_read_standing(file, &experiment->train->optimizer, network,
                                                     standing, &position, &cause))
            return faltung_run_failed(run, error, cause);
    }
    standing->learning_rate = isnan(fixed) ? next_rate(run, moment, experiment->train,
                                                       standing->remembers ? &position : NULL)
                                           : fixed;
    return g_steal_pointer(&standing);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/schedules/schedule-private.h"

#include <math.h>

static double constant_rate(const void *options, const FaltungScheduleMoment *moment) {
    return moment->base_rate;
}

static const FaltungSchedule constant = {
    .kind =
        {
            .name = "constant",
            .title = "Constant",
            .summary = "the same learning rate in every epoch",
        },
    .equation = "\\eta_e = \\eta",
    .rate = constant_rate,
};

const FaltungTable *faltung_schedules(void) {
    static const FaltungKind *const kinds[] = {
        &constant.kind,
        &faltung_schedule_linear.kind,
        &faltung_schedule_exponential.kind,
        &faltung_schedule_step.kind,
        &faltung_schedule_multistep.kind,
        &faltung_schedule_cosine.kind,
        &faltung_schedule_one_cycle.kind,
        &faltung_schedule_plateau.kind,
        NULL,
    };
    static const FaltungTable table = {.noun = "schedule", .kinds = kinds};
    return &table;
}

FaltungScheduleState faltung_schedule_state_new(void) {
    return (FaltungScheduleState){.best = NAN, .factor = 1.0};
}

double faltung_schedule_rate(const FaltungVariant *schedule, double warmup,
                             const FaltungScheduleMoment *moment) {
    const FaltungSchedule *is = (const FaltungSchedule *)schedule->kind;
    double rate = is->rate(schedule->options, moment);
    double steps = warmup * moment->steps / moment->epochs; /* of the warm-up */
    return moment->step + 1 < steps ? rate * (moment->step + 1) / steps : rate;
}

double faltung_cosine_between(double from, double to, double part) {
    return to + (from - to) * 0.5 * (1.0 + cos(G_PI * part));
}

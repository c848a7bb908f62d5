/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/schedules/schedule-private.h"

#include <math.h>

/*
 * The book's schedules: each epoch has one learning rate, the first the optimizer's own, the last
 * `final_lr`. With a single epoch the rate is the optimizer's own.
 */

typedef struct {
    double final_lr;
} Options;

/* How far the epochs are done: 0 in the first, 1 in the last. */
static double progress(const FaltungScheduleMoment *moment) {
    return moment->epochs > 1 ? (double)moment->epoch / (moment->epochs - 1) : 0.0;
}

/* lr_e = lr - (lr - final) e / (E - 1) */
static double linear_rate(const void *data, const FaltungScheduleMoment *moment) {
    const Options *options = data;
    return moment->base_rate - (moment->base_rate - options->final_lr) * progress(moment);
}

/* lr_e = lr (final / lr)^(e / (E - 1)) */
static double exponential_rate(const void *data, const FaltungScheduleMoment *moment) {
    const Options *options = data;
    if (moment->base_rate == 0.0)
        return 0.0;
    return moment->base_rate * pow(options->final_lr / moment->base_rate, progress(moment));
}

static const FaltungOptionSpec linear_options[] = {
    {
        .name = "final_lr",
        .summary = "the learning rate of the last epoch",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, final_lr),
        .fallback = "0",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {0},
};

static const FaltungOptionSpec exponential_options[] = {
    {
        .name = "final_lr",
        .example = "0.001",
        .summary = "the learning rate of the last epoch, greater than 0",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, final_lr),
        .minimum = 1e-20,
        .maximum = G_MAXDOUBLE,
    },
    {0},
};

const FaltungSchedule faltung_schedule_linear = {
    .kind =
        {
            .name = "linear",
            .title = "Linear decay",
            .summary = "the learning rate falls by the same amount after every epoch",
            .options = linear_options,
            .options_size = sizeof(Options),
        },
    .equation = "\\eta_e = \\eta - (\\eta - \\eta_{\\mathrm{end}}) \\frac{e}{E - 1}",
    .rate = linear_rate,
};

const FaltungSchedule faltung_schedule_exponential = {
    .kind =
        {
            .name = "exponential",
            .title = "Exponential decay",
            .summary = "the learning rate falls by the same factor after every epoch",
            .options = exponential_options,
            .options_size = sizeof(Options),
        },
    .equation = "\\eta_e = \\eta \\left(\\frac{\\eta_{\\mathrm{end}}}{\\eta}\\right)^{e / (E - 1)}",
    .rate = exponential_rate,
};

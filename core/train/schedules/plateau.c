/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/schedules/schedule-private.h"

#include <math.h>

/* The rate falls when the loss does not: PyTorch's ReduceLROnPlateau, with a relative threshold. */

typedef struct {
    double factor, threshold, min_lr;
    int patience, cooldown;
} Options;

static double plateau_rate(const void *options, const FaltungScheduleMoment *moment) {
    return moment->base_rate * moment->state.factor;
}

static void plateau_judge(const void *data, FaltungScheduleState *state, double base_rate,
                          double figure) {
    const Options *options = data;
    if (isnan(state->best) ? !isnan(figure) : figure < state->best * (1.0 - options->threshold)) {
        state->best = figure;
        state->waited = 0;
    } else {
        state->waited++;
    }
    if (state->resting > 0) {
        state->resting--;
        state->waited = 0;
    }
    if (state->waited <= options->patience)
        return;
    double rate = fmax(base_rate * state->factor * options->factor, options->min_lr);
    if (base_rate > 0.0)
        state->factor = fmin(state->factor, rate / base_rate);
    state->waited = 0;
    state->resting = options->cooldown;
}

static const FaltungOptionSpec options[] = {
    {
        .name = "factor",
        .summary = "what the rate is multiplied by when it falls",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, factor),
        .fallback = "0.1",
        .minimum = 0.0,
        .maximum = 1.0,
    },
    {
        .name = "patience",
        .summary = "epochs without a better validation loss that are let pass",
        .type = FALTUNG_INTEGER,
        .offset = offsetof(Options, patience),
        .fallback = "10",
        .maximum = G_MAXINT,
    },
    {
        .name = "threshold",
        .summary = "the part of the best loss that a better one must be below it",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, threshold),
        .fallback = "0.0001",
        .minimum = 0.0,
        .maximum = 1.0,
    },
    {
        .name = "cooldown",
        .summary = "epochs after a fall that do not count",
        .type = FALTUNG_INTEGER,
        .offset = offsetof(Options, cooldown),
        .fallback = "0",
        .maximum = G_MAXINT,
    },
    {
        .name = "min_lr",
        .summary = "the rate below which it does not fall",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, min_lr),
        .fallback = "0",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {0},
};

const FaltungSchedule faltung_schedule_plateau = {
    .kind =
        {
            .name = "plateau",
            .title = "At plateaus",
            .summary = "the learning rate falls by a factor when the validation loss has not been "
                       "better for some epochs",
            .options = options,
            .options_size = sizeof(Options),
        },
    .equation = "\\eta \\leftarrow \\gamma \\eta",
    .rate = plateau_rate,
    .judge = plateau_judge,
};

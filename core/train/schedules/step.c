/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/schedules/schedule-private.h"

#include <math.h>

/*
 * Rates that fall by a factor at certain epochs: PyTorch's StepLR, at every so manieth, and
 * MultiStepLR, at those of a list, as residual networks are trained (He et al.,
 * arXiv:1512.03385).
 */

typedef struct {
    int every;
    double factor;
} StepOptions;

typedef struct {
    FaltungNumbers milestones;
    double factor;
} MultistepOptions;

static double step_rate(const void *data, const FaltungScheduleMoment *moment) {
    const StepOptions *options = data;
    return moment->base_rate * pow(options->factor, moment->epoch / options->every);
}

static double multistep_rate(const void *data, const FaltungScheduleMoment *moment) {
    const MultistepOptions *options = data;
    double epoch = (double)moment->step * moment->epochs / moment->steps;
    int passed = 0;
    for (int i = 0; i < options->milestones.n; i++)
        passed += epoch >= options->milestones.values[i];
    return moment->base_rate * pow(options->factor, passed);
}

#define FACTOR_OPTION(Options)                                                                     \
    {                                                                                              \
        .name = "factor", .summary = "what the rate is multiplied by", .type = FALTUNG_NUMBER,     \
        .offset = offsetof(Options, factor), .fallback = "0.1", .minimum = 0.0,                    \
        .maximum = G_MAXDOUBLE,                                                                    \
    }

static const FaltungOptionSpec step_options[] = {
    {
        .name = "every",
        .summary = "epochs from one fall to the next",
        .type = FALTUNG_INTEGER,
        .offset = offsetof(StepOptions, every),
        .fallback = "10",
        .minimum = 1,
        .maximum = G_MAXINT,
    },
    FACTOR_OPTION(StepOptions),
    {0},
};

static const FaltungOptionSpec multistep_options[] = {
    {
        .name = "milestones",
        .summary = "the epochs after which the rate falls",
        .type = FALTUNG_NUMBERS,
        .offset = offsetof(MultistepOptions, milestones),
        .example = "[5, 8]",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    FACTOR_OPTION(MultistepOptions),
    {0},
};

const FaltungSchedule faltung_schedule_step = {
    .kind =
        {
            .name = "step",
            .title = "Steps",
            .summary = "the learning rate falls by a factor every so many epochs",
            .options = step_options,
            .options_size = sizeof(StepOptions),
        },
    .equation = "\\eta_e = \\eta \\gamma^{\\lfloor e / k \\rfloor}",
    .rate = step_rate,
};

const FaltungSchedule faltung_schedule_multistep = {
    .kind =
        {
            .name = "multistep",
            .title = "Steps at milestones",
            .summary = "the learning rate falls by a factor after each of some epochs",
            .options = multistep_options,
            .options_size = sizeof(MultistepOptions),
        },
    .equation = "\\eta_e = \\eta \\gamma^{m}, \\quad m = \\sum_{i} [e \\ge e_i]",
    .rate = multistep_rate,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/schedules/schedule-private.h"

/*
 * The one-cycle policy (Smith and Topin, Super-Convergence, arXiv:1708.07120) with the options of
 * PyTorch's OneCycleLR: step by step up to the optimizer's rate and down to next to nothing.
 * The momentum stays as it is.
 */

typedef struct {
    double pct_start, div_factor, final_div_factor;
    int anneal;
    gboolean three_phase;
} Options;

typedef enum { ANNEAL_COSINE, ANNEAL_LINEAR } Anneal;

static double one_cycle_rate(const void *data, const FaltungScheduleMoment *moment) {
    const Options *options = data;
    double highest = moment->base_rate;
    double first = highest / options->div_factor;
    double last = first / options->final_div_factor;
    /* the steps at which the phases end, and the rates there */
    double up = options->pct_start * moment->steps - 1.0;
    double down = 2.0 * options->pct_start * moment->steps - 2.0;
    const struct {
        double end, rate;
    } two[] = {{0, first}, {up, highest}, {moment->steps - 1.0, last}},
      three[] = {{0, first}, {up, highest}, {down, first}, {moment->steps - 1.0, last}},
      *phases = options->three_phase ? three : two;
    int n = options->three_phase ? 3 : 2, phase = 1;
    while (phase < n && moment->step > phases[phase].end)
        phase++;
    double from = phase > 1 ? phases[phase - 1].end : 0.0;
    double length = phases[phase].end - from;
    double part = length > 0.0 ? CLAMP((moment->step - from) / length, 0.0, 1.0) : 1.0;
    double before = phases[phase - 1].rate, after = phases[phase].rate;
    return options->anneal == ANNEAL_LINEAR ? before + (after - before) * part
                                            : faltung_cosine_between(before, after, part);
}

static const char *const anneals[] = {"cosine", "linear", NULL};

static const FaltungOptionSpec options[] = {
    {
        .name = "pct_start",
        .summary = "the part of all steps in which the rate rises",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, pct_start),
        .fallback = "0.3",
        .minimum = 0.0,
        .maximum = 1.0,
    },
    {
        .name = "div_factor",
        .summary = "how many times smaller than the optimizer's the first rate is",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, div_factor),
        .fallback = "25",
        .minimum = 1.0,
        .maximum = G_MAXDOUBLE,
    },
    {
        .name = "final_div_factor",
        .summary = "how many times smaller than the first the last rate is",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, final_div_factor),
        .fallback = "10000",
        .minimum = 1.0,
        .maximum = G_MAXDOUBLE,
    },
    {
        .name = "anneal",
        .summary = "the form of the rise and the fall",
        .type = FALTUNG_CHOICE,
        .offset = offsetof(Options, anneal),
        .fallback = "cosine",
        .choices = anneals,
    },
    {
        .name = "three_phase",
        .summary = "fall to the first rate as fast as it rose, and only then to the last",
        .type = FALTUNG_SWITCH,
        .offset = offsetof(Options, three_phase),
        .fallback = "false",
    },
    {0},
};

const FaltungSchedule faltung_schedule_one_cycle = {
    .kind =
        {
            .name = "one_cycle",
            .title = "One cycle",
            .summary = "the learning rate rises to the optimizer's and falls to next to nothing, "
                       "step by step",
            .options = options,
            .options_size = sizeof(Options),
        },
    .equation = "\\eta_t: \\; \\frac{\\eta}{d} \\to \\eta \\to \\frac{\\eta}{d f}",
    .rate = one_cycle_rate,
};

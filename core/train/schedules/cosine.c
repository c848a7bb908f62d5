/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/schedules/schedule-private.h"

#include <math.h>

/*
 * Half a cosine from the optimizer's rate to `final_lr`, step by step, and where wanted again and
 * again: warm restarts (Loshchilov and Hutter, arXiv:1608.03983). PyTorch's CosineAnnealingLR and
 * CosineAnnealingWarmRestarts.
 */

typedef struct {
    double final_lr, cycle, growth;
} Options;

static double cosine_rate(const void *data, const FaltungScheduleMoment *moment) {
    const Options *options = data;
    double epoch = (double)moment->step * moment->epochs / moment->steps;
    double length = options->cycle > 0.0 ? options->cycle : moment->epochs;
    length = fmax(length, (double)moment->epochs / moment->steps); /* a step at the least */
    if (options->growth == 1.0) {
        epoch = fmod(epoch, length);
    } else {
        for (; epoch >= length; length *= options->growth)
            epoch -= length;
    }
    return faltung_cosine_between(moment->base_rate, options->final_lr, epoch / length);
}

static const FaltungOptionSpec options[] = {
    {
        .name = "final_lr",
        .summary = "the learning rate that a cycle ends with",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, final_lr),
        .fallback = "0",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {
        .name = "cycle",
        .summary = "epochs until the rate starts from the top again; 0: never",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, cycle),
        .fallback = "0",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {
        .name = "growth",
        .summary = "how many times as long as the last each cycle is",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, growth),
        .fallback = "1",
        .minimum = 1.0,
        .maximum = G_MAXDOUBLE,
    },
    {0},
};

const FaltungSchedule faltung_schedule_cosine = {
    .kind =
        {
            .name = "cosine",
            .title = "Cosine",
            .summary = "the learning rate falls along half a cosine, once or in cycles",
            .options = options,
            .options_size = sizeof(Options),
        },
    .equation = "\\eta_t = \\eta_{\\mathrm{end}} + \\frac{\\eta - \\eta_{\\mathrm{end}}}{2} "
                "\\left(1 + \\cos \\frac{\\pi t}{T}\\right)",
    .rate = cosine_rate,
};

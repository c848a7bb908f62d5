/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/options.h"

/* What a schedule remembers that looks at the losses; stored in checkpoints. */
typedef struct {
    double best;   /* the watched figure at its best; NaN before the first */
    double factor; /* on the optimizer's rate; 1 at the start */
    int waited;    /* epochs since that were no better */
    int resting;   /* epochs after a fall in which none counts */
} FaltungScheduleState;

/* The moment for which a rate is asked. */
typedef struct {
    double base_rate;    /* the optimizer's own */
    int epoch, epochs;   /* whole epochs done, and all of the training */
    guint64 step, steps; /* the same in steps */
    FaltungScheduleState state;
} FaltungScheduleMoment;

/* A schedule gives every step its learning rate. */
typedef struct {
    FaltungKind kind;
    const char *equation;
    /* Returns: the rate of the step after @moment->step steps. */
    double (*rate)(const void *options, const FaltungScheduleMoment *moment);
    /* (nullable) Takes the loss of the validation samples (of the training samples, where there
       are none) after an epoch. */
    void (*judge)(const void *options, FaltungScheduleState *state, double base_rate,
                  double figure);
} FaltungSchedule;

/** faltung_schedules: constant, linear, exponential (the book's); step, multistep, cosine,
 *  one_cycle, plateau. */
const FaltungTable *faltung_schedules(void);

/** faltung_schedule_state_new: Returns: what every schedule starts with. */
FaltungScheduleState faltung_schedule_state_new(void);

/**
 * faltung_schedule_rate:
 * @warmup: epochs over which the rate rises to that of @schedule, in equal steps (Goyal et al.,
 *   arXiv:1706.02677); 0: none
 */
double faltung_schedule_rate(const FaltungVariant *schedule, double warmup,
                             const FaltungScheduleMoment *moment);

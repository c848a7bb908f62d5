/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/options.h"

/* A schedule gives the learning rate of each epoch from the optimizer's own. */
typedef struct {
    FaltungKind kind;
    const char *equation;
    /* @epoch: 0 ... epochs - 1; Returns: the rate of that epoch. */
    double (*rate)(const void *options, double base_rate, int epoch, int epochs);
} FaltungSchedule;

/** faltung_schedules: constant, linear {final_lr}, exponential {final_lr}. */
const FaltungTable *faltung_schedules(void);

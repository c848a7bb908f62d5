/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/schedule.h"

extern const FaltungSchedule faltung_schedule_linear;
extern const FaltungSchedule faltung_schedule_exponential;
extern const FaltungSchedule faltung_schedule_step;
extern const FaltungSchedule faltung_schedule_multistep;
extern const FaltungSchedule faltung_schedule_cosine;
extern const FaltungSchedule faltung_schedule_one_cycle;
extern const FaltungSchedule faltung_schedule_plateau;

/** faltung_cosine_between: Returns: @from where @part is 0, @to where it is 1, along half a
 *  cosine. */
double faltung_cosine_between(double from, double to, double part);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/options.h"

/* `train: average:`, an exponential moving average of the weights: it wobbles less than they do
   (Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992). */
typedef struct {
    double decay; /* how much of it is kept at each step; 0: there is none */
} FaltungAveraging;

extern const FaltungKind faltung_averaging_kind;

/** faltung_averaging_kept: Returns: how much of the average is kept at @step, 1 at the first: less
 *  at the start, so that the weights from before the training are soon forgotten. */
double faltung_averaging_kept(const FaltungAveraging *averaging, guint64 step);

/** faltung_averaging_add: moves @n values of the average towards the weights. */
void faltung_averaging_add(double kept, size_t n, const float *weights, float *average);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FaltungBudget: what looking at a training may take from it. A training uses every core, and its
 * threads wait for each other: whatever else runs for a while stands in their way for as long. So
 * whoever looks says how long it took, and does not look again before it has rested for so long
 * that this was no more than its share. What is dear becomes rare by itself, what is cheap stays
 * smooth. Zeros: nothing was spent yet.
 */
typedef struct {
    gint64 free_after; /* monotonic time */
} FaltungBudget;

/* Shares of the time. They leave room for what is not seen here: that the training finds the caches
   cold, and is woken late. */
#define FALTUNG_SHARE_FIGURES 0.02  /* nothing of the training is on display but its figures */
#define FALTUNG_SHARE_PICTURES 0.06 /* its pictures are */
#define FALTUNG_SHARE_ANALYSIS 0.03 /* of many samples, or of one sample's way, beside either */

/** faltung_budget_spend: @cost: microseconds that were taken until @now. */
void faltung_budget_spend(FaltungBudget *budget, gint64 now, gint64 cost, double share);

/** faltung_budget_rest: Returns: for how many microseconds to rest from @now on; 0: no more. */
gint64 faltung_budget_rest(const FaltungBudget *budget, gint64 now);

/** faltung_processor_time: Returns: what the calling thread has used of processors so far, in
 *  microseconds. Where others want them too, time on the clock says nothing of what was taken. */
gint64 faltung_processor_time(void);

G_END_DECLS

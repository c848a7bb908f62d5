/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/budget.h"

#include <time.h>

void faltung_budget_spend(FaltungBudget *budget, gint64 now, gint64 cost, double share) {
    budget->free_after = MAX(budget->free_after, now) + (gint64)(cost / share);
}

gint64 faltung_budget_rest(const FaltungBudget *budget, gint64 now) {
    return MAX(budget->free_after - now, 0);
}

gint64 faltung_processor_time(void) {
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return used.tv_sec * G_TIME_SPAN_SECOND + used.tv_nsec / 1000;
}

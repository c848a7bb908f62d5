/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/parallel.h"

#include <omp.h>

/* Of the thread that calls the loops: how many begins have not ended, and how many threads,
   itself counted, have joined since. OpenMP keeps them from one loop to the next. */
static _Thread_local int inside, joined;

unsigned faltung_parallel_begin(void) {
    if (inside++ == 0)
        joined = 1;
    return faltung_denormals_flush();
}

void faltung_parallel_join(int threads) {
    if (!inside || joined >= threads)
        return;
    joined = threads;
#pragma omp parallel num_threads(threads)
    faltung_denormals_flush();
}

void faltung_parallel_end(unsigned mode) {
    if (--inside > 0)
        return;
    /* all get the mode of this thread: those that were made in between had it from the start */
    if (joined > 1) {
#pragma omp parallel num_threads(joined)
        faltung_denormals_restore(mode);
    }
    faltung_denormals_restore(mode);
}

void faltung_parallel_release(void) {
    omp_pause_resource(omp_pause_soft, omp_get_initial_device());
}

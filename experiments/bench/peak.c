/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/bench/peak.h"

#include "core/kernels/kernels.h"

#include <glib.h>

enum { ROUNDS = 12, MICROSECONDS = 8000, CHUNK = 1 << 14 };

/* One thread's operations until @end. */
static double work_until(gint64 end) {
    const FaltungKernels *kernels = faltung_kernels();
    float sum[FALTUNG_SLACK] = {0};
    double operations = 0;
    while (g_get_monotonic_time() < end)
        operations += kernels->multiply_add(CHUNK, sum);
    return operations;
}

double faltung_peak(int threads) {
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double operations = 0;
        gint64 start = g_get_monotonic_time();
#pragma omp parallel num_threads(threads) reduction(+ : operations)
        operations += work_until(start + MICROSECONDS);
        best = MAX(best, operations * 1e6 / (g_get_monotonic_time() - start));
    }
    return best;
}

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/kernels.h"

/*
 * Waking the other threads costs a few microseconds, so what takes less than about ten runs on
 * the thread that calls. @work is in floating-point operations, or four times the floats moved:
 * the number below is what one core does in that time.
 */
static inline int faltung_threads_for(int threads, double work) {
    return work < 400e3 ? 1 : threads;
}

/**
 * faltung_parallel_begin: makes denormal numbers zero on this thread and those that OpenMP gives
 * it: they are slow, and all threads must agree for the bits to be the same.
 * Returns: the mode to give back to faltung_parallel_end().
 */
static inline unsigned faltung_parallel_begin(int threads) {
    unsigned mode = faltung_denormals_flush();
    if (threads > 1) {
#pragma omp parallel num_threads(threads)
        faltung_denormals_flush();
    }
    return mode;
}

/** faltung_parallel_end: gives the calling thread its arithmetic back. */
static inline void faltung_parallel_end(unsigned mode) {
    faltung_denormals_restore(mode);
}

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/kernels.h"

/**
 * faltung_parallel_begin: makes denormal numbers zero on this thread, and on those that OpenMP
 * gives it as soon as one loop uses them: they are slow, and all threads must agree for the bits
 * to be the same. A small network, whose loops all run on this thread, wakes no other for it.
 * Where one is inside another (a forward pass inside a training step), the outer one counts.
 * Returns: the mode to give back to faltung_parallel_end().
 */
unsigned faltung_parallel_begin(void);

/** faltung_parallel_end: gives this thread, and the others, their arithmetic back. */
void faltung_parallel_end(unsigned mode);

/** faltung_parallel_join: between the two: a loop is about to use @threads threads. */
void faltung_parallel_join(int threads);

/**
 * faltung_parallel_release: ends the threads that OpenMP keeps for this one. While there are more
 * of them than cores, none waits actively for its next loop, and a training that has all cores
 * wakes them by the system's scheduler at each: it loses up to half of its speed.
 */
void faltung_parallel_release(void);

/*
 * Waking the other threads costs a few microseconds, so what takes less than about ten runs on
 * the thread that calls. @work is in floating-point operations, or four times the floats moved:
 * the number below is what one core does in that time.
 */
static inline int faltung_threads_for(int threads, double work) {
    if (threads <= 1 || work < 400e3)
        return 1;
    faltung_parallel_join(threads);
    return threads;
}

/** faltung_n_blocks: Returns: how many blocks of about the same size, at most @most, @n things are
 *  shared out in. Never depends on the threads. */
static inline int faltung_n_blocks(int n, int most) {
    return (n + most - 1) / most;
}

/** faltung_block_begin: Returns: the first thing of @block. */
static inline int faltung_block_begin(int n, int block, int n_blocks) {
    return (int)((int64_t)n * block / n_blocks);
}

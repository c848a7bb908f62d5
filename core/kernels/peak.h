/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/vector.h"

/*
 * What the share of the peak is measured against. A multiply-add takes about four cycles, and two
 * begin in each: with eight of them under way the arithmetic is never idle. There are as many as
 * the registers hold beside the two factors, since without FMA there are twice as many steps.
 */
static double multiply_add(int64_t rounds, float *sum) {
    enum { CHAINS = 14 };
    /* towards b / (1 - a): neither infinite nor denormal however long it takes */
    Vector a = splat(0.75f), b = splat(0.25f), chain[CHAINS];
    for (int i = 0; i < CHAINS; i++)
        chain[i] = splat(sum[0] + i);
    for (int64_t round = 0; round < rounds; round++) {
#pragma GCC unroll 14
        for (int i = 0; i < CHAINS; i++)
            chain[i] = chain[i] * a + b;
    }
    for (int i = 1; i < CHAINS; i++)
        chain[0] += chain[i];
    store(sum, chain[0]);
    return 2.0 * CHAINS * LANES * rounds;
}

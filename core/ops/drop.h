/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

/* Dropping of values while training, of dropout and of whoever does it between its parts. */

/** faltung_drop_words: Returns: the number of random words that @n values take: where the next ones
 *  begin. */
static inline guint64 faltung_drop_words(size_t n) {
    return (n + 63) / 64 * 64;
}

/** faltung_dropped: Returns: whether the value of random word @word is dropped, a part @rate of
 *  all: what the reference code asks. */
static inline gboolean faltung_dropped(const FaltungRandom *random, guint64 word, double rate) {
    return faltung_random_word(random, word) < (uint32_t)(rate * 0x1p32);
}

/** faltung_drop_factor: Returns: what the others are multiplied by, so that the mean stays. */
static inline double faltung_drop_factor(double rate) {
    return 1 / (1 - rate);
}

/**
 * faltung_drop:
 * @first: the random word of the first value; a multiple of 64
 * @x, @y: (n): may be the same
 * @kept: (n) (nullable): set to 1 where a value is kept
 *
 * Outside training all are kept as they are.
 */
void faltung_drop(const FaltungStep *step, guint64 first, size_t n, double rate, const float *x,
                  float *y, guint8 *kept);

/** faltung_drop_back: @dx (+)= the gradient through that; @dy and @dx may be the same. */
void faltung_drop_back(const FaltungStep *step, size_t n, double rate, const guint8 *kept,
                       const float *dy, float *dx, gboolean overwrite);

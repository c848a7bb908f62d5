/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { FALTUNG_NOISE_GROUP = 64 };

/**
 * faltung_noise_add: y = x + @deviation z of normally distributed z, those of
 * faltung_random_noise() to within 2e-6 (Box and Muller, 1958). The same bits on every machine.
 * @words: (FALTUNG_NOISE_GROUP): random, a group of the kernels' random_words
 * @n: at most FALTUNG_NOISE_GROUP
 * @x, @y: (n); may be the same
 */
void faltung_noise_add(const uint32_t *words, float deviation, size_t n, const float *x, float *y);

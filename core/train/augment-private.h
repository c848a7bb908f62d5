/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The loops of augmentation over values. */

/**
 * faltung_augment_sample_row: one row of a picture, each value read between the four pixels
 * around (x0 + ax i, y0 + ay i), linearly in both directions.
 * @frame: (height + 3, width + 3): the picture with one pixel of margin before and two behind
 * @to: (width)
 */
void faltung_augment_sample_row(const float *frame, int height, int width, float x0, float ax,
                                float y0, float ay, float *to);

enum { FALTUNG_NOISE_GROUP = 64 };

/**
 * faltung_noise_add: adds normally distributed numbers to @values (Box and Muller, 1958).
 * @words: (FALTUNG_NOISE_GROUP): random
 * @n: at most FALTUNG_NOISE_GROUP
 */
void faltung_noise_add(const uint32_t *words, float deviation, size_t n, float *values);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The loops of augmentation over values. */

/**
 * faltung_augment_sample_row: one row of a picture, each value read between the four pixels
 * around (x0 + ax i, y0 + ay i), linearly in both directions.
 * @frame: (height + 3, width + 3): the picture with one pixel of margin before and two behind
 * @to: (width)
 */
void faltung_augment_sample_row(const float *frame, int height, int width, float x0, float ax,
                                float y0, float ay, float *to);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/dataset.h"

/*
 * A drawing made into a sample as the samples of MNIST were made: scaled, with its proportions
 * kept, into a box of 20 x 20 pixels, its grey levels those of an antialiased reduction, and put
 * into 28 x 28 pixels so that its centre of mass is in the middle (LeCun, Cortes and Burges, "The
 * MNIST database of handwritten digits"), as far as nothing is cut off by that.
 */

/** faltung_ink_box: Returns: the longer side, in pixels, of the box that the ink of the samples of
 *  @dataset fills at most: 20 of MNIST's digits. Looks at the first few hundred. */
int faltung_ink_box(FaltungDataset *dataset);

/**
 * faltung_ink_place:
 * @ink: (@ink_height, @ink_width): 0: paper, 1: ink
 * @box: pixels of the longer side
 * @sample: (out): (@height, @width), 0 to 1
 *
 * Returns: %FALSE, and paper alone, where there is no ink.
 */
gboolean faltung_ink_place(const float *ink, int ink_width, int ink_height, int box, int width,
                           int height, float *sample);

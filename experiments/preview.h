/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/dataset.h"

/** faltung_preview_images: Returns: (transfer full): a few images of @dataset, of as many classes
 *  as there is room for, side by side as characters from blank to @; for samples of [C, H, W].
 *  @width: columns of the screen. */
char *faltung_preview_images(FaltungDataset *dataset, int width);

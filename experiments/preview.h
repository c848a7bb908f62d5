/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/dataset.h"

/** faltung_preview_row: Returns: (transfer full): @n images, [C, H, W] each, side by side as
 *  characters from blank to @. @captions: (nullable): what stands below each. @width: columns of
 * the screen, which has room for faltung_preview_room(). */
char *faltung_preview_row(const FaltungShape *shape, const float *images, int n,
                          const char *const *captions, int width);
int faltung_preview_room(const FaltungShape *shape, int width);

/** faltung_preview_images: Returns: (transfer full): a few images of @dataset, of as many classes
 *  as there is room for, side by side as characters from blank to @; for samples of [C, H, W].
 *  @width: columns of the screen. */
char *faltung_preview_images(FaltungDataset *dataset, int width);

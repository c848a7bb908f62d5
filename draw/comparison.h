/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/compare.h"
#include "draw/sheet.h"

/* Two networks' tensors and their difference side by side: the first two on one scale, around zero
   where there are negative values, the difference on a scale of its own, always around zero. */
enum { FALTUNG_COMPARISON_PICTURES = 3 };

/**
 * faltung_comparison_pictures:
 * @pictures: (out): A, B, and B - A, without captions
 * @planes: (out) (transfer full): what they show: maps lie side by side, as square as possible
 */
void faltung_comparison_pictures(const FaltungCompared *compared, const FaltungTheme *theme,
                                 FaltungSheetPicture pictures[FALTUNG_COMPARISON_PICTURES],
                                 float *planes[FALTUNG_COMPARISON_PICTURES]);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/inside.h"
#include "draw/sheet.h"

/**
 * faltung_inside_picture: map @map of @inside as a picture of a sheet, without a caption.
 * @edges: (out): for its rows and columns; the picture points at it
 *
 * Returns: the picture, which is valid as long as @inside and @edges: around zero where a value of
 *   the whole tensor is below it, else dark to bright, on one scale for all of its maps.
 */
FaltungSheetPicture faltung_inside_picture(const FaltungInside *inside, int map,
                                           const FaltungTheme *theme, FaltungEdges *edges);

/** faltung_inside_caption: Returns: (transfer full): its title; of bars, which have no scale, with
 *  the least and the largest value. */
char *faltung_inside_caption(const FaltungInside *inside, int map);

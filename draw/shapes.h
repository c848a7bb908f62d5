/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/theme.h"

/** faltung_rounded_rectangle: adds it to the path of @cr. */
void faltung_rounded_rectangle(cairo_t *cr, FaltungRect rect, double radius);

/**
 * faltung_group_icon_draw:
 * @group: FALTUNG_N_GROUPS: the network's input
 *
 * The sign of a group of operations, in one @color, in a square of @size around (@x, @y).
 */
void faltung_group_icon_draw(cairo_t *cr, FaltungGroup group, double x, double y, double size,
                             FaltungColor color);

/** faltung_group_color: Returns: the group's colour; of the input where @group is
 *  FALTUNG_N_GROUPS. */
FaltungColor faltung_group_color(const FaltungTheme *theme, FaltungGroup group);

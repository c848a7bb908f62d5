/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/number.h"
#include "core/base/shape.h"
#include "draw/theme.h"

/* Labels: one line of text through Pango, placed by a point of its box. */

typedef enum {
    FALTUNG_TEXT_NORMAL = 0,
    FALTUNG_TEXT_BOLD = 1 << 0,
    FALTUNG_TEXT_SMALL = 1 << 1,   /* 5/6 of the normal size */
    FALTUNG_TEXT_TABULAR = 1 << 2, /* figures of one width */
    FALTUNG_TEXT_MONOSPACE = 1 << 3,
    FALTUNG_TEXT_LARGE = 1 << 4, /* 5/4 of the normal size */
} FaltungTextFlags;

/** faltung_text_size: measures @text; @width and @height (nullable) of its line. */
void faltung_text_size(cairo_t *cr, const FaltungTheme *theme, const char *text,
                       FaltungTextFlags flags, double *width, double *height);

/**
 * faltung_text_draw:
 * @x, @y: the point of the text's box that @align_x, @align_y name: 0 left/top, 0.5 middle,
 *   1 right/bottom
 * @max_width: where positive, a longer text ends in an ellipsis
 */
void faltung_text_draw(cairo_t *cr, const FaltungTheme *theme, const char *text,
                       FaltungTextFlags flags, FaltungColor color, double x, double y,
                       double align_x, double align_y, double max_width);

/** faltung_format_short: Returns: (transfer full): @value for a small cell: `0.93`, `-12.4`, `118`.
 */
char *faltung_format_short(double value);

/** faltung_shape_text: Returns: (transfer full): `16 × 28 × 28`, with the true sign. */
char *faltung_shape_text(const FaltungShape *shape);

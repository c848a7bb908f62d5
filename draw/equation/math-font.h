/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <cairo.h>
#include <glib.h>
#include <hb-ot.h>

/* An OpenType font with a MATH table. All lengths are in units of the font's size (em). */

typedef struct {
    char *family;
    hb_font_t *hb;
    cairo_font_face_t *face;
    double units; /* font units an em */
} MathFont;

/** math_font: Returns: (transfer none) (nullable): the best installed one, found once. */
const MathFont *math_font(GError **error);

/** math_font_constant: a length of the MATH table, in em. */
double math_font_constant(const MathFont *font, hb_ot_math_constant_t constant);
/** math_font_percent: one of its percentages, as a factor. */
double math_font_percent(const MathFont *font, hb_ot_math_constant_t constant);

/** math_font_glyph: Returns: the glyph of @code, or 0; @level: 0 text, 1 script, 2 scriptscript:
 *  the font's forms for small sizes. */
hb_codepoint_t math_font_glyph(const MathFont *font, gunichar code, int level);

typedef struct {
    double advance;
    double ascent, descent; /* of the ink; above and below the baseline */
    double italic;          /* italic correction */
    double accent;          /* where an accent's middle goes */
} MathGlyph;

MathGlyph math_font_metrics(const MathFont *font, hb_codepoint_t glyph);

/* A piece of a glyph that is built to a size: @offset from its bottom (or left). */
typedef struct {
    hb_codepoint_t glyph;
    double offset;
} MathPart;

/**
 * math_font_stretch:
 * @size: wanted height (or width), in em
 * @parts: (element-type MathPart): overwritten
 *
 * The smallest variant of @glyph that is at least @size, or an assembly of it; where there is
 * neither, the largest. Returns: the size it has.
 */
double math_font_stretch(const MathFont *font, hb_codepoint_t glyph, gboolean vertical, double size,
                         GArray *parts);

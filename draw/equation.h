/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/theme.h"

/*
 * Equations: TeX's mathematics as far as the operations need it, set by TeX's rules with the
 * constants of an OpenType MATH font (Latin Modern Math, TeX Gyre ... Math, STIX Two Math).
 *
 * Known: letters, digits, Greek, the usual symbols and function names, ^ _ and primes, \frac
 * \tfrac \dfrac \binom \sqrt[n]{} \left \middle \right \big...\Bigg, \sum \prod \int with limits,
 * \hat \bar \tilde \vec \dot \overline \underline \underbrace \overbrace, \mathrm \mathbf \mathit
 * \mathbb \mathcal \mathsf \mathtt \boldsymbol \operatorname \text, \overset \underset,
 * environments cases, aligned, gathered, matrix, pmatrix, bmatrix, vmatrix; rows with \\ and &
 * at top level; \, \: \; \! \quad \qquad; \displaystyle \textstyle; and, beyond TeX,
 * \mark{id}{...}: a part that can be found, coloured and replaced.
 */

typedef struct FaltungEquation FaltungEquation;

/**
 * faltung_equation_new:
 * @size: of the font, in user-space units
 *
 * Typesets @tex in display style. Returns: (transfer full) (nullable): the equation; on %NULL
 *   the error says where (`column N`) and what; also where no mathematics font is installed.
 */
FaltungEquation *faltung_equation_new(const char *tex, double size, GError **error);
void faltung_equation_free(FaltungEquation *equation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungEquation, faltung_equation_free)

double faltung_equation_width(const FaltungEquation *equation);
/** faltung_equation_ascent: Returns: how far it reaches above its baseline (descent: below). */
double faltung_equation_ascent(const FaltungEquation *equation);
double faltung_equation_descent(const FaltungEquation *equation);

/** faltung_equation_draw: @x: left edge, @y: baseline. */
void faltung_equation_draw(const FaltungEquation *equation, cairo_t *cr, double x, double y,
                           FaltungColor color);

/**
 * faltung_equation_hit:
 * @x, @y: relative to the left end of the baseline
 *
 * Returns: (transfer none) (nullable): the id of the innermost \mark there.
 */
const char *faltung_equation_hit(const FaltungEquation *equation, double x, double y);

/** faltung_equation_mark_rect: Returns: whether there is a \mark called @id; its rectangle,
 *  relative to the left end of the baseline. */
gboolean faltung_equation_mark_rect(const FaltungEquation *equation, const char *id,
                                    FaltungRect *rect);

/**
 * faltung_equation_set_mark:
 * @tex: what the \mark called @id holds from now on: `0.318`
 *
 * Parses @tex only and sets the equation anew. Returns: %FALSE where there is no such mark or
 *   @tex is wrong; the equation is as before then.
 */
gboolean faltung_equation_set_mark(FaltungEquation *equation, const char *id, const char *tex,
                                   GError **error);

/** faltung_equation_draw_behind: a rounded surface behind every \mark called @id, to be drawn
 * before the equation, which is at @x, @y. */
void faltung_equation_draw_behind(const FaltungEquation *equation, cairo_t *cr, double x, double y,
                                  const char *id, FaltungColor color);

/** faltung_equation_set_mark_color: @color: (nullable): %NULL: as its surroundings. */
void faltung_equation_set_mark_color(FaltungEquation *equation, const char *id,
                                     const FaltungColor *color);

/** faltung_equation_font: Returns: (transfer none) (nullable): the family of the mathematics
 *  font in use. */
const char *faltung_equation_font(void);

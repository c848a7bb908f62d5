/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/theme.h"

/** FaltungDrawFunc: draws into (0, 0, @width, @height) of @cr. */
typedef void (*FaltungDrawFunc)(cairo_t *cr, double width, double height, gpointer data);

/**
 * faltung_output_write:
 * @path: ends in `.png`, `.svg` or `.pdf`; an existing file is replaced
 * @scale: pixels a unit of a PNG; the others have no pixels and ignore it
 * @background: (nullable): %NULL: transparent
 *
 * Writes a drawing to a file, whole or not at all.
 */
gboolean faltung_output_write(const char *path, double width, double height, double scale,
                              const FaltungColor *background, FaltungDrawFunc draw, gpointer data,
                              GError **error);

/** faltung_output_surface: Returns: (transfer full): the drawing as an image of so many pixels, as
 *  a PNG has it. */
cairo_surface_t *faltung_output_surface(double width, double height, double scale,
                                        const FaltungColor *background, FaltungDrawFunc draw,
                                        gpointer data);

/** faltung_output_write_surface: writes an image surface as PNG, whole or not at all. */
gboolean faltung_output_write_surface(const char *path, cairo_surface_t *surface, GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Pictures as people have them: PNG, JPEG, and what else gdk-pixbuf reads. */

typedef struct {
    int height, width;
    guint8 *rgb; /* owned: height x width x 3 */
} FaltungPixels;

void faltung_pixels_clear(FaltungPixels *pixels);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FaltungPixels, faltung_pixels_clear)

/** faltung_picture_is: whether a file that begins with these @n bytes is one. */
gboolean faltung_picture_is(const void *bytes, gsize n);

/**
 * faltung_picture_read:
 * @size: (nullable): height and width to bring it to; 0: as it is
 * @pixels: (out): turned as its camera was held; what is transparent is white
 *
 * Errors: no such file, no picture (%FALTUNG_ERROR_DATA).
 */
gboolean faltung_picture_read(const char *path, const int size[2], FaltungPixels *pixels,
                              GError **error);

/** faltung_pixels_are_gray: whether red, green and blue are the same everywhere. */
gboolean faltung_pixels_are_gray(const FaltungPixels *pixels);

/** faltung_pixels_split: the pixels as samples lie. @channels: 1, the brightness (ITU-R BT.601), or
 *  3; @planes: (out): channels x height x width */
void faltung_pixels_split(const FaltungPixels *pixels, int channels, guint8 *planes);

/* SPDX-License-Identifier: Apache-2.0 */
#include "data/picture-file.h"

#include <string.h>

void faltung_pixels_clear(FaltungPixels *pixels) {
    g_clear_pointer(&pixels->rgb, g_free);
}

gboolean faltung_picture_is(const void *bytes, gsize n) {
    return (n >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0) ||
           (n >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0);
}

static size_t n_pixels(const FaltungPixels *pixels) {
    return (size_t)pixels->height * pixels->width;
}

gboolean faltung_pixels_are_gray(const FaltungPixels *pixels) {
    const guint8 *rgb = pixels->rgb;
    for (size_t i = 0; i < n_pixels(pixels); i++, rgb += 3)
        if (rgb[0] != rgb[1] || rgb[1] != rgb[2])
            return FALSE;
    return TRUE;
}

void faltung_pixels_split(const FaltungPixels *pixels, int channels, guint8 *planes) {
    size_t n = n_pixels(pixels);
    const guint8 *rgb = pixels->rgb;
    for (size_t i = 0; i < n; i++, rgb += 3) {
        if (channels == 1)
            planes[i] = (guint8)((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
        for (int c = 0; channels == 3 && c < 3; c++)
            planes[c * n + i] = rgb[c];
    }
}

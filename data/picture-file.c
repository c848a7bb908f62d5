/* SPDX-License-Identifier: Apache-2.0 */
#include "data/picture-file.h"

#include "core/base/error.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gi18n-lib.h>

/* As it is turned and of the size that is wanted. Returns: (transfer full). */
static GdkPixbuf *prepare(GdkPixbuf *read, const int size[2]) {
    g_autoptr(GdkPixbuf) upright = gdk_pixbuf_apply_embedded_orientation(read);
    int height = size && size[0] > 0 ? size[0] : gdk_pixbuf_get_height(upright);
    int width = size && size[1] > 0 ? size[1] : gdk_pixbuf_get_width(upright);
    if (height == gdk_pixbuf_get_height(upright) && width == gdk_pixbuf_get_width(upright))
        return g_steal_pointer(&upright);
    return gdk_pixbuf_scale_simple(upright, width, height, GDK_INTERP_BILINEAR);
}

/* On white paper. */
static void copy_pixels(const GdkPixbuf *picture, FaltungPixels *pixels) {
    int channels = gdk_pixbuf_get_n_channels(picture);
    const guint8 *from = gdk_pixbuf_read_pixels(picture);
    guint8 *to = pixels->rgb;
    for (int y = 0; y < pixels->height; y++) {
        const guint8 *pixel = from + (gsize)y * gdk_pixbuf_get_rowstride(picture);
        for (int x = 0; x < pixels->width; x++, pixel += channels) {
            int opaque = channels == 4 ? pixel[3] : 255;
            for (int c = 0; c < 3; c++)
                *to++ = (guint8)((pixel[c] * opaque + 255 * (255 - opaque) + 127) / 255);
        }
    }
}

gboolean faltung_picture_read(const char *path, const int size[2], FaltungPixels *pixels,
                              GError **error) {
    g_autoptr(GError) failure = NULL;
    g_autoptr(GdkPixbuf) read = gdk_pixbuf_new_from_file(path, &failure);
    g_autoptr(GdkPixbuf) picture = read ? prepare(read, size) : NULL;
    if (!picture)
        return faltung_fail(error, FALTUNG_ERROR_DATA,
                            "%s: cannot be read: %s; expected a picture, as PNG or JPEG", path,
                            failure ? failure->message : _("it does not fit into memory"));
    pixels->height = gdk_pixbuf_get_height(picture);
    pixels->width = gdk_pixbuf_get_width(picture);
    pixels->rgb = g_new(guint8, (gsize)pixels->height * pixels->width * 3);
    copy_pixels(picture, pixels);
    return TRUE;
}

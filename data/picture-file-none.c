/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "data/picture-file.h"

gboolean faltung_picture_read(const char *path, const int size[2], FaltungPixels *pixels,
                              GError **error) {
    return faltung_fail(
        error, FALTUNG_ERROR_DATA,
        "%s: this Faltung was built without gdk-pixbuf, so that it reads no pictures; build "
        "it with -Dimages=enabled",
        path);
}

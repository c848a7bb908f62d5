/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Whole files. A file that starts with gzip's magic is inflated, whatever its name. */

/**
 * faltung_file_read:
 * @length: (out): bytes
 *
 * Returns: (transfer full): the contents, with a NUL behind that @length does not count.
 */
char *faltung_file_read(const char *path, gsize *length, GError **error);

/** faltung_file_begin: Returns: (transfer full): the first @most bytes, or what there is, as above,
 *  whatever the file's size. */
char *faltung_file_begin(const char *path, gsize most, gsize *length, GError **error);

/** faltung_file_utf8: Returns: @bytes ((transfer full) (nullable)), with a NUL behind them: those
 * of UTF-16, as their first two say, converted; others as they are. */
char *faltung_file_utf8(char *bytes, gsize *length);

/** faltung_file_contents: Returns: (transfer full): the same where they may be large: what is above
 *  faltung_room_limit() is mapped rather than in memory. */
GBytes *faltung_file_contents(const char *path, GError **error);

/** faltung_file_inflate: Returns: (transfer full): the same of bytes in memory: inflated, or
 *  copied. @origin: what messages call them. */
char *faltung_file_inflate(const char *origin, const void *bytes, gsize size, gsize *length,
                           GError **error);

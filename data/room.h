/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/*
 * Room for the values of data sets. What is larger than a part of the machine's memory stays in
 * files: a data set that lies in its file as it is used is mapped from there, another one is
 * unpacked once into a nameless file in the user's cache folder. The system keeps in memory what
 * is in use and lets go of it where memory is short, so that training needs little of its own.
 */

/** faltung_room_limit: Returns: bytes above which values stay in files: a tenth of the memory, or
 *  what FALTUNG_STREAM_ABOVE says. */
guint64 faltung_room_limit(void);

/**
 * faltung_room_new: room for @size bytes to be written, in memory or in a nameless file.
 * @what: the file they are from, for messages
 * @block: (out) (transfer full): owns the room
 *
 * Returns: (transfer none): the room, aligned for any value. Errors: %FALTUNG_ERROR_WORK where
 * neither memory nor disk has so much.
 */
void *faltung_room_new(gsize size, const char *what, GBytes **block, GError **error);

/**
 * faltung_room_append: the same of values whose number shows at their end.
 * @file: (inout): -1 at first; belongs to faltung_room_finish() then
 */
gboolean faltung_room_append(int *file, const void *bytes, gsize size, const char *what,
                             GError **error);
/** faltung_room_finish: Returns: (transfer full): what was appended; %NULL with @size 0, which only
 *  drops it. */
GBytes *faltung_room_finish(int file, gsize size, const char *what, GError **error);

/** faltung_room_map: Returns: (transfer full): the @size bytes at @offset of the file @path, mapped
 *  to be read. Whether the file was left whole meanwhile, faltung_mapping_check() tells. */
GBytes *faltung_room_map(const char *path, guint64 offset, gsize size, GError **error);

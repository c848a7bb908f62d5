/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/*
 * Files mapped into memory. A file may be cut off, or its disk or network fail, while it is in
 * use; whoever reads such a page then gets a SIGBUS, in whatever thread and loop it is. Here it
 * reads zeros instead, and faltung_mapping_check() tells afterwards: so read first, check then, and
 * only then believe what was read.
 */

/**
 * faltung_mapping_new:
 * @file: open; it may be closed afterwards
 * @path: its name for messages
 * @offset, @size: the bytes of it, which need not start at a page
 * @write: whether they may be written, too
 *
 * The first call takes over the signal SIGBUS; one that is not of a mapping goes on to whoever had
 * it before.
 *
 * Returns: (transfer full) (nullable): the bytes; %NULL with errno set where they cannot be mapped.
 */
GBytes *faltung_mapping_new(int file, const char *path, guint64 offset, gsize size, gboolean write);

/**
 * faltung_mapping_check: whether all that was read at @address so far was the file's.
 * @address: any in the bytes of a mapping; what is in none is always good
 *
 * Errors: %FALTUNG_ERROR_DATA with the file and what happened to it.
 */
gboolean faltung_mapping_check(const void *address, GError **error);

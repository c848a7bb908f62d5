/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/*
 * How a whole file gets under its final name: written beside it, synced, renamed over it, and the
 * folder synced. At any moment, a power failure included, the final name holds the old file or
 * the new one. Private to core/store.
 */

/** faltung_publish_copy: a copy of @from (a reflink where the file system has them) becomes @to,
 *  by way of `@to.tmp`. */
gboolean faltung_publish_copy(const char *from, const char *to, GError **error);
/** faltung_publish_move: @from itself becomes @to. */
gboolean faltung_publish_move(const char *from, const char *to, GError **error);

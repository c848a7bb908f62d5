/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/** faltung_data_columns_read: faltung_data_columns() on another thread; @ready is given the task
 * for faltung_data_columns_finish(). */
void faltung_data_columns_read(const FaltungDataOptions *options, const char *origin,
                               GCancellable *cancellable, GAsyncReadyCallback ready,
                               gpointer user_data);
/** faltung_data_columns_finish: Returns: (transfer full) (nullable). */
char **faltung_data_columns_finish(GAsyncResult *result, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/arithmetic.h"
#include "gui/training/snapshot.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* How a value is computed, found on another thread: the reference code may take long. */

/** faltung_unit_job_can: whether the snapshot has the weights that made its values: in a training
 *  they may be a second older. */
gboolean faltung_unit_job_can(const FaltungSnapshot *snapshot);

/** faltung_unit_job_start: @snapshot: with values, and weights of the same step; @unit: of the
 *  output of @layer. */
void faltung_unit_job_start(FaltungSnapshot *snapshot, int layer, gsize unit,
                            GCancellable *cancellable, GAsyncReadyCallback done, gpointer data);

/** faltung_unit_job_finish: Returns: (transfer full) (nullable): %NULL without an error: it is made
 *  of too much to be written. */
FaltungArithmetic *faltung_unit_job_finish(GAsyncResult *task, GError **error);

G_END_DECLS

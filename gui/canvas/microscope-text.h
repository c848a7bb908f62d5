/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/training/snapshot.h"

G_BEGIN_DECLS

/**
 * faltung_microscope_describe: what is said of a value.
 * @snapshot: with values, of @graph
 * @layer, @index: of its output, in the field's layout; @layer may be FALTUNG_INPUT
 * @arithmetic: also how it is computed, where the layer is a weighted sum and the snapshot has the
 *   weights of the same step
 *
 * Returns: (transfer full): lines, columns set for a font of one width.
 */
char *faltung_microscope_describe(const FaltungGraph *graph, const FaltungSnapshot *snapshot,
                                  int layer, gsize index, gboolean arithmetic);

G_END_DECLS

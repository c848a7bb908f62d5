/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/products.h"
#include "gui/training/snapshot.h"

G_BEGIN_DECLS

/** faltung_microscope_products: Returns: (transfer full) (nullable): the sum that a value is, where
 *  its layer is such a sum and the snapshot has the weights of the same step. */
FaltungProducts *faltung_microscope_products(const FaltungGraph *graph,
                                             const FaltungSnapshot *snapshot, int layer,
                                             gsize index);

/**
 * faltung_microscope_describe: what is said of a value.
 * @snapshot: with values, of @graph
 * @layer, @index: of its output, in the field's layout; @layer may be FALTUNG_INPUT
 * @products: (nullable): also how it is computed
 *
 * Returns: (transfer full): lines, columns set for a font of one width.
 */
char *faltung_microscope_describe(const FaltungGraph *graph, const FaltungSnapshot *snapshot,
                                  int layer, gsize index, const FaltungProducts *products);

G_END_DECLS

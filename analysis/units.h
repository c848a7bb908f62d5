/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/hooks.h"
#include "core/graph/network.h"

/* How a unit behaves over many samples: a feature of a vector or a sequence, a channel of an image
   at all of its pixels. */
typedef struct {
    double mean, deviation;
    float low, high;
    double zeros;  /* the part of its outputs that is 0 */
    gboolean dead; /* every one is: a relu that no sample opens */
} FaltungUnit;

typedef struct {
    int layer;
    int n;
    FaltungUnit *units; /* (n) */
    int n_dead;
    double zeros; /* the mean of the units */
} FaltungUnits;

/**
 * faltung_measure_units: of every layer, in one pass over the first @n samples.
 * @network: with room for any batch
 *
 * Returns: (transfer full) (element-type FaltungUnits): one for each layer. Errors: cancelled, the
 *   data changed.
 */
GPtrArray *faltung_measure_units(FaltungNetwork *network, const FaltungDataset *dataset, guint32 n,
                                 const FaltungAnalysisHooks *hooks, GError **error);

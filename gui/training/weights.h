/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"
#include "core/train/standing.h"

G_BEGIN_DECLS

/* All parameters of a network at one moment, for who computes with them on another thread.
   Immutable, reference counted. */
typedef struct {
    FaltungGraph *graph;
    guint64 step;
    double epoch;
    float *block;              /* faltung_network_parameters() */
    FaltungStanding *standing; /* (nullable): where their training stands */
} FaltungWeights;

/** faltung_weights_new: copies those of @network. @standing: (transfer full) (nullable): as above
 */
FaltungWeights *faltung_weights_new(FaltungNetwork *network, guint64 step, double epoch,
                                    FaltungStanding *standing);
FaltungWeights *faltung_weights_ref(FaltungWeights *weights);
void faltung_weights_unref(FaltungWeights *weights);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungWeights, faltung_weights_unref)

/** faltung_weights_read: Returns: (transfer full): a parameter, in the field's layout. */
float *faltung_weights_read(const FaltungWeights *weights, int layer, int parameter);
/** faltung_weights_network: Returns: (transfer full): a network that computes with them. */
FaltungNetwork *faltung_weights_network(const FaltungWeights *weights, int batch,
                                        FaltungNetworkFlags flags, int threads);

G_END_DECLS

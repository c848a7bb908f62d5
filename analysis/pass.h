/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/hooks.h"
#include "core/graph/network.h"

/* What is done with the samples of a pass. Each may be NULL. */
typedef struct {
    /* After each layer, as of faltung_network_forward_visiting(). */
    FaltungLayerVisit layer;
    /* After each batch of @n samples. @output: (n, output) in the inside layout; @classes: (n,
       positions), where the data set has such. */
    void (*batch)(int n, const float *output, const gint32 *classes, gpointer data);
    int n; /* of the batch that @layer is called in */
    gpointer data;
} FaltungPass;

/**
 * faltung_pass_run: takes samples through @network in evaluation mode, in batches as large as it
 * has room for. @pass itself is the data of `layer`.
 * @indices: (nullable): @n samples of @dataset; %NULL: the first @n, or all that there are
 * @hooks: (nullable)
 *
 * Errors: the samples do not fit the network's input, or their file was cut off
 *   (%FALTUNG_ERROR_DATA); %G_IO_ERROR_CANCELLED where the hook said stop.
 */
gboolean faltung_pass_run(FaltungPass *pass, FaltungNetwork *network, const FaltungDataset *dataset,
                          const guint32 *indices, guint32 n, const FaltungAnalysisHooks *hooks,
                          GError **error);

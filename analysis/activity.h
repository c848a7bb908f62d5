/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"
#include "core/train/dataset.h"

/* The units of a layer: feature maps of images, features of vectors and sequences. */
typedef struct {
    int units;
    int dead; /* exactly zero for every sample, pixel and step: a relu that no sample opens */
} FaltungActivity;

/**
 * faltung_activity_new:
 * @samples: the first so many of @dataset are looked at
 * @hooks: (nullable)
 *
 * Returns: (transfer full): a figure a layer. Errors: the samples do not fit the network's input
 *   (%FALTUNG_ERROR_DATA); %G_IO_ERROR_CANCELLED.
 */
FaltungActivity *faltung_activity_new(FaltungNetwork *network, FaltungDataset *dataset,
                                      guint32 samples, const FaltungScanHooks *hooks,
                                      GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/graph.h"
#include "core/store/hdf.h"
#include "core/train/dataset.h"

/*
 * The fixed samples whose way through the network is recorded at every moment: the first of each
 * of up to ten classes; eight where the data has no classes. Private to core/store.
 *
 * A moment takes at most FALTUNG_MAPS_BYTES: there are fewer samples where the layers' outputs
 * are large (but always one), and where one is still too much the largest layers are left out.
 */
#define FALTUNG_MAPS_BYTES (4 << 20)
#define FALTUNG_MAX_PROBES 10

typedef struct {
    guint32 n;
    FaltungShape shape; /* of a sample */
    float *inputs;      /* n x shape: as the network sees them */
    float *raw;         /* n x shape: as they were read */
    guint32 *indices;   /* n: in the data set */
    gint32 *labels;     /* n; NULL where the data has no classes */
    gboolean *recorded; /* of each layer: whether its outputs are written */
} FaltungProbes;

FaltungProbes *faltung_probes_choose(FaltungDataset *dataset, const FaltungGraph *graph);
gboolean faltung_probes_write(const FaltungProbes *probes, FaltungHdf file, GError **error);
/** faltung_probes_read: Returns: (nullable): those of a run file; %NULL with an error. */
FaltungProbes *faltung_probes_read(FaltungHdf file, const FaltungGraph *graph, GError **error);
void faltung_probes_free(FaltungProbes *probes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungProbes, faltung_probes_free)

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/hooks.h"
#include "analysis/sensitivity.h"
#include "core/base/options.h"

/* What a unit answers to: the samples that excite it most, and one made for it. */

typedef struct {
    guint32 sample;
    int position; /* of the output, row by row, where it was strongest: a pixel, a step; else 0 */
    float value;
} FaltungExcitement;

/**
 * faltung_most_exciting:
 * @network: with room for any batch
 * @n: the first so many samples are tried
 * @layer: whose units: the features of a vector or a sequence, the channels of an image
 * @k: (inout): samples a unit; at most @n
 * @n_units: (out)
 *
 * Of several positions of a sample only the strongest counts. Returns: (transfer full): (units, k),
 * falling. Errors: as faltung_layer_outputs().
 */
FaltungExcitement *faltung_most_exciting(FaltungNetwork *network, const FaltungDataset *dataset,
                                         guint32 n, int layer, int *k, int *n_units,
                                         const FaltungAnalysisHooks *hooks, GError **error);

/* How a sample is made for a unit. */
typedef struct {
    int steps;
    double rate;  /* of a step, in parts of the range of the values */
    double decay; /* how much is drawn back to the start at each step */
    double blur;  /* of images: how much a pixel takes of its neighbours every fourth step */
} FaltungMaximization;

extern const FaltungKind faltung_maximization_kind;

/**
 * faltung_maximize: gradient ascent from @start (Erhan et al., "Visualizing Higher-Layer Features
 * of a Deep Network", 2009), kept smooth (Yosinski et al., "Understanding Neural Networks Through
 * Deep Visualization", 2015).
 * @low, @high: between which values stay
 * @sample: (out): input: the best on the way
 *
 * Returns: its score; NaN where cancelled, with the error.
 */
double faltung_maximize(FaltungSensitivity *sensitivity, int unit, const float *start, double low,
                        double high, const FaltungMaximization *how,
                        const FaltungAnalysisHooks *hooks, float *sample, GError **error);

/** faltung_mean_sample: where the ascent begins: the mean of the first 256 samples, as the network
 *  sees them, and the range of their values. Returns: (transfer full). */
float *faltung_mean_sample(const FaltungDataset *dataset, double *low, double *high);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/hooks.h"

/* Principal components: the directions in which samples vary most. */
typedef struct {
    int dims;          /* values of a sample */
    int n;             /* components */
    float *mean;       /* (dims) of the samples */
    float *directions; /* (n, dims), of norm 1; the entry of largest absolute value is positive */
    double *variances; /* (n), falling; divided by samples - 1 */
    double total;      /* the variances of all directions together */
} FaltungPca;

/**
 * faltung_pca_new:
 * @samples: (@n, @dims)
 * @components: at most; there are never more than @dims and @n - 1
 * @hooks: (nullable)
 *
 * Computed in float64, with the same bits on any number of threads: the covariance up to
 * FALTUNG_PCA_DENSE values a sample, and block subspace iteration with Rayleigh-Ritz (Halko,
 * Martinsson and Tropp, "Finding Structure with Randomness", 2011).
 *
 * Returns: (transfer full). Errors: fewer than two samples, a value that is not finite
 *   (%FALTUNG_ERROR_DATA), cancelled.
 */
FaltungPca *faltung_pca_new(const float *samples, guint32 n, int dims, int components, int threads,
                            const FaltungAnalysisHooks *hooks, GError **error);
void faltung_pca_free(FaltungPca *pca);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungPca, faltung_pca_free)

enum { FALTUNG_PCA_DENSE = 1024 };

/** faltung_pca_project: @projections: (out): (@n, components). */
void faltung_pca_project(const FaltungPca *pca, const float *samples, guint32 n, int threads,
                         float *projections);

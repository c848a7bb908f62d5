/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/hooks.h"
#include "core/base/options.h"

/*
 * t-SNE: samples of many values as points of a plane, in which near samples stay near (van der
 * Maaten and Hinton, "Visualizing Data using t-SNE", 2008), with the forces of far points taken
 * together by a quadtree (van der Maaten, "Accelerating t-SNE using Tree-Based Algorithms", 2014).
 */

typedef struct {
    double perplexity;   /* about how many neighbours a sample has */
    int iterations;      /* of gradient descent */
    double exaggeration; /* of the attraction in the first quarter of them */
    double rate;         /* of learning; 0: by the number of samples */
    double theta;        /* the size of a cell over its distance up to which it is one point; 0:
                            exact */
} FaltungTsneOptions;

extern const FaltungKind faltung_tsne_kind;

typedef struct {
    /* @part of the work is done, and the points are at @points: (n, 2), %NULL before there are
       any. Called on the thread that called. Returns: %FALSE to stop. */
    gboolean (*progress)(double part, const float *points, gpointer data);
    gpointer data;
} FaltungTsneHooks;

/**
 * faltung_tsne:
 * @samples: (@n, @dims); of more than FALTUNG_TSNE_DIMS values only the first so many principal
 *   components count
 * @options: of faltung_tsne_kind
 * @hooks: (nullable)
 * @divergence: (out) (optional): Kullback and Leibler's, which was made small, in nats
 *
 * Begins with the two principal components (Kobak and Berens, 2019), so nothing is random; the
 * same bits on any number of threads.
 *
 * Returns: (transfer full): (@n, 2). Errors: too few samples for the perplexity
 *   (%FALTUNG_ERROR_INPUT), values that are not finite (%FALTUNG_ERROR_DATA), cancelled.
 */
float *faltung_tsne(const float *samples, guint32 n, int dims, const FaltungTsneOptions *options,
                    int threads, const FaltungTsneHooks *hooks, double *divergence, GError **error);

enum { FALTUNG_TSNE_DIMS = 50 };

/**
 * faltung_nearest_class_agreement: Returns: how often the nearest other sample is of the same
 *   class, 0 to 1: how well an embedding keeps classes apart.
 * @points: (@n, @dims)
 * @classes: (@n)
 */
double faltung_nearest_class_agreement(const float *points, guint32 n, int dims,
                                       const gint32 *classes, int threads);

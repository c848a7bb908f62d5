/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/tsne.h"

/* The joint probabilities p_ij of samples that are neighbours: row by row, symmetric, of sum 1. */
typedef struct {
    int n;
    size_t *begin;  /* (n + 1) */
    int *neighbour; /* (begin[n]), rising in each row */
    float *p;       /* (begin[n]) */
} FaltungAffinities;

/** faltung_affinities_new: Returns: (transfer full): of @n samples; the widths of the Gaussians
 *  are such that the entropy of each row is log(@perplexity). */
FaltungAffinities *faltung_affinities_new(const float *samples, int n, int dims, double perplexity,
                                          int threads, const FaltungAnalysisHooks *hooks,
                                          GError **error);
void faltung_affinities_free(FaltungAffinities *affinities);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungAffinities, faltung_affinities_free)

/** FaltungRepulsion: the quadtree, with room for @n points. */
typedef struct FaltungRepulsion FaltungRepulsion;

FaltungRepulsion *faltung_repulsion_new(int n);
void faltung_repulsion_free(FaltungRepulsion *repulsion);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungRepulsion, faltung_repulsion_free)

/**
 * faltung_repulsion_measure: builds the tree of the points and sums over it.
 * @points: (n, 2)
 * @forces: (out): (n, 2): sum_j w_ij^2 (y_i - y_j), w_ij = 1 / (1 + |y_i - y_j|^2)
 *
 * Returns: Z, the sum of w_ij over all pairs i != j.
 */
double faltung_repulsion_measure(FaltungRepulsion *repulsion, const float *points, double theta,
                                 int threads, float *forces);

/** faltung_tsne_gradient: of the divergence, 4 sum_j (e p_ij - q_ij) w_ij (y_i - y_j), with
 *  attraction exaggerated e times. @gradient: (out): (n, 2). Returns: Z. */
double faltung_tsne_gradient(const FaltungAffinities *affinities, FaltungRepulsion *repulsion,
                             const float *points, double exaggeration, double theta, int threads,
                             float *gradient);

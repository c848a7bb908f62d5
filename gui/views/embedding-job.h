/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/hooks.h"
#include "gui/training/weights.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/** FaltungEmbeddingNews: @part of the work is done; @points: (nullable): (n, 2), on their way. On
 *  the thread that asked; never after a cancellation. */
typedef void (*FaltungEmbeddingNews)(double part, const float *points, guint32 n, gpointer data);

/* What a layer makes of validation samples, as points of a plane. */
typedef struct {
    /* what is wanted */
    FaltungWeights *weights;
    FaltungDataset *validation;
    int layer; /* FALTUNG_INPUT: the samples as the network sees them */
    gboolean tsne;
    int threads;
    FaltungEmbeddingNews news;
    gpointer news_data;
    GCancellable *cancellable; /* of the news */
    /* what was found */
    guint32 n;                                /* samples: the first so many */
    float *points;                            /* (n, 2) */
    gint32 *classes;                          /* (n); NULL: samples have none */
    double explained, divergence, perplexity; /* of principal components; of t-SNE; NaN */
    double agreement; /* how often the nearest other sample is of the same class; NaN */
} FaltungEmbedding;

void faltung_embedding_free(FaltungEmbedding *embedding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungEmbedding, faltung_embedding_free)

/** faltung_embedding_find: fills in what was found. Errors: those of the analyses. */
gboolean faltung_embedding_find(FaltungEmbedding *embedding, const FaltungAnalysisHooks *hooks,
                                GError **error);

G_END_DECLS

/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/embedding-job.h"

#include "analysis/outputs.h"
#include "analysis/pca.h"
#include "analysis/tsne.h"

#include <math.h>

#define BATCH 50
#define MOST_SAMPLES 5000
#define NEWS_EVERY (G_TIME_SPAN_SECOND / 10)

typedef struct {
    FaltungEmbedding *embedding;
    const FaltungAnalysisHooks *hooks;
    gint64 news_after;
    double begin, share; /* of the part under way in the whole */
} Order;

void faltung_embedding_free(FaltungEmbedding *embedding) {
    faltung_weights_unref(embedding->weights);
    faltung_dataset_unref(embedding->validation);
    g_free(embedding->points);
    g_free(embedding->classes);
    g_object_unref(embedding->cancellable);
    g_free(embedding);
}

/* --- on the thread --- */

typedef struct {
    FaltungEmbeddingNews news;
    gpointer data;
    GCancellable *cancellable;
    double part;
    float *points;
    guint32 n;
} Note;

static gboolean deliver(gpointer data) {
    Note *note = data;
    if (!g_cancellable_is_cancelled(note->cancellable)) {
        note->news(note->part, note->points, note->n, note->data);
    }
    g_object_unref(note->cancellable);
    g_free(note->points);
    g_free(note);
    return G_SOURCE_REMOVE;
}

static gboolean tell(double part, const float *points, gpointer data) {
    Order *order = data;
    gint64 now = g_get_monotonic_time();
    if (now >= order->news_after) {
        order->news_after = now + NEWS_EVERY;
        const FaltungEmbedding *embedding = order->embedding;
        guint32 n = embedding->n;
        Note *note = g_new(Note, 1);
        *note = (Note){embedding->news,
                       embedding->news_data,
                       g_object_ref(embedding->cancellable),
                       order->begin + order->share * part,
                       points != NULL ? g_memdup2(points, 2 * n * sizeof(float)) : NULL,
                       n};
        g_idle_add(deliver, note);
    }
    return order->hooks->progress(part, order->hooks->data);
}

static gboolean tell_part(double part, gpointer data) {
    return tell(part, NULL, data);
}

static float *project(FaltungEmbedding *embedding, const float *outputs, int dims,
                      const FaltungAnalysisHooks *hooks, GError **error) {
    guint32 n = embedding->n;
    g_autoptr(FaltungPca) pca =
        faltung_pca_new(outputs, n, dims, 2, embedding->threads, hooks, error);
    if (pca == NULL) {
        return NULL;
    }
    g_autofree float *projections = g_new(float, (size_t)n * pca->n);
    faltung_pca_project(pca, outputs, n, embedding->threads, projections);
    float *points = g_new0(float, 2 * (size_t)n);
    double explained = 0;
    for (int k = 0; k < MIN(pca->n, 2); k++) {
        explained += pca->variances[k];
        for (guint32 i = 0; i < n; i++) {
            points[2 * (size_t)i + k] = projections[(size_t)i * pca->n + k];
        }
    }
    embedding->explained = pca->total > 0 ? explained / pca->total : 0;
    return points;
}

static float *arrange(FaltungEmbedding *embedding, const float *outputs, int dims, Order *order,
                      GError **error) {
    FaltungTsneOptions *options = faltung_options_new(&faltung_tsne_kind);
    options->perplexity = MIN(options->perplexity, MAX((embedding->n - 1) / 3, 1));
    embedding->perplexity = options->perplexity;
    const FaltungTsneHooks hooks = {tell, order};
    float *points = faltung_tsne(outputs, embedding->n, dims, options, embedding->threads, &hooks,
                                 &embedding->divergence, error);
    faltung_options_free(&faltung_tsne_kind, options);
    return points;
}

static void find_classes(FaltungEmbedding *embedding) {
    if (!faltung_dataset_is_classified(embedding->validation)) {
        return;
    }
    embedding->classes = g_new(gint32, MAX(embedding->n, 1));
    for (guint32 i = 0; i < embedding->n; i++) {
        embedding->classes[i] = faltung_dataset_class(embedding->validation, i);
    }
    embedding->agreement = faltung_nearest_class_agreement(embedding->points, embedding->n, 2,
                                                           embedding->classes, embedding->threads);
}

gboolean faltung_embedding_find(FaltungEmbedding *embedding, const FaltungAnalysisHooks *hooks,
                                GError **error) {
    Order order = {embedding, hooks, 0, 0, embedding->tsne ? 0.05 : 0.5};
    const FaltungAnalysisHooks parts = {tell_part, &order};
    embedding->explained = embedding->divergence = NAN;
    embedding->perplexity = embedding->agreement = NAN;
    g_autoptr(FaltungNetwork) network =
        faltung_weights_network(embedding->weights, BATCH, 0, embedding->threads);
    embedding->threads = faltung_network_threads(network);
    embedding->n = MIN(faltung_dataset_size(embedding->validation), MOST_SAMPLES);
    int dims = (int)faltung_shape_size(faltung_layer_shape(network, embedding->layer));
    g_autofree float *outputs = faltung_layer_outputs(
        network, embedding->validation, NULL, embedding->n, embedding->layer, &parts, error);
    if (outputs == NULL) {
        return FALSE;
    }
    order.begin = order.share;
    order.share = 1 - order.begin;
    embedding->points = embedding->tsne ? arrange(embedding, outputs, dims, &order, error)
                                        : project(embedding, outputs, dims, &parts, error);
    if (embedding->points == NULL) {
        return FALSE;
    }
    find_classes(embedding);
    return TRUE;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/outputs.h"
#include "analysis/pca.h"
#include "analysis/tsne.h"
#include "core/base/error.h"
#include "experiments/inspect/inspect.h"
#include "experiments/load-run.h"

#include <string.h>

enum { MOST_SAMPLES = 10000 };

/* A layer's outputs for many samples as points of a plane. */
typedef struct {
    guint32 n;
    float *points;   /* (n, 2) */
    gint32 *classes; /* (n); NULL where samples have none */
    int n_classes;
    const char *const *names; /* (nullable): of the classes */
    char *title;
} Embedding;

static void embedding_free(gpointer data) {
    Embedding *embedding = data;
    g_free(embedding->points);
    g_free(embedding->classes);
    g_free(embedding->title);
    g_free(embedding);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Embedding, embedding_free)

static const char *const methods[] = {"pca", "tsne", NULL};

static gboolean check_method(const FaltungInspection *inspection, GError **error) {
    if (!inspection->method || g_strv_contains(methods, inspection->method))
        return TRUE;
    return faltung_fail(error, FALTUNG_ERROR_INPUT,
                        "--method: there is no embedding `%s`; expected are pca and tsne",
                        inspection->method);
}

/* What a classifier makes its decision of, an autoencoder's last step before it paints. */
static int choose_layer(const FaltungInspection *inspection) {
    int last = inspection->experiment->graph->layers->len - 1;
    return inspection->layer == FALTUNG_NO_LAYER ? last - 1 : inspection->layer;
}

static float *project(FaltungInspection *inspection, const float *outputs, guint32 n, int dims,
                      const FaltungAnalysisHooks *hooks, GError **error) {
    g_autoptr(FaltungPca) pca =
        faltung_pca_new(outputs, n, dims, 2, inspection->threads, hooks, error);
    if (!pca)
        return NULL;
    g_autofree float *projections = g_new(float, (size_t)n * pca->n);
    faltung_pca_project(pca, outputs, n, inspection->threads, projections);
    float *points = g_new0(float, 2 * (size_t)n);
    double explained = 0;
    for (int k = 0; k < MIN(pca->n, 2); k++) {
        explained += pca->variances[k];
        for (guint32 i = 0; i < n; i++)
            points[2 * (size_t)i + k] = projections[(size_t)i * pca->n + k];
    }
    faltung_inspection_figure(inspection, "explained_variance",
                              pca->total > 0 ? explained / pca->total : 0);
    return points;
}

static gboolean tell(double part, const float *points, gpointer data) {
    const FaltungAnalysisHooks *hooks = data;
    return hooks->progress(part, hooks->data);
}

static float *embed(FaltungInspection *inspection, const float *outputs, guint32 n, int dims,
                    GError **error) {
    FaltungAnalysisHooks hooks = faltung_inspection_hooks(inspection);
    if (g_strcmp0(inspection->method, "tsne") != 0)
        return project(inspection, outputs, n, dims, &hooks, error);
    FaltungTsneOptions *options = faltung_options_new(&faltung_tsne_kind);
    options->perplexity = MIN(options->perplexity, MAX((n - 1) / 3, 1));
    FaltungTsneHooks told = {tell, &hooks};
    double divergence = 0;
    float *points =
        faltung_tsne(outputs, n, dims, options, inspection->threads, &told, &divergence, error);
    if (points) {
        faltung_inspection_figure(inspection, "divergence", divergence);
        faltung_inspection_figure(inspection, "perplexity", options->perplexity);
    }
    faltung_options_free(&faltung_tsne_kind, options);
    return points;
}

static void find_classes(Embedding *embedding, const FaltungDataset *dataset) {
    if (!faltung_dataset_is_classified(dataset))
        return;
    embedding->n_classes = faltung_dataset_n_classes(dataset);
    embedding->names = faltung_dataset_class_names(dataset);
    embedding->classes = g_new(gint32, embedding->n);
    for (guint32 i = 0; i < embedding->n; i++)
        embedding->classes[i] = faltung_dataset_class(dataset, i);
}

static gpointer compute(FaltungInspection *inspection, GError **error) {
    FaltungDataset *dataset =
        check_method(inspection, error) ? faltung_inspection_data(inspection, error) : NULL;
    if (!dataset)
        return NULL;
    g_autoptr(FaltungNetwork) network = faltung_inspection_network(inspection, error);
    if (!network)
        return NULL;
    int layer = choose_layer(inspection);
    g_autoptr(Embedding) embedding = g_new0(Embedding, 1);
    embedding->n = faltung_inspection_n_samples(inspection, MOST_SAMPLES);
    FaltungAnalysisHooks hooks = faltung_inspection_hooks(inspection);
    g_autofree float *outputs =
        faltung_layer_outputs(network, dataset, NULL, embedding->n, layer, &hooks, error);
    if (!outputs)
        return NULL;
    int dims = faltung_shape_size(faltung_layer_shape(network, layer));
    embedding->points = embed(inspection, outputs, embedding->n, dims, error);
    if (!embedding->points)
        return NULL;
    find_classes(embedding, dataset);
    if (embedding->classes)
        faltung_inspection_figure(inspection, "nearest_of_class",
                                  faltung_nearest_class_agreement(embedding->points, embedding->n,
                                                                  2, embedding->classes,
                                                                  inspection->threads));
    embedding->title = g_strdup_printf(
        "%s: %s of %s, %u samples", inspection->experiment->name,
        g_strcmp0(inspection->method, "tsne") == 0 ? "t-SNE" : "principal components",
        layer == FALTUNG_INPUT ? "the input" : faltung_inspection_layer(inspection, layer)->name,
        embedding->n);
    return g_steal_pointer(&embedding);
}

static FaltungTextTable *tabulate(FaltungInspection *inspection, GError **error) {
    const Embedding *embedding = inspection->result;
    const char *const header[] = {"sample", "x", "y", embedding->classes ? "class" : NULL, NULL};
    FaltungTextTable *table = faltung_text_table_new(header);
    for (guint32 i = 0; i < embedding->n; i++) {
        faltung_text_table_row(table);
        faltung_text_table_cellf(table, "%u", i);
        faltung_text_table_cellf(table, "%.6g", embedding->points[2 * (size_t)i]);
        faltung_text_table_cellf(table, "%.6g", embedding->points[2 * (size_t)i + 1]);
        if (!embedding->classes)
            continue;
        if (embedding->names)
            faltung_text_table_cell(table, embedding->names[embedding->classes[i]]);
        else
            faltung_text_table_cellf(table, "%d", embedding->classes[i]);
    }
    return table;
}

#ifdef FALTUNG_HAVE_DRAW

#include "draw/scatter.h"
#include "experiments/inspect/inspect-picture.h"

static void draw_points(cairo_t *cr, const FaltungTheme *theme, double width, double height,
                        gconstpointer data) {
    faltung_scatter_draw(cr, theme, data, (FaltungRect){0, 0, width, height});
}

static gboolean draw_view(FaltungInspection *inspection, GError **error) {
    const Embedding *embedding = inspection->result;
    FaltungScatter scatter = {
        .points = embedding->points,
        .n = embedding->n,
        .classes = embedding->classes,
        .names = embedding->names,
        .n_classes = embedding->n_classes,
        .title = embedding->title,
        .selected = -1,
    };
    int layer = choose_layer(inspection);
    FaltungPictureName name = {
        "embedding",
        layer == FALTUNG_INPUT ? "input" : faltung_inspection_layer(inspection, layer)->name,
        inspection->method ? inspection->method : methods[0],
    };
    return faltung_inspection_draw(inspection, &name, 800, 640, 2, draw_points, &scatter, error);
}

#else
#define draw_view NULL
#endif

const FaltungView faltung_view_embedding = {
    .name = "embedding",
    .summary = "a layer's outputs for many samples as points of a plane",
    .compute = compute,
    .free_result = embedding_free,
    .tabulate = tabulate,
    .draw = draw_view,
    .on_request = TRUE,
};

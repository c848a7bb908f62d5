/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/latent.h"
#include "analysis/outputs.h"
#include "analysis/predictions.h"
#include "core/base/error.h"
#include "experiments/inspect/inspect.h"
#include "experiments/load-run.h"

/* --what code: a layer's output for every sample; --what reconstruction: what an autoencoder makes
   of them. */

/* -- reconstruction ------------------------------------------------------------------------- */

static gpointer compute_reconstruction(FaltungInspection *inspection, GError **error) {
    FaltungDataset *dataset = faltung_inspection_autoencoder(inspection, error);
    if (!dataset)
        return NULL;
    g_autoptr(FaltungNetwork) network = faltung_inspection_network(inspection, error);
    if (!network)
        return NULL;
    FaltungAnalysisHooks hooks = faltung_inspection_hooks(inspection);
    FaltungPredictions *all = faltung_predictions_new(
        network, NULL, dataset, faltung_inspection_n_samples(inspection, G_MAXUINT32), &hooks,
        error);
    double sum = 0;
    for (size_t i = 0; all && i < all->rows; i++)
        sum += all->errors[i] / all->rows;
    if (all)
        faltung_inspection_figure(inspection, "mse", sum);
    return all;
}

static void free_predictions(gpointer data) {
    faltung_predictions_unref(data);
}

static void add_class(const FaltungInspection *inspection, FaltungTextTable *table, guint32 i) {
    const char *const *names = faltung_dataset_class_names(inspection->data);
    int class = faltung_dataset_class(inspection->data, i);
    if (class < 0)
        faltung_text_table_cell(table, "-");
    else if (names)
        faltung_text_table_cell(table, names[class]);
    else
        faltung_text_table_cellf(table, "%d", class);
}

/* With --sample: value by value. */
static FaltungTextTable *tabulate_sample(const FaltungPredictions *all, int sample) {
    static const char *const header[] = {"value", "input", "reconstruction", NULL};
    FaltungTextTable *table = faltung_text_table_new(header);
    for (int k = 0; k < all->width; k++) {
        size_t at = (size_t)sample * all->width + k;
        faltung_text_table_row(table);
        faltung_text_table_cellf(table, "%d", k);
        faltung_text_table_cellf(table, "%.6g", all->targets[at]);
        faltung_text_table_cellf(table, "%.6g", all->outputs[at]);
    }
    return table;
}

static FaltungTextTable *tabulate_reconstruction(FaltungInspection *inspection, GError **error) {
    const FaltungPredictions *all = inspection->result;
    if (inspection->sample >= (gint64)all->samples) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "there is no sample %d: samples 0 to %u were taken", inspection->sample,
                     all->samples - 1);
        return NULL;
    }
    if (inspection->sample >= 0)
        return tabulate_sample(all, inspection->sample);
    static const char *const header[] = {"sample", "class", "mse", NULL};
    FaltungTextTable *table = faltung_text_table_new(header);
    for (guint32 i = 0; i < all->samples; i++) {
        faltung_text_table_row(table);
        faltung_text_table_cellf(table, "%u", i);
        add_class(inspection, table, i);
        faltung_text_table_cellf(table, "%.6g", all->errors[i]);
    }
    return table;
}

/* -- code ----------------------------------------------------------------------------------- */

typedef struct {
    guint32 n;
    int size;
    float *values; /* (n, size) */
    int layer;
} Codes;

static void codes_free(gpointer data) {
    Codes *codes = data;
    g_free(codes->values);
    g_free(codes);
}

/* The one asked for, or where the network is narrowest. */
static int choose_layer(const FaltungInspection *inspection) {
    return inspection->layer != FALTUNG_NO_LAYER
               ? inspection->layer
               : faltung_narrowest_layer(inspection->experiment->graph);
}

static gpointer compute_codes(FaltungInspection *inspection, GError **error) {
    g_autoptr(FaltungNetwork) network = faltung_inspection_network_for_data(inspection, error);
    if (!network)
        return NULL;
    FaltungAnalysisHooks hooks = faltung_inspection_hooks(inspection);
    int layer = choose_layer(inspection);
    guint32 n = faltung_inspection_n_samples(inspection, G_MAXUINT32);
    float *values = faltung_layer_outputs(network, inspection->data, NULL, n, layer, &hooks, error);
    if (!values)
        return NULL;
    Codes *codes = g_new0(Codes, 1);
    *codes = (Codes){n, faltung_shape_size(faltung_layer_shape(network, layer)), values, layer};
    return codes;
}

static FaltungTextTable *tabulate_codes(FaltungInspection *inspection, GError **error) {
    const Codes *codes = inspection->result;
    g_autoptr(GPtrArray) header = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(header, g_strdup("sample"));
    g_ptr_array_add(header, g_strdup("class"));
    for (int k = 0; k < codes->size; k++)
        g_ptr_array_add(header, g_strdup_printf("code_%d", k));
    g_ptr_array_add(header, NULL);
    FaltungTextTable *table = faltung_text_table_new((const char *const *)header->pdata);
    for (guint32 i = 0; i < codes->n; i++) {
        faltung_text_table_row(table);
        faltung_text_table_cellf(table, "%u", i);
        add_class(inspection, table, i);
        for (int k = 0; k < codes->size; k++)
            faltung_text_table_cellf(table, "%.6g", codes->values[(size_t)i * codes->size + k]);
    }
    return table;
}

/* -- pictures ------------------------------------------------------------------------------- */

#ifdef FALTUNG_HAVE_DRAW

#include "draw/scatter.h"
#include "experiments/inspect/inspect-picture.h"

/* Inputs in one row, reconstructions below them. */
static gboolean draw_reconstruction(FaltungInspection *inspection, GError **error) {
    enum { COLUMNS = 10 };
    const FaltungPredictions *all = inspection->result;
    guint32 first = MAX(inspection->sample, 0);
    int n = MIN(COLUMNS, all->samples - first);
    g_autofree guint32 *samples = g_new(guint32, 2 * n);
    g_autofree const float **replaced = g_new0(const float *, 2 * n);
    g_autoptr(GPtrArray) captions = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < 2 * n; i++) {
        samples[i] = first + i % n;
        if (i >= n)
            replaced[i] = all->outputs + (size_t)samples[i] * all->width;
        g_ptr_array_add(captions, i < n ? g_strdup_printf("%u", samples[i])
                                        : g_strdup_printf("mse %.3g", all->errors[samples[i]]));
    }
    FaltungPictureName name = {"reconstruction"};
    FaltungSheetOfSamples sheet = {
        .n = 2 * n,
        .samples = samples,
        .values = replaced,
        .captions = (const char *const *)captions->pdata,
        .columns = n,
    };
    return faltung_inspection_draw_samples(inspection, &name, &sheet, error);
}

static void draw_points(cairo_t *cr, const FaltungTheme *theme, double width, double height,
                        gconstpointer data) {
    faltung_scatter_draw(cr, theme, data, (FaltungRect){0, 0, width, height});
}

/* A code of two values is a point of the plane; of others a row a sample. */
static gboolean draw_codes(FaltungInspection *inspection, GError **error) {
    const Codes *codes = inspection->result;
    const FaltungDataset *dataset = inspection->data;
    FaltungPictureName name = {"code",
                               codes->layer == FALTUNG_INPUT
                                   ? "input"
                                   : faltung_inspection_layer(inspection, codes->layer)->name};
    if (codes->size != 2) {
        FaltungMaps maps = faltung_maps(codes->values, 1, MIN(codes->n, 400), codes->size);
        return faltung_inspection_draw_maps(inspection, &name, &maps, FALTUNG_COLORMAP_VIRIDIS, 0,
                                            error);
    }
    gboolean classified = faltung_dataset_is_classified(dataset);
    g_autofree gint32 *classes = classified ? g_new(gint32, codes->n) : NULL;
    for (guint32 i = 0; classified && i < codes->n; i++)
        classes[i] = faltung_dataset_class(dataset, i);
    FaltungScatter scatter = {
        .points = codes->values,
        .n = codes->n,
        .classes = classes,
        .names = faltung_dataset_class_names(dataset),
        .n_classes = classified ? faltung_dataset_n_classes(dataset) : 0,
        .title = inspection->experiment->name,
        .selected = -1,
    };
    return faltung_inspection_draw(inspection, &name, 800, 640, 2, draw_points, &scatter, error);
}

#else
#define draw_reconstruction NULL
#define draw_codes NULL
#endif

const FaltungView faltung_view_reconstruction = {
    .name = "reconstruction",
    .summary = "what an autoencoder makes of the samples",
    .compute = compute_reconstruction,
    .free_result = free_predictions,
    .tabulate = tabulate_reconstruction,
    .draw = draw_reconstruction,
    .on_request = TRUE,
};

const FaltungView faltung_view_code = {
    .name = "code",
    .summary = "a layer's output for every sample, of the narrowest layer where none is named",
    .compute = compute_codes,
    .free_result = codes_free,
    .tabulate = tabulate_codes,
    .draw = draw_codes,
    .on_request = TRUE,
};

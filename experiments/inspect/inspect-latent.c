/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/latent.h"
#include "core/base/error.h"
#include "experiments/inspect/inspect.h"
#include "experiments/load-run.h"

#include <string.h>

/* --what latent: what an autoencoder's decoder makes of codes: of two values a grid of them, of
   more the ways from sample to sample, and codes drawn at random. */

enum { SIDE = 12, STEPS = 9, WALKS = 5, DRAWN = 2 * STEPS };

typedef struct {
    FaltungLatent *latent;
    int n, columns;
    float *codes;      /* (n, size) */
    size_t output;     /* values of an output */
    float *outputs;    /* (n, output) */
    const char **kind; /* (n): grid, walk, drawn */
} Decoded;

static void decoded_free(gpointer data) {
    Decoded *decoded = data;
    g_clear_pointer(&decoded->latent, faltung_latent_free);
    g_free(decoded->codes);
    g_free(decoded->outputs);
    g_free(decoded->kind);
    g_free(decoded);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Decoded, decoded_free)

static void make_room(Decoded *decoded, int n, int columns) {
    decoded->n = n;
    decoded->columns = columns;
    decoded->codes = g_new(float, (size_t)n * decoded->latent->size);
    decoded->kind = g_new(const char *, n);
}

/* The first value grows from left to right, the second from below. */
static void lay_grid(Decoded *decoded) {
    const FaltungLatent *latent = decoded->latent;
    make_room(decoded, SIDE * SIDE, SIDE);
    for (int i = 0; i < SIDE * SIDE; i++) {
        float x = (float)(i % SIDE) / (SIDE - 1), y = 1 - (float)(i / SIDE) / (SIDE - 1);
        decoded->codes[2 * i] = latent->low[0] + x * (latent->high[0] - latent->low[0]);
        decoded->codes[2 * i + 1] = latent->low[1] + y * (latent->high[1] - latent->low[1]);
        decoded->kind[i] = "grid";
    }
}

/* From each of the first samples to the next, then what is drawn. */
static void walk_and_draw(Decoded *decoded, gboolean standard) {
    const FaltungLatent *latent = decoded->latent;
    int size = latent->size, walks = MIN(WALKS, (int)MIN(latent->n, WALKS + 1) - 1);
    make_room(decoded, walks * STEPS + DRAWN, STEPS);
    for (int i = 0; i < walks * STEPS; i++) {
        const float *from = latent->codes + (size_t)(i / STEPS) * size, *to = from + size;
        float t = (float)(i % STEPS) / (STEPS - 1);
        for (int k = 0; k < size; k++)
            decoded->codes[(size_t)i * size + k] = from[k] + t * (to[k] - from[k]);
        decoded->kind[i] = "walk";
    }
    faltung_latent_draw(latent, 1, DRAWN, standard, decoded->codes + (size_t)walks * STEPS * size);
    for (int i = walks * STEPS; i < decoded->n; i++)
        decoded->kind[i] = "drawn";
}

static gpointer compute(FaltungInspection *inspection, GError **error) {
    FaltungDataset *dataset = faltung_inspection_autoencoder(inspection, error);
    if (!dataset)
        return NULL;
    g_autoptr(FaltungNetwork) network = faltung_inspection_network(inspection, error);
    if (!network)
        return NULL;
    FaltungAnalysisHooks hooks = faltung_inspection_hooks(inspection);
    g_autoptr(Decoded) decoded = g_new0(Decoded, 1);
    decoded->latent =
        faltung_latent_new(network, dataset, faltung_inspection_n_samples(inspection, G_MAXUINT32),
                           inspection->layer == FALTUNG_NO_LAYER
                               ? faltung_narrowest_layer(inspection->experiment->graph)
                               : inspection->layer,
                           &hooks, error);
    if (!decoded->latent)
        return NULL;
    if (decoded->latent->size == 2)
        lay_grid(decoded);
    else
        walk_and_draw(decoded, faltung_codes_are_standard(inspection->experiment->graph,
                                                          decoded->latent->layer));
    decoded->output = faltung_shape_size(faltung_graph_output(inspection->experiment->graph));
    decoded->outputs = g_new(float, decoded->n * decoded->output);
    faltung_latent_decode(decoded->latent, decoded->n, decoded->codes, decoded->outputs);
    return g_steal_pointer(&decoded);
}

static FaltungTextTable *tabulate(FaltungInspection *inspection, GError **error) {
    const Decoded *decoded = inspection->result;
    int size = decoded->latent->size;
    g_autoptr(GPtrArray) header = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(header, g_strdup("number"));
    g_ptr_array_add(header, g_strdup("of"));
    for (int k = 0; k < size; k++)
        g_ptr_array_add(header, g_strdup_printf("code_%d", k));
    for (size_t k = 0; k < decoded->output; k++)
        g_ptr_array_add(header, g_strdup_printf("output_%zu", k));
    g_ptr_array_add(header, NULL);
    FaltungTextTable *table = faltung_text_table_new((const char *const *)header->pdata);
    for (int i = 0; i < decoded->n; i++) {
        faltung_text_table_row(table);
        faltung_text_table_cellf(table, "%d", i);
        faltung_text_table_cell(table, decoded->kind[i]);
        for (int k = 0; k < size; k++)
            faltung_text_table_cellf(table, "%.6g", decoded->codes[(size_t)i * size + k]);
        for (size_t k = 0; k < decoded->output; k++)
            faltung_text_table_cellf(table, "%.6g", decoded->outputs[i * decoded->output + k]);
    }
    return table;
}

#ifdef FALTUNG_HAVE_DRAW

#include "experiments/inspect/inspect-picture.h"

static gboolean draw_view(FaltungInspection *inspection, GError **error) {
    const Decoded *decoded = inspection->result;
    g_autofree const float **values = g_new(const float *, decoded->n);
    g_autofree const char **captions = g_new0(const char *, decoded->n);
    for (int i = 0; i < decoded->n; i++) {
        values[i] = decoded->outputs + i * decoded->output;
        if (strcmp(decoded->kind[i], "grid") != 0)
            captions[i] = decoded->kind[i];
    }
    const FaltungLayer *layer = faltung_inspection_layer(inspection, decoded->latent->layer);
    FaltungPictureName name = {"latent", layer->name};
    FaltungSheetOfSamples sheet = {
        .n = decoded->n,
        .columns = decoded->columns,
        .values = values,
        .captions = captions,
        .title = inspection->experiment->name,
        .cell = 56,
    };
    return faltung_inspection_draw_samples(inspection, &name, &sheet, error);
}

#else
#define draw_view NULL
#endif

const FaltungView faltung_view_latent = {
    .name = "latent",
    .summary = "what an autoencoder's decoder makes of codes",
    .compute = compute,
    .free_result = decoded_free,
    .tabulate = tabulate,
    .draw = draw_view,
    .on_request = TRUE,
};

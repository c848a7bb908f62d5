/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/compare.h"
#include "core/base/error.h"
#include "experiments/inspect/inspect.h"
#include "experiments/load-run.h"

#include <string.h>

/* Two runs, or two moments of one, on the same sample: A is the run that is inspected at its
   moment, B the other. */

typedef struct {
    FaltungRun *other; /* (nullable): another file */
    FaltungNetwork *network;
} Other;

static void other_clear(Other *other) {
    g_clear_pointer(&other->other, faltung_run_free);
    g_clear_pointer(&other->network, faltung_network_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Other, other_clear)

static gboolean open_other(FaltungInspection *inspection, Other *other, GError **error) {
    const FaltungRun *run = inspection->run;
    if (inspection->with) {
        run = other->other = faltung_run_open(inspection->with, error);
        if (!run)
            return FALSE;
    } else if (inspection->with_moment < 0) {
        return faltung_fail(
            error, FALTUNG_ERROR_INPUT,
            "compare needs another run, --with RUN.h5, or another moment, --with-moment M");
    }
    if (strcmp(faltung_run_data_checksum(run), faltung_run_data_checksum(inspection->run)) != 0)
        return faltung_fail(
            error, FALTUNG_ERROR_DATA,
            "%s was trained with other data: there is no sample that both have seen alike",
            inspection->with);
    int n = faltung_run_n_moments(run);
    if (inspection->with_moment >= n)
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "--with-moment: there is no moment %d; %s has moments 0 to %d",
                            inspection->with_moment, faltung_run_path(run), n - 1);
    const FaltungExperiment *experiment = faltung_run_experiment(run, error);
    if (!experiment)
        return FALSE;
    other->network = faltung_network_new(experiment->graph, experiment->train->seed, 1,
                                         FALTUNG_NETWORK_KEEPS_OUTPUTS, 1);
    return faltung_run_load_weights(run, inspection->with_moment, other->network, error);
}

/* A tensor of a layer of both. */
typedef struct {
    int layer;
    FaltungCompared *compared;
} Row;

static void row_free(gpointer data) {
    Row *row = data;
    faltung_compared_free(row->compared);
    g_free(row);
}

/* Layers of all names that both have; one that is asked for must be there. */
static gpointer compute(FaltungInspection *inspection, GError **error) {
    g_auto(Other) other = {0};
    if (!open_other(inspection, &other, error) || !faltung_inspection_forward(inspection, error) ||
        !faltung_compare_forward(inspection->network, other.network, inspection->input, error))
        return NULL;
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(row_free);
    for (guint i = 0; i < inspection->experiment->graph->layers->len; i++) {
        if (!faltung_inspection_includes(inspection, i))
            continue;
        g_autoptr(GError) problem = NULL;
        g_autoptr(GPtrArray) all =
            faltung_compare_layer(inspection->network, other.network, i, &problem);
        if (!all && inspection->layer >= 0) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return NULL;
        }
        g_ptr_array_set_free_func(all, NULL);
        for (guint k = 0; all && k < all->len; k++) {
            Row *row = g_new(Row, 1);
            *row = (Row){i, all->pdata[k]};
            g_ptr_array_add(rows, row);
        }
    }
    return g_steal_pointer(&rows);
}

/* Of a layer that is asked for every value, else a line a tensor. */
static FaltungTextTable *tabulate(FaltungInspection *inspection, GError **error) {
    const GPtrArray *rows = inspection->result;
    const char *const summary[] = {"layer",        "tensor",        "rms of A", "rms of B",
                                   "rms of B - A", "largest B - A", NULL};
    const char *const detail[] = {"tensor", "index", "A", "B", "B - A", NULL};
    gboolean values = inspection->layer >= 0;
    FaltungTextTable *table = faltung_text_table_new(values ? detail : summary);
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = rows->pdata[i];
        const FaltungCompared *is = row->compared;
        for (size_t k = 0; values && k < is->n; k++) {
            faltung_text_table_row(table);
            faltung_text_table_cell(table, is->name);
            faltung_text_table_cellf(table, "%zu", k);
            faltung_text_table_cellf(table, "%.9g", is->a[k]);
            faltung_text_table_cellf(table, "%.9g", is->b[k]);
            faltung_text_table_cellf(table, "%.9g", is->difference[k]);
        }
        if (values)
            continue;
        faltung_text_table_row(table);
        faltung_text_table_cell(table, faltung_inspection_layer(inspection, row->layer)->name);
        faltung_text_table_cell(table, is->name);
        faltung_text_table_cellf(table, "%.6g", is->rms_a);
        faltung_text_table_cellf(table, "%.6g", is->rms_b);
        faltung_text_table_cellf(table, "%.6g", is->rms_difference);
        faltung_text_table_cellf(table, "%.6g", is->largest_difference);
    }
    return table;
}

#ifdef FALTUNG_HAVE_DRAW

#include "draw/comparison.h"
#include "experiments/inspect/inspect-picture.h"

static gboolean draw_compared(FaltungInspection *inspection, const char *layer,
                              const FaltungCompared *compared, GError **error) {
    FaltungSheetPicture pictures[FALTUNG_COMPARISON_PICTURES];
    float *planes[FALTUNG_COMPARISON_PICTURES];
    faltung_comparison_pictures(compared, faltung_theme(inspection->dark), pictures, planes);
    pictures[0].caption = "A";
    pictures[1].caption = "B";
    pictures[2].caption = "B \342\210\222 A";
    FaltungSheet sheet = {pictures, FALTUNG_COMPARISON_PICTURES, FALTUNG_COMPARISON_PICTURES, 240};
    FaltungPictureName name = {"compare", layer, compared->name};
    gboolean good = faltung_inspection_draw_sheet(inspection, &name, &sheet, error);
    for (int i = 0; i < FALTUNG_COMPARISON_PICTURES; i++)
        g_free(planes[i]);
    return good;
}

static gboolean draw_view(FaltungInspection *inspection, GError **error) {
    const GPtrArray *rows = inspection->result;
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = rows->pdata[i];
        const char *layer = faltung_inspection_layer(inspection, row->layer)->name;
        if (!draw_compared(inspection, layer, row->compared, error))
            return FALSE;
    }
    return TRUE;
}

#else
#define draw_view NULL
#endif

const FaltungView faltung_view_compare = {
    .name = "compare",
    .summary = "two runs, or two moments, on the same sample, and the difference",
    .compute = compute,
    .free_result = (GDestroyNotify)g_ptr_array_unref,
    .tabulate = tabulate,
    .draw = draw_view,
    .on_request = TRUE,
};

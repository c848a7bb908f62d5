/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/walk.h"

#include "experiments/inspect/inspect.h"

#include <math.h>

/* --what walk: one sample forward and back; of all layers a row a tensor, of one a row a value. */

static double rate_of_moment(const FaltungInspection *inspection) {
    size_t n = 0;
    const double *rates = faltung_run_column(inspection->run, "epoch", "lr", &n);
    size_t last = inspection->moment < 0 ? n : (size_t)inspection->moment + 1;
    return rates && n > 0 ? rates[MIN(last, n) - 1] : NAN;
}

static gpointer compute(FaltungInspection *inspection, GError **error) {
    FaltungDataset *dataset = faltung_inspection_data(inspection, error);
    guint32 index = MAX(inspection->sample, 0);
    if (!dataset || !faltung_inspection_has_sample(inspection, index, error))
        return NULL;
    g_autoptr(FaltungNetwork) network = faltung_inspection_network(inspection, error);
    if (!network)
        return NULL;
    FaltungWalk *walk = faltung_walk_new(inspection->experiment, network, dataset, index,
                                         rate_of_moment(inspection), error);
    if (!walk)
        return NULL;
    faltung_inspection_figure(inspection, "loss", faltung_walk_loss(walk));
    faltung_inspection_figure(inspection, "lr", faltung_walk_learning_rate(walk));
    return walk;
}

static void free_walk(gpointer data) {
    faltung_walk_free(data);
}

static void add_values(FaltungTextTable *table, const char *title,
                       const FaltungWalkTensor *tensor) {
    size_t n = faltung_shape_size(&tensor->shape);
    for (size_t i = 0; i < n; i++) {
        g_autofree char *place = faltung_inspection_place(&tensor->shape, i);
        faltung_text_table_row(table);
        faltung_text_table_cell(table, title);
        faltung_text_table_cell(table, tensor->name);
        faltung_text_table_cell(table, place);
        faltung_text_table_cellf(table, "%.9g", tensor->values[i]);
    }
}

static void add_summary(FaltungTextTable *table, const char *title,
                        const FaltungWalkTensor *tensor) {
    size_t n = faltung_shape_size(&tensor->shape);
    double sum = 0.0, squares = 0.0, minimum = INFINITY, maximum = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        sum += tensor->values[i];
        squares += tensor->values[i] * tensor->values[i];
        minimum = fmin(minimum, tensor->values[i]);
        maximum = fmax(maximum, tensor->values[i]);
    }
    g_autofree char *shape = faltung_shape_format(&tensor->shape);
    const double figures[] = {sum / n, minimum, maximum, sqrt(squares)};
    faltung_text_table_row(table);
    faltung_text_table_cell(table, title);
    faltung_text_table_cell(table, tensor->name);
    faltung_text_table_cell(table, shape);
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++)
        faltung_text_table_cellf(table, "%.6g", figures[i]);
}

static FaltungTextTable *tabulate(FaltungInspection *inspection, GError **error) {
    static const char *const of_one[] = {"stop", "tensor", "place", "value", NULL};
    static const char *const of_all[] = {"stop",    "tensor",  "shape", "mean",
                                         "minimum", "maximum", "norm",  NULL};
    const FaltungWalk *walk = inspection->result;
    gboolean all = inspection->layer == FALTUNG_NO_LAYER;
    FaltungTextTable *table = faltung_text_table_new(all ? of_all : of_one);
    int n;
    const FaltungStop *stops = faltung_walk_stops(walk, &n);
    for (int i = 0; i < n; i++) {
        if (!all && (stops[i].layer != inspection->layer || stops[i].kind == FALTUNG_STOP_LOSS))
            continue;
        g_autofree char *title = faltung_stop_title(walk, stops[i]);
        g_autoptr(GPtrArray) tensors = faltung_walk_tensors(walk, stops[i]);
        for (guint k = 0; k < tensors->len; k++)
            (all ? add_summary : add_values)(table, title, tensors->pdata[k]);
    }
    return table;
}

const FaltungView faltung_view_walk = {
    .name = "walk",
    .summary = "one sample forward and back, operation by operation, and a step of the optimizer",
    .compute = compute,
    .free_result = free_walk,
    .tabulate = tabulate,
    .on_request = TRUE,
};

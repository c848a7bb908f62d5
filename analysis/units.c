/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/units.h"

#include "analysis/pass.h"
#include "core/ops/layout.h"

#include <math.h>

/* The sums of one unit; about its first output, so that they do not cancel. */
typedef struct {
    float first, low, high;
    double sum, squares;
    guint64 n, zeros;
} Sums;

typedef struct {
    Sums **sums;   /* (layers, units) */
    float *output; /* room for the largest of a sample */
} Looked;

static void units_free(gpointer data) {
    FaltungUnits *units = data;
    g_free(units->units);
    g_free(units);
}

static void add(Sums *sums, float value) {
    if (sums->n == 0)
        sums->first = sums->low = sums->high = value;
    double difference = (double)value - sums->first;
    sums->sum += difference;
    sums->squares += difference * difference;
    sums->low = MIN(sums->low, value);
    sums->high = MAX(sums->high, value);
    sums->zeros += value == 0;
    sums->n++;
}

static void look(FaltungNetwork *network, int layer, gpointer data) {
    const FaltungPass *pass = data;
    const Looked *looked = pass->data;
    const FaltungShape *shape =
        &faltung_graph_layer(faltung_network_graph(network), layer)->output_shape;
    int rows = faltung_layout_rows(shape), columns = faltung_layout_columns(shape);
    for (int i = 0; i < pass->n; i++) {
        faltung_network_read_output(network, layer, i, looked->output);
        for (int unit = 0; unit < columns; unit++)
            for (int row = 0; row < rows; row++)
                add(&looked->sums[layer][unit],
                    looked->output[faltung_layout_field(shape, row, unit)]);
    }
}

static FaltungUnits *finish(int layer, int n, const Sums *sums) {
    FaltungUnits *units = g_new0(FaltungUnits, 1);
    units->layer = layer;
    units->n = n;
    units->units = g_new0(FaltungUnit, n);
    for (int k = 0; k < n; k++) {
        const Sums *of = &sums[k];
        double count = MAX(of->n, 1), mean = of->sum / count;
        units->units[k] = (FaltungUnit){
            .mean = of->first + mean,
            .deviation = sqrt(MAX(of->squares / count - mean * mean, 0)),
            .low = of->low,
            .high = of->high,
            .zeros = of->zeros / count,
            .dead = of->zeros == of->n,
        };
        units->n_dead += units->units[k].dead;
        units->zeros += units->units[k].zeros / n;
    }
    return units;
}

GPtrArray *faltung_measure_units(FaltungNetwork *network, const FaltungDataset *dataset, guint32 n,
                                 const FaltungAnalysisHooks *hooks, GError **error) {
    const FaltungGraph *graph = faltung_network_graph(network);
    int layers = graph->layers->len;
    g_autoptr(GPtrArray) sums = g_ptr_array_new_with_free_func(g_free);
    g_autofree int *columns = g_new(int, layers);
    size_t largest = 1;
    for (int i = 0; i < layers; i++) {
        const FaltungShape *shape = &faltung_graph_layer(graph, i)->output_shape;
        columns[i] = faltung_layout_columns(shape);
        largest = MAX(largest, faltung_shape_size(shape));
        g_ptr_array_add(sums, g_new0(Sums, columns[i]));
    }
    g_autofree float *output = g_new(float, largest);
    Looked looked = {(Sums **)sums->pdata, output};
    FaltungPass pass = {.layer = look, .data = &looked};
    if (!faltung_pass_run(&pass, network, dataset, NULL, n, hooks, error))
        return NULL;
    GPtrArray *all = g_ptr_array_new_with_free_func(units_free);
    for (int i = 0; i < layers; i++)
        g_ptr_array_add(all, finish(i, columns[i], sums->pdata[i]));
    return all;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/activity.h"

#include "analysis/pass.h"
#include "core/ops/layout.h"

/* Which units of the layer were seen to be other than zero: @data->data is one array a layer. */
static void watch_layer(FaltungNetwork *network, int index, gpointer data) {
    const FaltungPass *pass = data;
    gboolean *alive = ((gboolean **)pass->data)[index];
    const FaltungGraph *graph = faltung_network_graph(network);
    const FaltungShape *shape = &faltung_graph_layer(graph, index)->output_shape;
    int units = faltung_layout_columns(shape), rows = faltung_layout_rows(shape);
    g_autofree float *values = g_new(float, faltung_shape_size(shape));
    for (int i = 0; i < pass->n; i++) {
        faltung_network_read_output(network, index, i, values);
        for (int unit = 0; unit < units; unit++)
            for (int row = 0; row < rows && !alive[unit]; row++)
                alive[unit] = values[faltung_layout_field(shape, row, unit)] != 0;
    }
}

FaltungActivity *faltung_activity_new(FaltungNetwork *network, FaltungDataset *dataset,
                                      guint32 samples, const FaltungScanHooks *hooks,
                                      GError **error) {
    const FaltungGraph *graph = faltung_network_graph(network);
    guint n = graph->layers->len;
    gboolean **alive = g_new0(gboolean *, n + 1);
    FaltungActivity *activity = g_new0(FaltungActivity, n + 1);
    for (guint i = 0; i < n; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, (int)i);
        activity[i].units = faltung_layout_columns(&layer->output_shape);
        alive[i] = g_new0(gboolean, activity[i].units);
    }
    FaltungPass pass = {.layer = watch_layer, .data = alive};
    gboolean done = faltung_pass_run(&pass, network, dataset, NULL, samples, hooks, error);
    for (guint i = 0; i < n; i++) {
        for (int unit = 0; unit < activity[i].units; unit++)
            activity[i].dead += !alive[i][unit];
        g_free(alive[i]);
    }
    g_free(alive);
    if (!done)
        g_clear_pointer(&activity, g_free);
    return activity;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/probes.h"

#include "core/base/error.h"
#include "core/store/layout.h"

#include <string.h>

/* Which layers are written, and for how many samples at most. */
static guint32 plan(const FaltungGraph *graph, gboolean *recorded) {
    size_t bytes = 0; /* of one sample's outputs */
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        recorded[i] = !faltung_layout_passes_on(layer);
        if (recorded[i])
            bytes += faltung_shape_size(&layer->output_shape) * sizeof(float);
    }
    while (bytes > FALTUNG_MAPS_BYTES) {
        size_t largest = 0;
        guint which = 0;
        for (guint i = 0; i < graph->layers->len; i++) {
            size_t size = faltung_shape_size(&faltung_graph_layer(graph, i)->output_shape);
            if (recorded[i] && size > largest) {
                largest = size;
                which = i;
            }
        }
        recorded[which] = FALSE;
        bytes -= largest * sizeof(float);
    }
    return bytes ? MIN(FALTUNG_MAPS_BYTES / bytes, FALTUNG_MAX_PROBES) : FALTUNG_MAX_PROBES;
}

static FaltungProbes *probes_new(const FaltungGraph *graph, guint32 *most) {
    FaltungProbes *probes = g_new0(FaltungProbes, 1);
    probes->shape = graph->input;
    probes->recorded = g_new0(gboolean, graph->layers->len);
    *most = plan(graph, probes->recorded);
    return probes;
}

FaltungProbes *faltung_probes_choose(FaltungDataset *dataset, const FaltungGraph *graph) {
    guint32 most;
    FaltungProbes *probes = probes_new(graph, &most);
    guint32 size = faltung_dataset_size(dataset);
    probes->indices = g_new0(guint32, FALTUNG_MAX_PROBES);
    if (faltung_dataset_is_classified(dataset)) {
        int classes = MIN((guint32)faltung_dataset_n_classes(dataset), most);
        probes->labels = g_new0(gint32, FALTUNG_MAX_PROBES);
        for (int class = 0; class < classes; class ++) {
            for (guint32 i = 0; i < size; i++) {
                if (faltung_dataset_class(dataset, i) == class) {
                    probes->labels[probes->n] = class;
                    probes->indices[probes->n++] = i;
                    break;
                }
            }
        }
    } else {
        for (guint32 i = 0; i < MIN(MIN(8, most), size); i++)
            probes->indices[probes->n++] = i;
    }
    size_t values = faltung_shape_size(&probes->shape);
    probes->inputs = g_new0(float, MAX(1, probes->n * values));
    probes->raw = g_new0(float, MAX(1, probes->n * values));
    faltung_dataset_gather(dataset, probes->indices, probes->n, probes->inputs, NULL, NULL);
    for (guint32 i = 0; i < probes->n; i++)
        faltung_dataset_raw(dataset, probes->indices[i], probes->raw + i * values);
    return probes;
}

gboolean faltung_probes_write(const FaltungProbes *probes, FaltungHdf file, GError **error) {
    if (probes->n == 0)
        return TRUE;
    FaltungHdfShape samples = {.rank = 1 + probes->shape.rank, .dims = {probes->n}};
    FaltungHdfShape column = {.rank = 1, .dims = {probes->n}};
    for (int i = 0; i < probes->shape.rank; i++)
        samples.dims[1 + i] = probes->shape.dims[i];
    return faltung_hdf_write(file, "/observations/probes/input", H5T_NATIVE_FLOAT, &samples,
                             probes->inputs, error) &&
           faltung_hdf_write(file, "/observations/probes/raw", H5T_NATIVE_FLOAT, &samples,
                             probes->raw, error) &&
           faltung_hdf_write(file, "/observations/probes/index", H5T_NATIVE_UINT32, &column,
                             probes->indices, error) &&
           (!probes->labels || faltung_hdf_write(file, "/observations/probes/class",
                                                 H5T_NATIVE_INT32, &column, probes->labels, error));
}

FaltungProbes *faltung_probes_read(FaltungHdf file, const FaltungGraph *graph, GError **error) {
    guint32 most;
    g_autoptr(FaltungProbes) probes = probes_new(graph, &most);
    FaltungHdfShape shape;
    if (!faltung_hdf_exists(file, "/observations/probes/input"))
        return g_steal_pointer(&probes); /* a run without */
    probes->inputs =
        faltung_hdf_read(file, "/observations/probes/input", H5T_NATIVE_FLOAT, &shape, error);
    if (!probes->inputs)
        return NULL;
    gboolean fits = shape.rank == 1 + graph->input.rank && shape.dims[0] <= FALTUNG_MAX_PROBES;
    for (int i = 0; fits && i < graph->input.rank; i++)
        fits = shape.dims[1 + i] == (hsize_t)graph->input.dims[i];
    if (!fits) {
        faltung_fail(error, FALTUNG_ERROR_DATA,
                     "its probe samples do not have the shape of the network's input");
        return NULL;
    }
    probes->n = shape.dims[0];
    return g_steal_pointer(&probes);
}

void faltung_probes_free(FaltungProbes *probes) {
    if (!probes)
        return;
    g_free(probes->inputs);
    g_free(probes->raw);
    g_free(probes->indices);
    g_free(probes->labels);
    g_free(probes->recorded);
    g_free(probes);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/layout.h"
#include "core/store/moment.h"

#include <string.h>

/*
 * Many moments may wait for a commit. Every data set is opened once and gets the rows of all of
 * them: HDF5 takes longer to find a data set than to write some numbers into it.
 */

enum { BLOCK_BYTES = 1 << 20 };

typedef struct {
    const GPtrArray *moments;
    FaltungHdf file;
    hsize_t first; /* row of the first moment */
} Writing;

/* The row of a moment: of layer @l, its parameter @p. */
typedef const void *(*Getter)(const FaltungMoment *moment, int l, int p);

/* A data set on the time axis. */
typedef struct {
    const char *path;
    hid_t type;
    size_t size; /* bytes of a row */
    const FaltungHdfShape *shape;
    FaltungHdfGrowth growth;
    Getter get;
    int l, p;
} Series;

/* Small rows are put side by side and written together. */
static gboolean write_series(const Writing *writing, const Series *series, GError **error) {
    guint n = writing->moments->len, block = CLAMP(BLOCK_BYTES / series->size, 1, MAX(1, n));
    g_autofree char *copies = block > 1 ? g_malloc(block * series->size) : NULL;
    for (guint begin = 0; begin < n; begin += block) {
        guint rows = MIN(block, n - begin);
        const void *values = copies;
        for (guint i = 0; i < rows; i++) {
            const void *row = series->get(writing->moments->pdata[begin + i], series->l, series->p);
            if (copies)
                memcpy(copies + i * series->size, row, series->size);
            else
                values = row;
        }
        if (!faltung_hdf_write_rows(writing->file, series->path, series->type, series->shape,
                                    series->growth, writing->first + begin, rows, values, error))
            return FALSE;
    }
    return TRUE;
}

static const FaltungHdfShape number = {.rank = 0};
static const FaltungHdfShape two = {.rank = 1, .dims = {2}};
static const FaltungHdfShape bins = {.rank = 1, .dims = {FALTUNG_HISTOGRAM_BINS}};
/* Time axes are read a row at a time and written a few rows a commit. */
static const FaltungHdfGrowth column_growth = {.chunk = 32};
static const FaltungHdfGrowth tensor_growth = {.chunk = 1};
static const FaltungHdfGrowth range_growth = {.chunk = 16};
/* half of the maps behind relu are zeros; weights do not shrink */
static const FaltungHdfGrowth map_growth = {.chunk = 1, .compress = TRUE};
static const FaltungHdfGrowth histogram_growth = {.chunk = 16, .compress = TRUE};

/* -- where the rows are ----------------------------------------------------------------------- */

static const void *get_step(const FaltungMoment *moment, int l, int p) {
    return &moment->step;
}

static const void *get_epoch(const FaltungMoment *moment, int l, int p) {
    return &moment->epoch;
}

static const void *get_values(const FaltungMoment *moment, int l, int p) {
    return moment->layers[l].parameters[p].values;
}

/* The range is written as a pair. */
G_STATIC_ASSERT(offsetof(FaltungRunHistogram, maximum) ==
                offsetof(FaltungRunHistogram, minimum) + sizeof(double));

static const void *get_weight_range(const FaltungMoment *moment, int l, int p) {
    return &moment->layers[l].parameters[p].weights.minimum;
}

static const void *get_weight_counts(const FaltungMoment *moment, int l, int p) {
    return moment->layers[l].parameters[p].weights.counts;
}

static const void *get_gradient_range(const FaltungMoment *moment, int l, int p) {
    return &moment->layers[l].parameters[p].gradients.minimum;
}

static const void *get_gradient_counts(const FaltungMoment *moment, int l, int p) {
    return moment->layers[l].parameters[p].gradients.counts;
}

static const void *get_norm(const FaltungMoment *moment, int l, int norm) {
    return &moment->layers[l].norms[norm];
}

static const void *get_maps(const FaltungMoment *moment, int l, int p) {
    return moment->layers[l].maps;
}

/* -- what is written -------------------------------------------------------------------------- */

static gboolean write_histograms(const Writing *writing, const char *what,
                                 const FaltungLayer *layer, int l, int p, Getter get_range,
                                 Getter get_counts, GError **error) {
    g_autofree char *group = g_strconcat("/observations/histograms/", what, NULL);
    g_autofree char *path = faltung_layout_path(group, layer->name, layer->parameters[p].name);
    g_autofree char *range_path = g_strconcat(path, "/range", NULL);
    g_autofree char *counts_path = g_strconcat(path, "/counts", NULL);
    Series range = {
        range_path, H5T_NATIVE_DOUBLE, 2 * sizeof(double), &two, range_growth, get_range, l, p};
    Series counts = {counts_path,
                     H5T_NATIVE_UINT32,
                     FALTUNG_HISTOGRAM_BINS * sizeof(guint32),
                     &bins,
                     histogram_growth,
                     get_counts,
                     l,
                     p};
    return write_series(writing, &range, error) && write_series(writing, &counts, error);
}

static gboolean write_parameter(const Writing *writing, const FaltungLayer *layer, int l, int p,
                                GError **error) {
    const FaltungParameter *parameter = &layer->parameters[p];
    g_autofree char *path =
        faltung_layout_path("/checkpoints/weights", layer->name, parameter->name);
    FaltungHdfShape shape = faltung_layout_shape(&parameter->shape, 0);
    size_t size = faltung_shape_size(&parameter->shape) * sizeof(float);
    Series weights = {path, H5T_NATIVE_FLOAT, size, &shape, tensor_growth, get_values, l, p};
    /* what is tied is written with the layer that has it */
    return (parameter->tied || write_series(writing, &weights, error)) &&
           write_histograms(writing, "weights", layer, l, p, get_weight_range, get_weight_counts,
                            error) &&
           (parameter->measured ||
            write_histograms(writing, "gradients", layer, l, p, get_gradient_range,
                             get_gradient_counts, error));
}

static gboolean write_layer(const Writing *writing, const FaltungLayer *layer, int l,
                            const FaltungProbes *probes, GError **error) {
    for (int p = 0; p < layer->n_parameters; p++)
        if (!write_parameter(writing, layer, l, p, error))
            return FALSE;
    for (int i = 0; i < FALTUNG_N_NORMS && layer->n_parameters > 0; i++) {
        g_autofree char *group = g_strconcat("/observations/", faltung_norm_names[i], NULL);
        g_autofree char *path = faltung_layout_path(group, layer->name, NULL);
        Series norms = {
            path, H5T_NATIVE_DOUBLE, sizeof(double), &number, column_growth, get_norm, l, i};
        if (!write_series(writing, &norms, error))
            return FALSE;
    }
    /* the same layers are recorded at every moment */
    const FaltungMoment *any = writing->moments->pdata[0];
    if (!any->layers[l].maps)
        return TRUE;
    g_autofree char *path = faltung_layout_path("/observations/maps", layer->name, NULL);
    FaltungHdfShape shape = faltung_layout_shape(&layer->output_shape, probes->n);
    size_t size = probes->n * faltung_shape_size(&layer->output_shape) * sizeof(float);
    Series maps = {path, H5T_NATIVE_FLOAT, size, &shape, map_growth, get_maps, l, 0};
    return write_series(writing, &maps, error);
}

static gboolean write_axes(const Writing *writing, GError **error) {
    const Series axes[] = {
        {"/checkpoints/step", H5T_NATIVE_UINT64, sizeof(guint64), &number, column_growth, get_step,
         0, 0},
        {"/checkpoints/epoch", H5T_NATIVE_DOUBLE, sizeof(double), &number, column_growth, get_epoch,
         0, 0},
        {"/observations/step", H5T_NATIVE_UINT64, sizeof(guint64), &number, column_growth, get_step,
         0, 0},
        {"/observations/epoch", H5T_NATIVE_DOUBLE, sizeof(double), &number, column_growth,
         get_epoch, 0, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(axes); i++)
        if (!write_series(writing, &axes[i], error))
            return FALSE;
    return TRUE;
}

gboolean faltung_moments_write(const GPtrArray *moments, FaltungHdf file, const FaltungGraph *graph,
                               const FaltungProbes *probes, hsize_t first, GError **error) {
    const Writing writing = {moments, file, first};
    if (moments->len == 0)
        return TRUE;
    for (guint l = 0; l < graph->layers->len; l++)
        if (!write_layer(&writing, faltung_graph_layer(graph, l), l, probes, error))
            return FALSE;
    return write_axes(&writing, error);
}

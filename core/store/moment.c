/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/moment.h"

#include "core/store/layout.h"

#include <math.h>
#include <string.h>

const char *const faltung_norm_names[FALTUNG_N_NORMS] = {
    [FALTUNG_WEIGHT_NORM] = "weight_norm",
    [FALTUNG_GRADIENT_NORM] = "gradient_norm",
    [FALTUNG_UPDATE_RATIO] = "update_ratio",
};

static double sum_of_squares(const float *values, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)values[i] * values[i];
    return sum;
}

/* What is not finite is not counted, so the counts' sum shows it. */
static FaltungRunHistogram histogram_of(const float *values, size_t n) {
    FaltungRunHistogram histogram = {0};
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(values[i])) {
            low = MIN(low, values[i]);
            high = MAX(high, values[i]);
        }
    }
    if (low > high)
        return histogram;
    histogram.minimum = low;
    histogram.maximum = high;
    double scale = high > low ? FALTUNG_HISTOGRAM_BINS / (high - low) : 0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(values[i])) {
            int bin = (values[i] - low) * scale;
            histogram.counts[MIN(bin, FALTUNG_HISTOGRAM_BINS - 1)]++;
        }
    }
    return histogram;
}

static void take_maps(FaltungMoment *moment, FaltungNetwork *network, const FaltungProbes *probes) {
    const FaltungGraph *graph = faltung_network_graph(network);
    guint32 batch = faltung_network_batch(network);
    size_t input = faltung_shape_size(&probes->shape);
    for (guint l = 0; l < moment->n_layers && probes->n > 0; l++) {
        size_t size = faltung_shape_size(&faltung_graph_layer(graph, l)->output_shape);
        if (!probes->recorded[l])
            continue;
        size_t n = probes->n * size;
        moment->layers[l].maps = g_new(float, n);
        moment->bytes += n * sizeof(float);
    }
    for (guint32 first = 0; first < probes->n; first += batch) {
        guint32 n = MIN(batch, probes->n - first);
        faltung_network_set_input(network, n, probes->inputs + first * input);
        faltung_network_forward(network, FALSE, moment->step);
        for (guint l = 0; l < moment->n_layers; l++) {
            size_t size = faltung_shape_size(&faltung_graph_layer(graph, l)->output_shape);
            for (guint32 i = 0; moment->layers[l].maps && i < n; i++)
                faltung_network_read_output(network, l, i,
                                            moment->layers[l].maps + (first + i) * size);
        }
    }
}

FaltungMoment *faltung_moment_take(FaltungTrainer *trainer, const FaltungProbes *probes) {
    FaltungNetwork *network = faltung_trainer_network(trainer);
    const FaltungGraph *graph = faltung_network_graph(network);
    FaltungMoment *moment = g_new0(FaltungMoment, 1);
    moment->step = faltung_trainer_step_count(trainer);
    moment->epoch = (double)moment->step / MAX(1, faltung_trainer_steps_an_epoch(trainer));
    moment->n_layers = graph->layers->len;
    moment->layers = g_new0(FaltungLayerMoment, moment->n_layers);
    moment->n_parameters = g_new0(int, moment->n_layers);
    /* before the first step there are neither gradients nor updates */
    gboolean begun = moment->step > 0;
    g_autofree float *update = begun ? faltung_trainer_preview_update(trainer) : NULL;
    for (guint l = 0; l < moment->n_layers; l++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, l);
        FaltungLayerMoment *at = &moment->layers[l];
        double weights = 0, gradients = 0, updates = 0; /* sums of squares */
        at->parameters = g_new0(FaltungParameterMoment, MAX(1, layer->n_parameters));
        moment->n_parameters[l] = layer->n_parameters;
        for (int p = 0; p < layer->n_parameters; p++) {
            FaltungParameterMoment *parameter = &at->parameters[p];
            size_t n = faltung_shape_size(&layer->parameters[p].shape);
            parameter->values = g_new(float, n);
            moment->bytes += n * sizeof(float) + sizeof *parameter;
            faltung_network_unpack(network, faltung_network_parameters(network), l, p,
                                   parameter->values);
            parameter->weights = histogram_of(parameter->values, n);
            if (!layer->parameters[p].measured)
                weights += sum_of_squares(parameter->values, n);
            if (!begun || layer->parameters[p].measured)
                continue;
            g_autofree float *values = g_new(float, n);
            faltung_network_unpack(network, faltung_network_gradients(network), l, p, values);
            parameter->gradients = histogram_of(values, n);
            gradients += sum_of_squares(values, n);
            faltung_network_unpack(network, update, l, p, values);
            updates += sum_of_squares(values, n);
        }
        at->norms[FALTUNG_WEIGHT_NORM] = sqrt(weights);
        at->norms[FALTUNG_GRADIENT_NORM] = begun ? sqrt(gradients) : NAN;
        at->norms[FALTUNG_UPDATE_RATIO] = begun && weights > 0 ? sqrt(updates / weights) : NAN;
    }
    take_maps(moment, network, probes);
    return moment;
}

static const FaltungHdfShape number = {.rank = 0};
/* Time axes are read a row at a time and written a few rows a commit. */
static const FaltungHdfGrowth column_growth = {.chunk = 32};
static const FaltungHdfGrowth tensor_growth = {.chunk = 1};
/* half of the maps behind relu are zeros; weights do not shrink */
static const FaltungHdfGrowth map_growth = {.chunk = 1, .compress = TRUE};
static const FaltungHdfGrowth histogram_growth = {.chunk = 16, .compress = TRUE};

static gboolean write_histogram(FaltungHdf file, const char *what, const char *layer,
                                const char *parameter, const FaltungRunHistogram *histogram,
                                hsize_t row, GError **error) {
    g_autofree char *group = g_strconcat("/observations/histograms/", what, NULL);
    g_autofree char *path = faltung_layout_path(group, layer, parameter);
    g_autofree char *range = g_strconcat(path, "/range", NULL);
    g_autofree char *counts = g_strconcat(path, "/counts", NULL);
    FaltungHdfShape two = {.rank = 1, .dims = {2}};
    FaltungHdfShape bins = {.rank = 1, .dims = {FALTUNG_HISTOGRAM_BINS}};
    double limits[2] = {histogram->minimum, histogram->maximum};
    return faltung_hdf_write_rows(file, range, H5T_NATIVE_DOUBLE, &two,
                                  (FaltungHdfGrowth){.chunk = 16}, row, 1, limits, error) &&
           faltung_hdf_write_rows(file, counts, H5T_NATIVE_UINT32, &bins, histogram_growth, row, 1,
                                  histogram->counts, error);
}

static gboolean write_layer(const FaltungLayerMoment *at, const FaltungLayer *layer,
                            FaltungHdf file, guint32 n_probes, hsize_t row, GError **error) {
    for (int p = 0; p < layer->n_parameters; p++) {
        const FaltungParameter *parameter = &layer->parameters[p];
        g_autofree char *path =
            faltung_layout_path("/checkpoints/weights", layer->name, parameter->name);
        FaltungHdfShape shape = faltung_layout_shape(&parameter->shape, 0);
        if (!faltung_hdf_write_rows(file, path, H5T_NATIVE_FLOAT, &shape, tensor_growth, row, 1,
                                    at->parameters[p].values, error) ||
            !write_histogram(file, "weights", layer->name, parameter->name,
                             &at->parameters[p].weights, row, error) ||
            (!parameter->measured &&
             !write_histogram(file, "gradients", layer->name, parameter->name,
                              &at->parameters[p].gradients, row, error)))
            return FALSE;
    }
    for (int i = 0; i < FALTUNG_N_NORMS && layer->n_parameters > 0; i++) {
        g_autofree char *group = g_strconcat("/observations/", faltung_norm_names[i], NULL);
        g_autofree char *path = faltung_layout_path(group, layer->name, NULL);
        if (!faltung_hdf_write_rows(file, path, H5T_NATIVE_DOUBLE, &number, column_growth, row, 1,
                                    &at->norms[i], error))
            return FALSE;
    }
    if (!at->maps)
        return TRUE;
    g_autofree char *path = faltung_layout_path("/observations/maps", layer->name, NULL);
    FaltungHdfShape shape = faltung_layout_shape(&layer->output_shape, n_probes);
    return faltung_hdf_write_rows(file, path, H5T_NATIVE_FLOAT, &shape, map_growth, row, 1,
                                  at->maps, error);
}

gboolean faltung_moment_write(const FaltungMoment *moment, FaltungHdf file,
                              const FaltungGraph *graph, const FaltungProbes *probes, hsize_t row,
                              GError **error) {
    for (guint l = 0; l < moment->n_layers; l++)
        if (!write_layer(&moment->layers[l], faltung_graph_layer(graph, l), file, probes->n, row,
                         error))
            return FALSE;
    static const char *const groups[] = {"/checkpoints", "/observations"};
    for (int i = 0; i < 2; i++) {
        g_autofree char *step = g_strconcat(groups[i], "/step", NULL);
        g_autofree char *epoch = g_strconcat(groups[i], "/epoch", NULL);
        if (!faltung_hdf_write_rows(file, step, H5T_NATIVE_UINT64, &number, column_growth, row, 1,
                                    &moment->step, error) ||
            !faltung_hdf_write_rows(file, epoch, H5T_NATIVE_DOUBLE, &number, column_growth, row, 1,
                                    &moment->epoch, error))
            return FALSE;
    }
    return TRUE;
}

void faltung_moment_free(FaltungMoment *moment) {
    if (!moment)
        return;
    for (guint l = 0; l < moment->n_layers; l++) {
        for (int p = 0; p < moment->n_parameters[l]; p++)
            g_free(moment->layers[l].parameters[p].values);
        g_free(moment->layers[l].parameters);
        g_free(moment->layers[l].maps);
    }
    g_free(moment->layers);
    g_free(moment->n_parameters);
    g_free(moment);
}

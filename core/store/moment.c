/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/moment.h"

#include "core/store/layout.h"
#include "core/train/norms.h"

#include <math.h>
#include <string.h>

const char *const faltung_norm_names[FALTUNG_N_NORMS] = {
    [FALTUNG_WEIGHT_NORM] = "weight_norm",
    [FALTUNG_GRADIENT_NORM] = "gradient_norm",
    [FALTUNG_UPDATE_RATIO] = "update_ratio",
};

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

/* Samples of a batch whose maps are taken. */
typedef struct {
    FaltungMoment *moment;
    guint32 first, n;
} Maps;

/* A FaltungLayerVisit: the network has each output for as long as it needs it. */
static void take_layer(FaltungNetwork *network, int layer, gpointer data) {
    const Maps *maps = data;
    float *values = maps->moment->layers[layer].maps;
    const FaltungGraph *graph = faltung_network_graph(network);
    size_t size = faltung_shape_size(&faltung_graph_layer(graph, layer)->output_shape);
    for (guint32 i = 0; values && i < maps->n; i++)
        faltung_network_read_output(network, layer, i, values + (maps->first + i) * size);
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
        Maps maps = {moment, first, n};
        faltung_network_forward_visiting(network, FALSE, moment->step, take_layer, &maps);
    }
}

FaltungMoment *faltung_moment_take(FaltungTrainer *trainer, const FaltungProbes *probes) {
    FaltungNetwork *network = faltung_trainer_network(trainer);
    const FaltungGraph *graph = faltung_network_graph(network);
    FaltungMoment *moment = g_new0(FaltungMoment, 1);
    faltung_network_share(network);
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
            if (!begun || layer->parameters[p].measured)
                continue;
            g_autofree float *values = g_new(float, n);
            faltung_network_unpack(network, faltung_network_gradients(network), l, p, values);
            parameter->gradients = histogram_of(values, n);
        }
        FaltungLayerNorms norms = faltung_layer_norms(trainer, l, update);
        at->norms[FALTUNG_WEIGHT_NORM] = norms.weight;
        at->norms[FALTUNG_GRADIENT_NORM] = norms.gradient;
        at->norms[FALTUNG_UPDATE_RATIO] = norms.update_ratio;
    }
    take_maps(moment, network, probes);
    return moment;
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/predictor.h"

#include "core/base/error.h"
#include "core/ops/layout.h"
#include "core/train/fit.h"
#include "core/train/loss.h"

#include <math.h>

struct FaltungPredictor {
    FaltungRun *run; /* in memory; its file is closed */
    FaltungNetwork *network;
    const FaltungGraph *graph;
    size_t input_size, output_size; /* values a sample */
    int n_constants;
    const float *mean, *scale; /* n_constants */
    float *scaled;             /* (batch, input shape) */
};

FaltungNetwork *faltung_run_network(const FaltungRun *run, int moment, int batch, int threads,
                                    GError **error) {
    const FaltungExperiment *experiment = faltung_run_experiment(run, error);
    if (!experiment)
        return NULL;
    g_autoptr(FaltungNetwork) network =
        faltung_network_new(experiment->graph, experiment->train->seed, batch, 0, threads);
    if (!faltung_run_load_weights(run, moment, network, error))
        return NULL;
    return g_steal_pointer(&network);
}

/* @read, @seen: n x size; they may be the same. */
static void scale(int n_constants, const float *mean, const float *factor, const float *read,
                  float *seen, size_t n, size_t size) {
    size_t block = size / n_constants; /* values that share a constant: all, a channel, one */
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < size; j++) {
            size_t k = MIN(j / block, (size_t)n_constants - 1);
            seen[i * size + j] = (read[i * size + j] - mean[k]) * factor[k];
        }
    }
}

void faltung_run_scale(const FaltungRun *run, float *values, size_t n, size_t size) {
    int n_constants;
    const float *mean, *factor;
    faltung_run_scaling(run, &n_constants, &mean, &factor);
    if (n_constants > 0)
        scale(n_constants, mean, factor, values, values, n, size);
}

FaltungPredictor *faltung_predictor_open(const char *path, int batch, int threads, GError **error) {
    g_return_val_if_fail(batch > 0, NULL);
    g_autoptr(FaltungPredictor) predictor = g_new0(FaltungPredictor, 1);
    predictor->run = faltung_run_open(path, error);
    if (!predictor->run)
        return NULL;
    predictor->network = faltung_run_network(predictor->run, -1, batch, threads, error);
    if (!predictor->network)
        return NULL;
    predictor->graph = faltung_network_graph(predictor->network);
    predictor->input_size = faltung_shape_size(&predictor->graph->input);
    predictor->output_size = faltung_shape_size(faltung_graph_output(predictor->graph));
    faltung_run_scaling(predictor->run, &predictor->n_constants, &predictor->mean,
                        &predictor->scale);
    predictor->scaled = g_new(float, batch * predictor->input_size);
    return g_steal_pointer(&predictor);
}

void faltung_predictor_free(FaltungPredictor *predictor) {
    if (!predictor)
        return;
    g_clear_pointer(&predictor->network, faltung_network_free);
    g_clear_pointer(&predictor->run, faltung_run_free);
    g_free(predictor->scaled);
    g_free(predictor);
}

const FaltungShape *faltung_predictor_input(const FaltungPredictor *predictor) {
    return &predictor->graph->input;
}

const FaltungShape *faltung_predictor_output(const FaltungPredictor *predictor) {
    return faltung_graph_output(predictor->graph);
}

const char *const *faltung_predictor_class_names(const FaltungPredictor *predictor) {
    return faltung_run_class_names(predictor->run);
}

static gboolean check_indices(const FaltungPredictor *predictor, int n, const float *samples,
                              GError **error) {
    for (int i = 0; i < n; i++) {
        g_autofree char *problem = faltung_index_problem(predictor->graph, predictor->input_size,
                                                         samples + i * predictor->input_size);
        if (problem)
            return faltung_fail(error, FALTUNG_ERROR_DATA, "sample %d %s", i, problem);
    }
    return TRUE;
}

gboolean faltung_predictor_run(FaltungPredictor *predictor, int n, const float *samples,
                               float *outputs, GError **error) {
    g_return_val_if_fail(n > 0 && n <= faltung_network_batch(predictor->network), FALSE);
    const float *seen = samples;
    if (predictor->n_constants > 0) {
        scale(predictor->n_constants, predictor->mean, predictor->scale, samples, predictor->scaled,
              n, predictor->input_size);
        seen = predictor->scaled;
    }
    if (!check_indices(predictor, n, seen, error))
        return FALSE;
    faltung_network_set_input(predictor->network, n, seen);
    faltung_network_forward(predictor->network, FALSE, 0);
    int last = predictor->graph->layers->len - 1;
    for (int i = 0; i < n; i++)
        faltung_network_read_output(predictor->network, last, i,
                                    outputs + i * predictor->output_size);
    return TRUE;
}

gboolean faltung_predictor_gives_odds(const FaltungPredictor *predictor) {
    const FaltungExperiment *experiment = faltung_run_experiment(predictor->run, NULL);
    return faltung_loss_takes_odds(&experiment->train->loss);
}

static void soften(const FaltungShape *shape, int row, float *values) {
    int columns = faltung_layout_columns(shape);
    double largest = -INFINITY, sum = 0;
    for (int k = 0; k < columns; k++)
        largest = MAX(largest, values[faltung_layout_field(shape, row, k)]);
    for (int k = 0; k < columns; k++)
        sum += exp(values[faltung_layout_field(shape, row, k)] - largest);
    for (int k = 0; k < columns; k++) {
        float *value = &values[faltung_layout_field(shape, row, k)];
        *value = exp(*value - largest) / sum;
    }
}

void faltung_probabilities(const FaltungShape *shape, float *values) {
    for (int row = 0; row < faltung_layout_rows(shape); row++)
        soften(shape, row, values);
}

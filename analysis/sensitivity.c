/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/sensitivity.h"

#include "core/base/error.h"
#include "core/graph/part.h"
#include "core/ops/layout.h"

#include <string.h>

struct FaltungSensitivity {
    FaltungNetwork *network; /* from the one layer to the other, frozen: weights need no gradient */
    const FaltungShape *input, *output;
};

/* Nothing is learned, and nothing but the score has a gradient. */
static void leave_output_alone(FaltungLayer *layer) {
    layer->frozen = faltung_layer_n_parameters(layer) > 0;
    layer->lr_factor = 1;
    layer->weight_decay = -1;
    layer->l1 = -1;
    layer->max_norm = 0;
    faltung_variant_clear(&layer->loss);
    layer->loss_weight = 1;
    g_free(layer->loss_target);
    layer->loss_target = g_strdup(FALTUNG_LOSS_OF_DATA);
    if (layer->operation->without_penalty)
        layer->operation->without_penalty(layer->options);
}

FaltungSensitivity *faltung_sensitivity_new(const FaltungNetwork *network, int from, int to,
                                            int batch, GError **error) {
    g_autoptr(FaltungGraph) graph =
        faltung_graph_part(faltung_network_graph(network), from, to, error);
    if (!graph)
        return NULL;
    if (faltung_graph_n_indices(graph) > 0) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "the network takes indices, between which there is no slope; begin "
                     "behind the layer that makes values of them");
        return NULL;
    }
    for (guint i = 0; i < graph->layers->len; i++)
        leave_output_alone(faltung_graph_layer(graph, i));
    if (!faltung_graph_infer(graph, NULL, error))
        return NULL;
    FaltungSensitivity *sensitivity = g_new0(FaltungSensitivity, 1);
    sensitivity->network = faltung_network_new(
        graph, 0, batch, FALTUNG_NETWORK_TRAINS | FALTUNG_NETWORK_INPUT_GRADIENT,
        faltung_network_threads(network));
    faltung_network_copy_parameters(network, sensitivity->network);
    const FaltungGraph *copy = faltung_network_graph(sensitivity->network);
    sensitivity->input = &copy->input;
    sensitivity->output = faltung_graph_output(copy);
    return sensitivity;
}

void faltung_sensitivity_free(FaltungSensitivity *sensitivity) {
    if (!sensitivity)
        return;
    faltung_network_free(sensitivity->network);
    g_free(sensitivity);
}

const FaltungShape *faltung_sensitivity_input(const FaltungSensitivity *sensitivity) {
    return sensitivity->input;
}

int faltung_sensitivity_batch(const FaltungSensitivity *sensitivity) {
    return faltung_network_batch(sensitivity->network);
}

void faltung_sensitivity_scores(FaltungSensitivity *sensitivity, int n, const float *samples,
                                int unit, double *scores) {
    int rows = faltung_layout_rows(sensitivity->output);
    int columns = faltung_layout_columns(sensitivity->output);
    faltung_network_set_input(sensitivity->network, n, samples);
    const float *output = faltung_network_forward(sensitivity->network, FALSE, 0);
    for (int i = 0; i < n; i++) {
        scores[i] = 0;
        for (int row = 0; row < rows; row++)
            scores[i] += output[((size_t)i * rows + row) * columns + unit] / rows;
    }
}

void faltung_sensitivity_gradients(FaltungSensitivity *sensitivity, int n, const float *samples,
                                   int unit, double *scores, float *gradients) {
    g_autofree double *unasked = scores ? NULL : g_new(double, n);
    faltung_sensitivity_scores(sensitivity, n, samples, unit, scores ? scores : unasked);
    size_t rows = (size_t)n * faltung_layout_rows(sensitivity->output);
    int columns = faltung_layout_columns(sensitivity->output);
    float *slope = faltung_network_output_gradient(sensitivity->network);
    memset(slope, 0, rows * columns * sizeof(float));
    for (size_t row = 0; row < rows; row++)
        slope[row * columns + unit] = (float)n / rows;
    faltung_network_backward(sensitivity->network);
    size_t size = faltung_shape_size(sensitivity->input);
    for (int i = 0; i < n; i++)
        faltung_network_read_input_gradient(sensitivity->network, i, gradients + i * size);
}

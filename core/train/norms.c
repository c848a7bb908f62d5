/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/norms.h"

#include <math.h>

/* What fills up a packed tensor is zero, so it adds nothing. */
static double sum_of_squares(const float *block, const FaltungParameter *parameter) {
    const float *values = block + parameter->offset;
    double sum = 0;
    for (size_t i = 0; i < parameter->packed_size; i++) {
        sum += (double)values[i] * values[i];
    }
    return sum;
}

FaltungLayerNorms faltung_layer_norms(FaltungTrainer *trainer, int index, const float *update) {
    FaltungNetwork *network = faltung_trainer_network(trainer);
    const FaltungLayer *layer = faltung_graph_layer(faltung_network_graph(network), index);
    double weights = 0, gradients = 0, updates = 0;
    for (int p = 0; p < layer->n_parameters; p++) {
        const FaltungParameter *parameter = &layer->parameters[p];
        if (parameter->measured) {
            continue;
        }
        weights += sum_of_squares(faltung_network_parameters(network), parameter);
        if (update != NULL) {
            gradients += sum_of_squares(faltung_network_gradients(network), parameter);
            updates += sum_of_squares(update, parameter);
        }
    }
    return (FaltungLayerNorms){
        .weight = sqrt(weights),
        .gradient = update != NULL ? sqrt(gradients) : NAN,
        .update_ratio = update != NULL && weights > 0 ? sqrt(updates / weights) : NAN,
    };
}

FaltungLayerNorms *faltung_trainer_norms(FaltungTrainer *trainer) {
    int n = (int)faltung_network_graph(faltung_trainer_network(trainer))->layers->len;
    gboolean begun = faltung_trainer_step_count(trainer) > 0;
    g_autofree float *update = begun ? faltung_trainer_preview_update(trainer) : NULL;
    FaltungLayerNorms *norms = g_new(FaltungLayerNorms, MAX(n, 1));
    for (int i = 0; i < n; i++) {
        norms[i] = faltung_layer_norms(trainer, i, update);
    }
    return norms;
}

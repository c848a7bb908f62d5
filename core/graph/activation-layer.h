/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/graph.h"

/**
 * faltung_activation_layer: a layer's `activation` as a layer of its own, which takes the
 * layer's output and keeps its shape. Borrows from @layer. operation is NULL where there is none.
 */
static inline FaltungLayer faltung_activation_layer(const FaltungLayer *layer) {
    return (FaltungLayer){
        .name = layer->name,
        .operation = (const FaltungOperation *)layer->activation.kind,
        .options = layer->activation.options,
        .n_inputs = 1,
        .input_shapes = {layer->output_shape},
        .output_shape = layer->output_shape,
        .order = layer->order,
        .input_orders = {layer->order},
    };
}

/** faltung_layer_random: the stream of random numbers of layer @index at @step. */
static inline FaltungRandom faltung_layer_random(int index, guint64 seed, guint64 step) {
    return (FaltungRandom){
        .seed = seed,
        .purpose = FALTUNG_RANDOM_DROPOUT,
        .stream = index,
        .step = step,
    };
}

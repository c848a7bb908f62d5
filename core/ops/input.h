/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

/* Where an input of a network of several lies in a sample: its values, those of the inputs before
   it in front of them. */
typedef struct {
    FaltungShape shape;
    int begin;
} FaltungInputPart;

/** faltung_operation_input: one of the inputs of a network of several, cut out of the sample. No
 *  layer of the palette: faltung_graph_add_input() makes them, and files write them under `input`.
 *  Its options are a FaltungInputPart. */
extern const FaltungOperation faltung_operation_input;

/** faltung_layer_is_input: whether it is one. */
static inline gboolean faltung_layer_is_input(const FaltungLayer *layer) {
    return layer->operation == &faltung_operation_input;
}

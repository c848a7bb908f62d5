/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

typedef struct FaltungLayer FaltungLayer;

/* The parts of a training step that are timed apart. The first four belong to a layer. */
typedef enum {
    FALTUNG_PART_FORWARD,
    FALTUNG_PART_ACTIVATION_GRADIENT, /* through the layer's activation */
    FALTUNG_PART_WEIGHT_GRADIENT,     /* of all that is learned, biases too */
    FALTUNG_PART_INPUT_GRADIENT,
    FALTUNG_N_LAYER_PARTS,
    FALTUNG_PART_DATA = FALTUNG_N_LAYER_PARTS, /* samples into the network */
    FALTUNG_PART_LOSS,
    FALTUNG_PART_OPTIMIZER,
    FALTUNG_PART_OTHER, /* what none of the others did */
    FALTUNG_N_PARTS,
} FaltungPart;

/**
 * FaltungStopwatch: is told at the end of every part of a step: what has passed since it was told
 * last was for that part, of @layer, or of none (NULL). Where nobody measures there is no
 * stopwatch, and asking for it is all that it costs.
 */
typedef struct {
    void (*lap)(void *data, const FaltungLayer *layer, FaltungPart part);
    void *data;
} FaltungStopwatch;

/** faltung_lap: a part is done. @stopwatch: (nullable). */
static inline void faltung_lap(const FaltungStopwatch *stopwatch, const FaltungLayer *layer,
                               FaltungPart part) {
    if (stopwatch)
        stopwatch->lap(stopwatch->data, layer, part);
}

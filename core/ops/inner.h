/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/shape.h"
#include "core/ops/stopwatch.h"

/*
 * Inner tensors: what an operation computes on the way to its output, and keeps for backward: the
 * gates of an LSTM, the weights of attention, the mean that a normalization takes away. The
 * operation lists them (FaltungOperation.inner); whoever looks inside reads them behind a forward.
 */

/* What the places along an axis are. */
typedef enum {
    FALTUNG_AXIS_NONE,
    FALTUNG_AXIS_PASS, /* a recurrent layer's ways through the sequence */
    FALTUNG_AXIS_TURN, /* of an operation that is done at every step: the step */
    FALTUNG_AXIS_STEP, /* of the sequence */
    FALTUNG_AXIS_UNIT,
    FALTUNG_AXIS_HEAD,
    FALTUNG_AXIS_QUERY, /* the step that looks */
    FALTUNG_AXIS_KEY,   /* the step that is looked at */
    FALTUNG_AXIS_CHANNEL,
    FALTUNG_AXIS_GROUP, /* of channels */
    FALTUNG_AXIS_INDEX, /* of a letter, of a word */
    FALTUNG_N_AXES,
} FaltungInnerAxis;

typedef struct {
    const char *name;   /* the equation's: i, f, g, o; of a parameter its name */
    const char *help;   /* what it is, for people */
    const char *symbol; /* (nullable): its mark in the equation (core/ops/symbols.h) */
    FaltungInnerAxis axes[FALTUNG_MAX_RANK]; /* outermost first; NONE behind the last */
    gboolean parameter; /* it is the layer's parameter of that name, shown beside the others */
    int part;           /* which one, to the operation's own code */
} FaltungInner;

/** faltung_inner_axis_name: Returns: `step`. */
const char *faltung_inner_axis_name(FaltungInnerAxis axis);

/** faltung_layer_inner: Returns: (transfer none): the inner tensors of @layer, ended by one without
 *  a name; there may be none. */
const FaltungInner *faltung_layer_inner(const FaltungLayer *layer);

/**
 * faltung_inner_shape:
 * @axes: (out) (nullable): FALTUNG_MAX_RANK: of the shape's dimensions
 *
 * Returns: the shape of @inner for one sample. Axes that this layer has not, as the groups of a
 *   normalization without groups, are left out; where none is left it is [1].
 */
FaltungShape faltung_inner_shape(const FaltungLayer *layer, const FaltungInner *inner,
                                 FaltungInnerAxis *axes);

/** faltung_inner_parameter: Returns: the index of the parameter that @inner is; -1: it is none. */
int faltung_inner_parameter(const FaltungLayer *layer, const FaltungInner *inner);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

#include <limits.h>

/*
 * What operations share whose output is made of values of the input at other places (permute,
 * slice, crop, pad): along each axis of the output, value i comes from value first + i step of one
 * axis of the input, or from what continues it beyond its ends.
 */

typedef enum {
    FALTUNG_EDGE_CONSTANT,  /* a b c | v v */
    FALTUNG_EDGE_REFLECT,   /* a b c | b a */
    FALTUNG_EDGE_REPLICATE, /* a b c | c c */
    FALTUNG_EDGE_CIRCULAR,  /* a b c | a b */
} FaltungEdge;

/** faltung_edge: Returns: which of @n values stands at @i, which may be less than @n beyond either
 *  end; -1: none, a constant. */
static inline int faltung_edge(FaltungEdge edge, int n, int i) {
    if (i >= 0 && i < n)
        return i;
    switch (edge) {
    case FALTUNG_EDGE_REFLECT:
        return i < 0 ? -i : 2 * (n - 1) - i;
    case FALTUNG_EDGE_REPLICATE:
        return i < 0 ? 0 : n - 1;
    case FALTUNG_EDGE_CIRCULAR:
        return i < 0 ? i + n : i - n;
    case FALTUNG_EDGE_CONSTANT:
        break;
    }
    return -1;
}

enum { FALTUNG_GATHER_AXES = 4 }; /* of the largest sample, a volume */

/** faltung_edge_room: Returns: how many values can be made beyond either end of @n. */
static inline int faltung_edge_room(FaltungEdge edge, int n) {
    return edge == FALTUNG_EDGE_REFLECT ? n - 1 : edge == FALTUNG_EDGE_CIRCULAR ? n : INT_MAX;
}

typedef struct {
    int size;         /* values along this axis of the output */
    int input;        /* and along that axis of the input */
    ptrdiff_t stride; /* from one value of the input to the next along it, as it lies inside */
    int first, step;
    FaltungEdge edge;
} FaltungGatherAxis;

typedef struct {
    FaltungGatherAxis axes[FALTUNG_GATHER_AXES]; /* as the output lies inside, the innermost last */
    float value;                                 /* of the constant */
} FaltungGather;

/**
 * faltung_gather_of: the plan of a layer whose shapes are known.
 * @from: axis k of the output is axis @from[k] of the input; NULL: the same one
 *
 * Returns: a plan that takes the first values along every axis.
 */
FaltungGather faltung_gather_of(const FaltungLayer *layer, const int *from);

/** faltung_gather_axis: Returns: the plan along axis @axis of the field's layout, from 0. */
FaltungGatherAxis *faltung_gather_axis(const FaltungLayer *layer, FaltungGather *gather, int axis);

void faltung_gather_forward(const FaltungStep *step, const FaltungGather *gather);
void faltung_gather_backward(const FaltungStep *step, const FaltungGather *gather);

/** faltung_gather_flops: no arithmetic. */
double faltung_gather_flops(const FaltungLayer *layer);

/** faltung_axis_name: Returns: what people call axis @axis, from 0, of a sample: "channels". */
const char *faltung_axis_name(const FaltungShape *shape, int axis);

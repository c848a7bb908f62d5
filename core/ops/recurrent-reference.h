/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/affine-reference.h"
#include "core/ops/recurrent.h"

#include <math.h>
#include <string.h>

/* What the reference code of the recurrent layers shares. That of a cell is about one pass through
   the sequence: these call it for every level of the stack and every direction, with a layer that
   has one of each. */
typedef void (*FaltungReferencePass)(const FaltungReference *r);
void faltung_recurrent_forward_passes(const FaltungReference *r, FaltungReferencePass forward);
void faltung_recurrent_backward_passes(const FaltungReference *r, FaltungReferencePass forward,
                                       FaltungReferencePass backward);

static inline double sigmoid(double x) {
    return 1 / (1 + exp(-x));
}

/* Where in the input, (N, T, F), or its gradient the vector of step @s of sample @n is. The steps
   count in the order of the work, which `reverse` turns round. */
static inline double *input_at(const FaltungLayer *layer, const double *input, int n, int s) {
    int steps = layer->input_shapes[0].dims[0], inputs = layer->input_shapes[0].dims[1];
    const FaltungRecurrentOptions *options = layer->options;
    int t = options->reverse ? steps - 1 - s : s;
    return (double *)input + ((size_t)n * steps + t) * inputs;
}

/* Whether sample @n has no step @s: it is padding, one of those at its end that are 0. The input of
   the lowest level, which tells that, is the second one of a pass. */
static inline gboolean is_padding(const FaltungReference *r, int n, int s) {
    const FaltungRecurrentOptions *options = r->layer->options;
    const FaltungShape *shape = &r->layer->input_shapes[1];
    int steps = shape->dims[0], inputs = shape->dims[1], t = options->reverse ? steps - 1 - s : s;
    if (!options->padded)
        return FALSE;
    const double *rest = r->inputs[1] + ((size_t)n * steps + t) * inputs;
    for (int i = 0; i < (steps - t) * inputs; i++)
        if (rest[i] != 0)
            return FALSE;
    return TRUE;
}

/* Where in the output or its gradient the state after step @s is; NULL where it is no output. */
static inline double *output_at(const FaltungLayer *layer, const double *output, int n, int s) {
    const FaltungRecurrentOptions *options = layer->options;
    int steps = layer->input_shapes[0].dims[0], units = options->units;
    int t = options->reverse ? steps - 1 - s : s;
    if (options->returns == FALTUNG_RETURN_SEQUENCE)
        return (double *)output + ((size_t)n * steps + t) * units;
    return s == steps - 1 ? (double *)output + (size_t)n * units : NULL;
}

/* The states of sample @n, h[1] ... h[steps], as output; and their gradient at step @s. */
static inline void put_states(const FaltungReference *r, int n, const double *h) {
    const FaltungRecurrentOptions *options = r->layer->options;
    int steps = r->layer->input_shapes[0].dims[0], units = options->units;
    for (int s = 0; s < steps; s++) {
        double *y = output_at(r->layer, r->output, n, s);
        if (y && options->returns == FALTUNG_RETURN_SEQUENCE && is_padding(r, n, s))
            memset(y, 0, units * sizeof(double));
        else if (y)
            memcpy(y, h + (s + 1) * units, units * sizeof(double));
    }
}

static inline void add_output_gradient(const FaltungReference *r, int n, int s, double *dh) {
    const FaltungRecurrentOptions *options = r->layer->options;
    int units = options->units;
    const double *dy = output_at(r->layer, r->output_gradient, n, s);
    if (options->returns == FALTUNG_RETURN_SEQUENCE && is_padding(r, n, s))
        return;
    for (int u = 0; dy && u < units; u++)
        dh[u] += dy[u];
}

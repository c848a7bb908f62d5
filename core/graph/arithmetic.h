/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/graph.h"

/*
 * How one value of a layer's output is computed, with the numbers of this moment put into the
 * equation: `0.41 = 0.02 + 0.31 * 0.5 + ...`. What the layer's own activation makes of it is the
 * last statement; its symbols begin with FALTUNG_ACTIVATION_SYMBOL.
 */
typedef struct {
    char *tex;    /* its numbers are marked with the symbols that they stand for */
    double value; /* what the numbers give as they are written: rounded */
} FaltungArithmetic;

/**
 * faltung_arithmetic_new:
 * @index: of the layer's output, in the field's layout
 * @inputs: one sample of each input, @parameters: all; in the field's layout
 *
 * An operation needs nothing for it: where a value is a sum of multiples of what comes in (dense,
 * convolutions, means, joins, what only moves values), its reference code tells the multiples,
 * which are its gradients. Products are written largest first, those of little size as one number.
 * An activation's equation has the number where it has x. Maxima, normalizations and softmax are
 * written out; of a recurrent layer the gates of the step with their sums, and then the state; of
 * attention the query, the key and the value that matter most, on their way to the output.
 *
 * Returns: (transfer full) (nullable): %NULL where a value is made of too much to be written, or
 *   where it would take the reference code too long.
 */
FaltungArithmetic *faltung_arithmetic_new(const FaltungLayer *layer, size_t index,
                                          const float *const *inputs,
                                          const float *const *parameters);
void faltung_arithmetic_free(FaltungArithmetic *arithmetic);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungArithmetic, faltung_arithmetic_free)

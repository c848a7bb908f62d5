/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

/*
 * What a value of a layer's output is made of, axis by axis (FaltungOperation.reach). An axis of
 * the input may follow an axis of the output: then a place along that one tells from which place to
 * which the value sees. Else it sees all places.
 */

enum { FALTUNG_SEES_ALL = -1 };

/**
 * faltung_layer_reach: along axis @axis of input @input.
 * @at: a place along the output's axis that is returned
 * @first, @last: (out): they may lie beside the input
 *
 * Returns: the axis of the output that it follows, or FALTUNG_SEES_ALL.
 */
int faltung_layer_reach(const FaltungLayer *layer, int input, int axis, int at, int *first,
                        int *last);

/* For the descriptor. Every value comes from that at its own place: */
int faltung_reach_same(const FaltungLayer *layer, int input, int axis, int at, int *first,
                       int *last);
/* ... from all features of its step; from all channels of its pixel: */
int faltung_reach_row(const FaltungLayer *layer, int input, int axis, int at, int *first,
                      int *last);
/* ... from its step, whose values may be of any number: */
int faltung_reach_step(const FaltungLayer *layer, int input, int axis, int at, int *first,
                       int *last);
/* ... from its whole channel, or feature at all steps: */
int faltung_reach_channel(const FaltungLayer *layer, int input, int axis, int at, int *first,
                          int *last);

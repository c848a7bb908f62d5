/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/*
 * The middle of multi-head attention, between its two projections, head by head of every sample:
 *
 *     S = Q K^T / sqrt(D),  P = softmax of the rows of S,  mixed = P V
 *
 * with Q, K and V (T, D), the head's share of the F = heads D features. Causal: step t looks at
 * the steps up to t alone, so P is a lower triangle, and about half of the work is left out.
 *
 * Vaswani et al., "Attention Is All You Need", arXiv:1706.03762, section 3.2.
 */
typedef struct {
    int batch, steps, heads;
    int size;   /* D, of a head */
    int causal; /* whether a step sees none that are later */
    int threads;
    float *qkv;     /* (N, T, 3 F): queries, keys and values side by side */
    float *weights; /* (N, heads, T, row): P; NULL: not kept */
    float *mixed;   /* (N, T, F) */
    float *scratch; /* faltung_attention_scratch_size() floats */

    /* backward */
    const float *dmixed; /* (N, T, F) */
    float *dqkv;         /* (N, T, 3 F), stored */
} FaltungAttention;

/** faltung_attention_row: Returns: the floats from a row of a T x T matrix to the next. */
int faltung_attention_row(int steps);

/** faltung_attention_scratch_size: Returns: the floats of scratch for @threads threads. */
size_t faltung_attention_scratch_size(int steps, int size, int threads);

/** faltung_attention_forward: mixed and, where they are kept, the weights, from qkv. */
void faltung_attention_forward(const FaltungAttention *attention);

/** faltung_attention_backward: dqkv, from dmixed, qkv and the kept weights. */
void faltung_attention_backward(const FaltungAttention *attention);

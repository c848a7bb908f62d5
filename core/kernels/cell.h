/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/**
 * FaltungCell: one time step of a recurrent layer after its matrix products, for some samples
 * and a panel of `width` units. Matrices have a row a sample. A row of products or gates holds the
 * panel's units for the first gate, then for the second, ...; its gates are in the order that the
 * cell's comment gives.
 *
 * Forward makes of both products the gates and the new state. Backward makes of the state's
 * gradient the gates' gradients (before their nonlinearity), which it writes over the gates.
 */
typedef struct {
    int rows;
    int width; /* whole vectors */
    int units; /* of them that are there: the rest is padding, with weights of 0 */

    const float *x; /* W_ih x: sample n's begin at n x_row, or at index[n] x_row */
    ptrdiff_t x_row;
    const int32_t *index;
    const float *bias; /* b_ih, (gates, width) */
    const float *h;    /* W_hh h + b_hh, (rows, gates, width) */

    float *gates;        /* (rows, kept gates, width); forward: NULL where they are not kept */
    const float *before; /* the state before, (rows, state_row) */
    float *after;        /* the new one */
    ptrdiff_t state_row;
    const float *cell_before; /* lstm: the cell's state before and after, (rows, width) */
    float *cell;
    const float *peepholes; /* lstm: NULL, or those of i f o, (3, width) */
    float *reset;           /* gru with the gate before: r h, (rows, state_row) */
    float *output;          /* NULL: not asked for; (rows, output_row) with only `units` in a row */
    ptrdiff_t output_row;

    const float *output_gradient; /* NULL: none; as output */
    float *gradient;              /* of the state after, without that of the output; gru leaves
                                     here what goes straight on to the state before */
    float *cell_gradient;         /* lstm: of cell; of cell_before when done */
    const float *reset_gradient;  /* gru with the gate before: of reset */
    ptrdiff_t reset_gradient_row;
    int relu; /* rnn: relu instead of tanh */
} FaltungCell;

/** FaltungCellKernels: of every cell its forward and its backward. */
typedef struct {
    /* h = f(x + b + h) */
    void (*rnn_forward)(const FaltungCell *cell);
    void (*rnn_backward)(const FaltungCell *cell);
    /* products and gates i f g o */
    void (*lstm_forward)(const FaltungCell *cell);
    void (*lstm_backward)(const FaltungCell *cell);
    /* x: n r z; h: r z n; kept: n r z and the h of n, so that the gradients of the x and of the h
       are both side by side: the first three, the last three */
    void (*gru_forward)(const FaltungCell *cell);
    void (*gru_backward)(const FaltungCell *cell);
    /* the same with the reset gate before the product, in two steps: h: r z, then n alone */
    void (*gru_reset_forward)(const FaltungCell *cell);      /* r, z and reset */
    void (*gru_candidate_forward)(const FaltungCell *cell);  /* n and the new state */
    void (*gru_candidate_backward)(const FaltungCell *cell); /* all but r */
    void (*gru_reset_backward)(const FaltungCell *cell);     /* r */
} FaltungCellKernels;

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/recurrent.h"

#include <string.h>

/*
 * Sequences that are shorter than the others of their batch. All samples go through all steps, so
 * that the products are those of whole blocks of rows; what a step did to a sequence that is over,
 * or in reverse has not begun, is taken back.
 */

/* The part of @of, an output of this pass or its gradient, that is of sample @row at step @s; of
   the last state alone there is one. */
static float *output_of(const FaltungRecurrence *r, const float *of, int s, int row) {
    size_t at = row;
    if (!r->last)
        at = at * r->steps + faltung_recurrence_time(r, s);
    return (float *)of + at * r->output_row;
}

void faltung_recurrence_pad(const FaltungRecurrence *r, int s, int first, int rows) {
    for (int n = first; n < first + rows; n++) {
        if (!faltung_recurrence_pads(r, s, n))
            continue;
        float *state = faltung_recurrence_state(r, s, n);
        memcpy(state, faltung_recurrence_state(r, s - 1, n), r->state_row * sizeof(float));
        for (int p = 0; p < r->n_panels && r->kind->cell; p++)
            memcpy(faltung_recurrence_cell(r, s, p, n), faltung_recurrence_cell(r, s - 1, p, n),
                   r->width * sizeof(float));
        float *output = output_of(r, r->output, s, n);
        if (!r->last)
            memset(output, 0, r->units * sizeof(float));
        else if (s == r->steps - 1)
            memcpy(output, state, r->units * sizeof(float));
    }
}

/* Steps of padding have no gradient of their own: what comes from behind them goes on. That is
   nothing, or the gradient of the last state. */
static void pad_row_back(const FaltungRecurrence *r, int s, int row) {
    float *gradient = r->gradient + (size_t)row * r->state_row;
    memset(gradient, 0, r->state_row * sizeof(float));
    if (r->last)
        memcpy(gradient, output_of(r, r->output_gradient, s, row), r->units * sizeof(float));
    for (int p = 0; p < r->n_panels; p++) {
        memset(faltung_recurrence_gates(r, s, p, row), 0,
               (size_t)r->kind->kept * r->width * sizeof(float));
        if (r->kind->cell)
            memset(r->cell_gradient + ((size_t)p * r->batch + row) * r->width, 0,
                   r->width * sizeof(float));
    }
}

/* Into the gradient of the state before the products are added, see
   faltung_recurrence_step_back(). */
void faltung_recurrence_pad_back(const FaltungRecurrence *r, int s, int first, int rows) {
    for (int n = first; r->lengths && n < first + rows; n++) {
        if (faltung_recurrence_pads(r, s, n))
            pad_row_back(r, s, n);
        else if (!r->kind->carries)
            memset(r->gradient + (size_t)n * r->state_row, 0, r->state_row * sizeof(float));
    }
}

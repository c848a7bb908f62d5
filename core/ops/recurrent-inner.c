/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/recurrent.h"

#include <string.h>

/* What lies inside a recurrent layer: its gates and states, of every pass, at every step. */

int faltung_recurrent_inner_places(const FaltungLayer *layer, FaltungInnerAxis axis) {
    int passes = faltung_recurrent_levels(layer) * faltung_recurrent_directions(layer);
    switch (axis) {
    case FALTUNG_AXIS_PASS:
        return passes > 1 ? passes : 0;
    case FALTUNG_AXIS_STEP:
        return layer->input_shapes[0].dims[0];
    default:
        return ((const FaltungRecurrentOptions *)layer->options)->units;
    }
}

/* Where panel @p of it is at the step that was worked on as the @s-th. A gate is kept where its
   product with the input was. */
static const float *panel_of(const FaltungRecurrence *r, int part, int s, int p, int sample) {
    if (part == FALTUNG_INNER_STATE)
        return faltung_recurrence_state(r, s, sample) + p * r->width;
    if (part == FALTUNG_INNER_CELL)
        return faltung_recurrence_cell(r, s, p, sample);
    return faltung_recurrence_gates(r, s, p, sample) + r->kind->input_slot[part] * r->width;
}

/* (T, units): in the order of the sequence. Where a sequence is over its gates have done nothing:
   0. */
static void read_pass(const FaltungRecurrence *r, int part, int sample, float *values) {
    for (int s = 0; s < r->steps; s++) {
        float *row = values + (size_t)faltung_recurrence_time(r, s) * r->units;
        gboolean nothing = part >= 0 && faltung_recurrence_pads(r, s, sample);
        for (int p = 0; p < r->n_panels; p++) {
            size_t size = faltung_recurrence_units(r, p) * sizeof(float);
            if (nothing)
                memset(row + p * r->width, 0, size);
            else
                memcpy(row + p * r->width, panel_of(r, part, s, p, sample), size);
        }
    }
}

void faltung_recurrent_read_inner(const FaltungStep *step, const FaltungInner *inner, int sample,
                                  float *values) {
    FALTUNG_FOR_EACH_PASS(step->layer, pass) {
        FaltungRecurrence r = faltung_recurrent_kept(step, pass);
        read_pass(&r, inner->part, sample, values);
        values += (size_t)r.steps * r.units;
    }
}

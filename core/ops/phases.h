/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/slide.h"

/*
 * A window that slides by `stride`, run backwards, from its maps to the image. Row r of the image
 * was seen by map row h through row i of the window where r + before = stride h + dilation i. So
 * the rows of one phase, (r + before) mod stride, have some rows i of the window to themselves,
 * evenly spaced ones, and lie at evenly spaced map rows: each phase is a window of stride 1 with a
 * part of the weights, and no product with the zeros between the maps' pixels is made. A stride of
 * 1 has one phase, the whole window turned round.
 */
typedef struct {
    int first, count;  /* image rows first, first + stride, ...: so many */
    int tap, tap_step; /* rows of the window: tap, tap + tap_step, ... */
    int taps;          /* so many; may be 0 */
    int map, map_step; /* the map row at which `tap` sees the first image row; the next sees it so
                          many map rows before */
} FaltungPhase;

static inline FaltungPhase faltung_phase(const FaltungSlide *s, int phase) {
    FaltungPhase p = {.tap_step = 1, .map_step = 1};
    p.first = (phase - s->before % s->stride + s->stride) % s->stride;
    p.count = p.first < s->input ? (s->input - p.first - 1) / s->stride + 1 : 0;
    while (p.tap < s->kernel && s->dilation * p.tap % s->stride != phase)
        p.tap++;
    if (p.tap == s->kernel)
        return p;
    p.map = (p.first + s->before - s->dilation * p.tap) / s->stride;
    while (s->dilation * p.tap_step % s->stride != 0)
        p.tap_step++;
    p.taps = (s->kernel - p.tap - 1) / p.tap_step + 1;
    if (p.taps > 1)
        p.map_step = s->dilation * p.tap_step / s->stride;
    return p;
}

/* The first map row that the phase's window sees; may be negative. */
static inline int faltung_phase_begin(const FaltungPhase *p) {
    return p->taps > 0 ? p->map - (p->taps - 1) * p->map_step : 0;
}

/** faltung_phase_margins: Rows of zeros around the maps, so that every phase's window stays
 *  inside. */
static inline void faltung_phase_margins(const FaltungSlide *s, int *before, int *after) {
    *before = *after = 0;
    for (int phase = 0; phase < s->stride; phase++) {
        FaltungPhase p = faltung_phase(s, phase);
        int missing = -faltung_phase_begin(&p), beyond = p.map + p.count - s->output;
        if (p.count > 0 && p.taps > 0) {
            *before = missing > *before ? missing : *before;
            *after = beyond > *after ? beyond : *after;
        }
    }
}

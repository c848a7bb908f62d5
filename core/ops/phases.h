/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/slide.h"

/*
 * A window that slides by `stride`, run backwards, from its maps to the image. Row r of the image
 * was seen by map row h through row i of the window where r + before = stride h + i. So the rows
 * of one phase, (r + before) mod stride, have the rows i = phase, phase + stride, ... of the window
 * to themselves, and lie at the map rows h, h + 1, ...: each phase is a window of stride 1 with a
 * part of the weights, and no product with the zeros between the maps' pixels is made. A stride of
 * 1 has one phase, the whole window turned round.
 */
typedef struct {
    int first, count; /* image rows first, first + stride, ...: so many */
    int map;          /* the map row h at which i = phase sees the first of them */
    int taps;         /* rows of the window: phase, phase + stride, ...; may be 0 */
} FaltungPhase;

static inline FaltungPhase faltung_phase(const FaltungSlide *s, int phase) {
    FaltungPhase p;
    p.first = (phase - s->before % s->stride + s->stride) % s->stride;
    p.count = p.first < s->input ? (s->input - p.first - 1) / s->stride + 1 : 0;
    p.map = (p.first + s->before - phase) / s->stride;
    p.taps = phase < s->kernel ? (s->kernel - phase - 1) / s->stride + 1 : 0;
    return p;
}

/* The first map row that the phase's window sees; may be negative. */
static inline int faltung_phase_begin(const FaltungPhase *p) {
    return p->map - (p->taps > 0 ? p->taps - 1 : 0);
}

/* Rows of zeros around the maps, so that every phase's window stays inside. */
typedef struct {
    int before, after;
} FaltungMargins;

static inline FaltungMargins faltung_phase_margins(const FaltungSlide *s) {
    FaltungMargins m = {0, 0};
    for (int phase = 0; phase < s->stride; phase++) {
        FaltungPhase p = faltung_phase(s, phase);
        int before = -faltung_phase_begin(&p), after = p.map + p.count - s->output;
        if (p.count > 0 && p.taps > 0) {
            m.before = before > m.before ? before : m.before;
            m.after = after > m.after ? after : m.after;
        }
    }
    return m;
}

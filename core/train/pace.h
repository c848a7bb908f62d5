/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/**
 * FaltungPace: how many threads train fastest, found by trying. Threads that wait for each other
 * lose as soon as another process takes a core from one of them, and a small network gains nothing
 * from many of them; since any number gives the same bits, the trainer is free to choose.
 *
 * From time to time a step or a few run on half or on twice the threads; what is faster stays.
 */
typedef struct {
    int most;    /* threads that may be used */
    int threads; /* the number of the next step */
    /* the rest is its own */
    int settled;         /* the number that has been fastest */
    gboolean down;       /* the direction of the next trial */
    double settled_cost; /* seconds a sample, of the stretch before the trial */
    int steps;           /* of the stretch or trial under way; its first is not counted */
    double seconds;
    double samples;
    double length; /* seconds until the next trial */
} FaltungPace;

void faltung_pace_init(FaltungPace *pace, int most);

/** faltung_pace_record: takes in a step on pace->threads, and chooses those of the next. */
void faltung_pace_record(FaltungPace *pace, double seconds, int samples);

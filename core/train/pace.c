/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/pace.h"

/* A trial takes some steps and milliseconds, so that the clock and chance do not decide; and less
   than a twenty-fifth of the time. What is to replace the settled number has to be clearly
   faster, or the number would wander. */
#define TRIAL_STEPS 3
#define TRIAL_SECONDS 0.004
#define LONGEST_TRIAL 0.1
#define SHORTEST_STRETCH 0.02
#define LONGEST_STRETCH 2.0
#define STRETCH_A_TRIAL 25.0
#define CLEARLY 0.95

void faltung_pace_init(FaltungPace *pace, int most) {
    *pace = (FaltungPace){
        .most = most,
        .threads = most,
        .settled = most,
        .down = TRUE,
        .length = SHORTEST_STRETCH,
    };
}

static void begin(FaltungPace *pace, int threads) {
    pace->threads = threads;
    pace->steps = 0;
    pace->seconds = pace->samples = 0.0;
}

/* Returns: the number to try next: half or twice as many; 0 where there is none that way. */
static int neighbour(const FaltungPace *pace) {
    if (pace->down)
        return pace->settled / 2;
    return pace->settled < pace->most ? MIN(2 * pace->settled, pace->most) : 0;
}

static void begin_trial(FaltungPace *pace) {
    if (neighbour(pace) == 0)
        pace->down = !pace->down;
    begin(pace, neighbour(pace));
}

static void end_trial(FaltungPace *pace) {
    double cost = pace->seconds / pace->samples;
    if (cost < CLEARLY * pace->settled_cost) {
        pace->settled = pace->threads;
        pace->settled_cost = cost;
        pace->length = SHORTEST_STRETCH;
        if (neighbour(pace) > 0) { /* further in this direction */
            begin_trial(pace);
            return;
        }
    } else {
        pace->down = !pace->down;
        pace->length = MIN(2 * pace->length, LONGEST_STRETCH);
    }
    pace->length = MAX(pace->length, STRETCH_A_TRIAL * pace->seconds);
    begin(pace, pace->settled);
}

void faltung_pace_record(FaltungPace *pace, double seconds, int samples) {
    if (pace->most == 1)
        return;
    /* the first step on another number of threads wakes or makes them */
    if (pace->steps++ == 0)
        return;
    pace->seconds += seconds;
    pace->samples += samples;
    gboolean enough = pace->steps > TRIAL_STEPS && pace->seconds >= TRIAL_SECONDS;
    if (pace->threads != pace->settled) {
        if (enough || pace->seconds >= LONGEST_TRIAL)
            end_trial(pace);
    } else if (enough && pace->seconds >= pace->length) {
        pace->settled_cost = pace->seconds / pace->samples;
        begin_trial(pace);
    }
}

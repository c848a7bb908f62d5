/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/optimizers/strong-wolfe.h"

#include <math.h>

static const double decrease = 1e-4, flatness = 0.9;
enum { MOST = 25 };

typedef struct {
    double t, value, slope;
} Point;

static Point look(const FaltungLine *line, double t) {
    Point point = {.t = t};
    point.value = line->at(line->data, t, &point.slope);
    return point;
}

/* Where the cubic through both points with their slopes is least, within bounds; their middle where
   it has no least value. */
static double interpolate(const Point *a, const Point *b, double low, double high) {
    double d1 = a->slope + b->slope - 3 * (a->value - b->value) / (a->t - b->t);
    double square = d1 * d1 - a->slope * b->slope;
    if (!(square >= 0))
        return (low + high) / 2;
    const Point *near = a->t <= b->t ? a : b, *far = near == a ? b : a;
    double d2 = sqrt(square);
    double t = far->t -
               (far->t - near->t) * ((far->slope + d2 - d1) / (far->slope - near->slope + 2 * d2));
    return fmin(fmax(t, low), high);
}

/* Points that a good step lies between. */
typedef struct {
    Point points[2];
    int low; /* which has the smaller value */
} Bracket;

static void order(Bracket *bracket) {
    bracket->low = bracket->points[0].value <= bracket->points[1].value ? 0 : 1;
}

/* The next step to try, away from the ends where little came of the last ones. */
static double next_step(const Bracket *bracket, gboolean *insufficient) {
    const Point *a = &bracket->points[0], *b = &bracket->points[1];
    double low = fmin(a->t, b->t), high = fmax(a->t, b->t), margin = 0.1 * (high - low);
    double t = interpolate(a, b, low, high);
    gboolean close = fmin(high - t, t - low) < margin;
    if (close && (*insufficient || t >= high || t <= low)) {
        *insufficient = FALSE;
        return fabs(t - high) < fabs(t - low) ? high - margin : low + margin;
    }
    *insufficient = close;
    return t;
}

double faltung_strong_wolfe(const FaltungLine *line, double t, double value, double slope,
                            double width, double tolerance) {
    Point start = {0, value, slope}, before = start, now = look(line, t);
    Bracket bracket;
    int tries = 0;
    /* farther and farther, until there is a good step, or one is known to have been passed */
    for (;; tries++) {
        if (tries == MOST) {
            bracket.points[0] = start;
            bracket.points[1] = now;
            break;
        }
        gboolean high = now.value > value + decrease * now.t * slope ||
                        (tries > 1 && now.value >= before.value);
        if (!high && fabs(now.slope) <= -flatness * slope)
            return now.t;
        if (high || now.slope >= 0) {
            bracket.points[0] = before;
            bracket.points[1] = now;
            break;
        }
        double farther = interpolate(&before, &now, now.t + 0.01 * (now.t - before.t), now.t * 10);
        before = now;
        now = look(line, farther);
    }
    order(&bracket);
    gboolean insufficient = FALSE;
    for (; tries < MOST; tries++) {
        if (fabs(bracket.points[1].t - bracket.points[0].t) * width < tolerance)
            break;
        now = look(line, next_step(&bracket, &insufficient));
        Point *low = &bracket.points[bracket.low], *high = &bracket.points[1 - bracket.low];
        if (now.value > value + decrease * now.t * slope || now.value >= low->value) {
            *high = now;
            order(&bracket);
            continue;
        }
        if (fabs(now.slope) <= -flatness * slope)
            return now.t;
        if (now.slope * (high->t - low->t) >= 0)
            *high = *low;
        *low = now;
    }
    return bracket.points[bracket.low].t;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/train/optimizers/optimizer-private.h"
#include "core/train/optimizers/strong-wolfe.h"

#include <math.h>
#include <string.h>

/*
 * L-BFGS (Liu and Nocedal, 1989; Nocedal and Wright, Numerical Optimization, algorithms 7.4
 * and 7.5), as PyTorch has it: each step is one of the iterations of its step(), so that with
 * batches of all samples an epoch is an iteration. The last pairs of a step s
 * and of what it changed in the gradient, y, stand for the inverse of the Hessian.
 *
 *   d = -H g    (the two loops)    w = w + t d    t = lr, in the first step lr min(1, 1 / |g|_1)
 *
 * or, with a line search, where that begins; then the loss is computed several times a step.
 * A pair is kept where y s > 1e-10, so that H stays positive. For small problems: it keeps 2 + 2
 * history_size values for each parameter and works on one core.
 */

enum { MOST_PAIRS = 30, TAKEN = 0, GRADIENT = 1, PAIRS = 2, START = PAIRS + 2 * MOST_PAIRS };

static const char *const line_searches[] = {"none", "strong_wolfe", NULL};
enum { LINE_SEARCH_NONE, LINE_SEARCH_STRONG_WOLFE };

typedef struct {
    double lr;
    int history_size;
    double tolerance_grad, tolerance_change;
    int line_search_fn;
} Options;

FALTUNG_CLONES static double lbfgs_dot(const float *a, const float *b, size_t n) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += (double)a[i] * b[i];
    return sum;
}

FALTUNG_CLONES static void lbfgs_add(double factor, const float *from, size_t n, float *to) {
    float f = factor;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        to[i] += f * from[i];
}

static void measure(const float *values, size_t n, double *largest, double *sum) {
    *largest = *sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        *largest = fmax(*largest, fabsf(values[i]));
        *sum += fabsf(values[i]);
    }
}

static float *steps_of(const FaltungOptimizerStep *step, int pair) {
    return step->slots[PAIRS + 2 * pair];
}

static float *changes_of(const FaltungOptimizerStep *step, int pair) {
    return step->slots[PAIRS + 2 * pair + 1];
}

/* Returns: y s of a pair; 0 where there is none yet. */
static double curvature(const FaltungOptimizerStep *step, int pair) {
    return lbfgs_dot(steps_of(step, pair), changes_of(step, pair), step->n);
}

/* Adds the pair of the last step behind the others, in place of the oldest where there are as many
   as are kept. Returns: how many there are. */
static int add_pair(const FaltungOptimizerStep *step) {
    const Options *options = step->options;
    const float *taken = step->slots[TAKEN], *before = step->slots[GRADIENT]; /* (n) */
    int pairs = 0;
    while (pairs < options->history_size && curvature(step, pairs) > 0.0)
        pairs++;
    double ys = 0.0;
    for (size_t i = 0; i < step->n; i++)
        ys += ((double)step->gradients[i] - before[i]) * taken[i];
    if (!(ys > 1e-10))
        return pairs;
    size_t bytes = step->n * sizeof(float);
    if (pairs == options->history_size) {
        for (int k = 1; k < pairs; k++) {
            memcpy(steps_of(step, k - 1), steps_of(step, k), bytes);
            memcpy(changes_of(step, k - 1), changes_of(step, k), bytes);
        }
        pairs--;
    }
    memcpy(steps_of(step, pairs), taken, bytes);
    float *changes = changes_of(step, pairs);
    for (size_t i = 0; i < step->n; i++)
        changes[i] = step->gradients[i] - before[i];
    return pairs + 1;
}

/* @direction: (inout): -g becomes -H g */
static void two_loops(const FaltungOptimizerStep *step, int pairs, float *direction) {
    double alpha[MOST_PAIRS], rho[MOST_PAIRS], scale = 1.0;
    for (int k = pairs - 1; k >= 0; k--) {
        double ys = curvature(step, k);
        if (k == pairs - 1)
            scale = ys / lbfgs_dot(changes_of(step, k), changes_of(step, k), step->n);
        rho[k] = 1.0 / ys;
        alpha[k] = rho[k] * lbfgs_dot(steps_of(step, k), direction, step->n);
        lbfgs_add(-alpha[k], changes_of(step, k), step->n, direction);
    }
    for (size_t i = 0; i < step->n; i++)
        direction[i] *= scale;
    for (int k = 0; k < pairs; k++) {
        double beta = rho[k] * lbfgs_dot(changes_of(step, k), direction, step->n);
        lbfgs_add(alpha[k] - beta, steps_of(step, k), step->n, direction);
    }
}

/* The loss along the direction. */
typedef struct {
    const FaltungOptimizerStep *step;
    const float *direction, *start; /* (n) */
} Line;

static double value_at(gpointer data, double t, double *slope) {
    const Line *line = data;
    const FaltungOptimizerStep *step = line->step;
    memcpy(step->parameters, line->start, step->n * sizeof(float));
    lbfgs_add(t, line->direction, step->n, step->parameters);
    double loss = step->evaluate(step->data);
    *slope = isfinite(loss) ? lbfgs_dot(step->gradients, line->direction, step->n) : 0.0;
    return loss;
}

/* Returns: how far to go along @direction. @length: where the search begins, @slope: downhill */
static double search(const FaltungOptimizerStep *step, const float *direction, double length,
                     double slope) {
    const Options *options = step->options;
    float *start = step->slots[START];
    memcpy(start, step->parameters, step->n * sizeof(float));
    Line along = {step, direction, start};
    double largest, unused;
    measure(direction, step->n, &largest, &unused);
    length = faltung_strong_wolfe(&(FaltungLine){value_at, &along}, length, step->loss, slope,
                                  largest, options->tolerance_change);
    memcpy(step->parameters, start, step->n * sizeof(float));
    return length;
}

static gboolean lbfgs_searches(const void *options) {
    return ((const Options *)options)->line_search_fn == LINE_SEARCH_STRONG_WOLFE;
}

static void lbfgs_update(const FaltungOptimizerStep *step) {
    const Options *options = step->options;
    const float *gradients = step->gradients;                           /* (n) */
    float *taken = step->slots[TAKEN], *before = step->slots[GRADIENT]; /* (n) */
    double largest, sum, had, unused;
    measure(gradients, step->n, &largest, &sum);
    if (largest <= options->tolerance_grad)
        return;
    measure(before, step->n, &had, &unused);
    gboolean first = had == 0.0;
    int pairs = first ? 0 : add_pair(step);
    for (size_t i = 0; i < step->n; i++)
        taken[i] = -gradients[i];
    two_loops(step, pairs, taken);
    memcpy(before, gradients, step->n * sizeof(float));
    double length = step->learning_rate * (first ? fmin(1.0, 1.0 / sum) : 1.0);
    double slope = lbfgs_dot(gradients, taken, step->n);
    gboolean downhill = slope <= -options->tolerance_change;
    if (downhill && lbfgs_searches(options) && step->evaluate)
        length = search(step, taken, length, slope);
    for (size_t i = 0; i < step->n; i++) {
        taken[i] *= (float)length;
        step->parameters[i] += downhill ? taken[i] : 0.0f;
    }
}

static gboolean lbfgs_uses_slot(const void *options, int slot) {
    return slot == START ? lbfgs_searches(options)
                         : slot < PAIRS + 2 * ((const Options *)options)->history_size;
}

static const FaltungOptionSpec options[] = {
    FALTUNG_LR_OPTION(Options, "1"),
    {
        .name = "history_size",
        .summary = "how many of the last steps the curvature is told from",
        .type = FALTUNG_INTEGER,
        .offset = offsetof(Options, history_size),
        .fallback = "10",
        .minimum = 1,
        .maximum = MOST_PAIRS,
    },
    {
        .name = "tolerance_grad",
        .summary = "no step where no gradient is larger",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, tolerance_grad),
        .fallback = "1e-07",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {
        .name = "tolerance_change",
        .summary = "no step where the slope along the direction is smaller",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, tolerance_change),
        .fallback = "1e-09",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {
        .name = "line_search_fn",
        .summary = "how the length of a step is found: none, it is lr; strong_wolfe, by trying "
                   "several",
        .type = FALTUNG_CHOICE,
        .offset = offsetof(Options, line_search_fn),
        .fallback = "none",
        .choices = line_searches,
    },
    {0},
};

#define PAIR(k) "old_stps_" #k, "old_dirs_" #k
static const char *const slot_names[] = {
    "d",      "prev_flat_grad", PAIR(0),  PAIR(1),  PAIR(2),  PAIR(3),  PAIR(4),
    PAIR(5),  PAIR(6),          PAIR(7),  PAIR(8),  PAIR(9),  PAIR(10), PAIR(11),
    PAIR(12), PAIR(13),         PAIR(14), PAIR(15), PAIR(16), PAIR(17), PAIR(18),
    PAIR(19), PAIR(20),         PAIR(21), PAIR(22), PAIR(23), PAIR(24), PAIR(25),
    PAIR(26), PAIR(27),         PAIR(28), PAIR(29), "start",  NULL,
};
G_STATIC_ASSERT(G_N_ELEMENTS(slot_names) == START + 2);
G_STATIC_ASSERT(START < FALTUNG_MAX_SLOTS);

const FaltungOptimizer faltung_optimizer_lbfgs = {
    .kind =
        {
            .name = "lbfgs",
            .title = "L-BFGS",
            .summary = "Newton's method with a curvature told from the last steps: for small "
                       "networks and batches of all samples",
            .options = options,
            .options_size = sizeof(Options),
        },
    .equation = "w \\leftarrow w - \\eta H \\nabla L, \\quad H \\approx (\\nabla^2 L)^{-1}",
    .n_slots = START + 1,
    .slot_names = slot_names,
    .uses_slot = lbfgs_uses_slot,
    .learning_rate = faltung_optimizer_rate,
    .whole = TRUE,
    .searches = lbfgs_searches,
    .update = lbfgs_update,
};

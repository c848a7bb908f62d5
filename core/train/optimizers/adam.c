/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/train/optimizers/optimizer-private.h"

#include <math.h>

/*
 * Adam (Kingma and Ba, arXiv:1412.6980) with PyTorch's formulas: at step t
 *
 *   g = gradient + weight_decay w
 *   m = beta1 m + (1 - beta1) g
 *   v = beta2 v + (1 - beta2) g^2
 *   w = w - lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)
 */

typedef struct {
    double lr, beta1, beta2, eps, weight_decay;
} Options;

static double adam_learning_rate(const void *options) {
    return ((const Options *)options)->lr;
}

FALTUNG_CLONES static void adam_update(const FaltungOptimizerStep *step) {
    const Options *options = step->options;
    size_t n = step->n;
    float *restrict w = step->parameters;      /* (n) */
    const float *restrict g = step->gradients; /* (n) */
    float *restrict m = step->slots[0];        /* (n) */
    float *restrict v = step->slots[1];        /* (n) */
    float decay = options->weight_decay, eps = options->eps;
    float beta1 = options->beta1, rest1 = 1.0 - options->beta1;
    float beta2 = options->beta2, rest2 = 1.0 - options->beta2;
    float rate = step->learning_rate / (1.0 - pow(options->beta1, step->step));
    float scale = 1.0 / sqrt(1.0 - pow(options->beta2, step->step));
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        float gradient = g[i] + decay * w[i];
        m[i] = beta1 * m[i] + rest1 * gradient;
        v[i] = beta2 * v[i] + rest2 * gradient * gradient;
        w[i] -= rate * m[i] / (sqrtf(v[i]) * scale + eps);
    }
}

static void adam_reference(const void *data, double learning_rate, guint64 step, double *parameter,
                           double gradient, double *slots) {
    const Options *options = data;
    gradient += options->weight_decay * *parameter;
    slots[0] = options->beta1 * slots[0] + (1.0 - options->beta1) * gradient;
    slots[1] = options->beta2 * slots[1] + (1.0 - options->beta2) * gradient * gradient;
    double m = slots[0] / (1.0 - pow(options->beta1, step));
    double v = slots[1] / (1.0 - pow(options->beta2, step));
    *parameter -= learning_rate * m / (sqrt(v) + options->eps);
}

static const FaltungOptionSpec options[] = {
    FALTUNG_LR_OPTION(Options, "0.001"),
    {
        .name = "beta1",
        .summary = "how much of the running mean of the gradient is kept",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, beta1),
        .fallback = "0.9",
        .minimum = 0.0,
        .maximum = 0.9999999,
    },
    {
        .name = "beta2",
        .summary = "how much of the running mean of the squared gradient is kept",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, beta2),
        .fallback = "0.999",
        .minimum = 0.0,
        .maximum = 0.9999999,
    },
    {
        .name = "eps",
        .summary = "added to the root in the denominator",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, eps),
        .fallback = "1e-8",
        .minimum = 1e-20,
        .maximum = G_MAXDOUBLE,
    },
    FALTUNG_WEIGHT_DECAY_OPTION(Options),
    {0},
};

static const char *const slot_names[] = {"exp_avg", "exp_avg_sq", NULL};

const FaltungOptimizer faltung_optimizer_adam = {
    .kind =
        {
            .name = "adam",
            .title = "Adam",
            .summary = "a step of its own size for every weight, from running means of the "
                       "gradient and its square",
            .options = options,
            .options_size = sizeof(Options),
        },
    .equation = "w \\leftarrow w - \\eta \\frac{\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}",
    .n_slots = 2,
    .slot_names = slot_names,
    .learning_rate = adam_learning_rate,
    .update = adam_update,
    .reference = adam_reference,
};

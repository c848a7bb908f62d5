/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/train/optimizers/optimizer-private.h"

/*
 * Lion (Chen et al., Symbolic Discovery of Optimization Algorithms, arXiv:2302.06675, algorithm
 * 2): every weight moves by the learning rate, only the direction comes from the gradients
 *
 *   w = w - lr (sign(beta1 m + (1 - beta1) g) + weight_decay w)
 *   m = beta2 m + (1 - beta2) g
 */

typedef struct {
    double lr, beta1, beta2, weight_decay;
} Options;

FALTUNG_CLONES static void lion_update(const FaltungOptimizerStep *step) {
    const Options *options = step->options;
    size_t n = step->n;
    float *restrict w = step->parameters;      /* (n) */
    const float *restrict g = step->gradients; /* (n) */
    float *restrict m = step->slots[0];        /* (n) */
    float lr = step->learning_rate, kept = 1.0 - step->learning_rate * options->weight_decay;
    float beta1 = options->beta1, rest1 = 1.0 - options->beta1;
    float beta2 = options->beta2, rest2 = 1.0 - options->beta2;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        float direction = beta1 * m[i] + rest1 * g[i];
        float change = direction > 0.0f ? lr : direction < 0.0f ? -lr : 0.0f;
        w[i] = kept * w[i] - change;
        m[i] = beta2 * m[i] + rest2 * g[i];
    }
}

static void lion_reference(const void *data, double learning_rate, guint64 step, double *parameter,
                           double gradient, double *slots, GPtrArray *written) {
    const Options *options = data;
    double m = slots[0], beta1 = options->beta1, before = *parameter;
    double direction = beta1 * m + (1.0 - beta1) * gradient;
    double sign = (direction > 0.0) - (direction < 0.0);
    *parameter -= learning_rate * (sign + options->weight_decay * before);
    slots[0] = options->beta2 * m + (1.0 - options->beta2) * gradient;
    faltung_optimizer_write(written,
                            "\\mathrm{sign}($ \\cdot $ + $ \\cdot $) = \\mathrm{sign}($) = $",
                            beta1, m, 1.0 - beta1, gradient, direction, sign);
    faltung_optimizer_write(written, "w = $ - $ \\cdot ($ + $ \\cdot $) = $", before, learning_rate,
                            sign, options->weight_decay, before, *parameter);
}

static const FaltungOptionSpec options[] = {
    FALTUNG_LR_OPTION(Options, "0.0001"),
    FALTUNG_KEPT_OPTION(Options, beta1, "0.9", "the running mean in the step's direction"),
    FALTUNG_KEPT_OPTION(Options, beta2, "0.99", "the running mean of the gradient"),
    FALTUNG_DECOUPLED_DECAY_OPTION(Options, "0"),
    {0},
};

static const char *const slot_names[] = {"exp_avg", NULL};

const FaltungOptimizer faltung_optimizer_lion = {
    .kind =
        {
            .name = "lion",
            .title = "Lion",
            .summary = "steps of one size for all weights, in the direction of the sign of the "
                       "running mean of the gradient",
            .options = options,
            .options_size = sizeof(Options),
        },
    .equation = "w \\leftarrow w - \\eta \\left(\\mathrm{sign}(\\beta_1 m + (1 - \\beta_1) g) + "
                "\\lambda w\\right)",
    .n_slots = 1,
    .slot_names = slot_names,
    .learning_rate = faltung_optimizer_rate,
    .update = lion_update,
    .reference = lion_reference,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/train/optimizers/optimizer-private.h"

#include <math.h>

/*
 * AdaGrad (Duchi, Hazan and Singer, JMLR 12, 2011) with PyTorch's formulas: at step t
 *
 *   g = gradient + weight_decay w
 *   s = s + g^2
 *   w = w - lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps)
 */

typedef struct {
    double lr, lr_decay, eps, weight_decay;
} Options;

static double adagrad_learning_rate(const void *options) {
    return ((const Options *)options)->lr;
}

FALTUNG_CLONES static void adagrad_update(const FaltungOptimizerStep *step) {
    const Options *options = step->options;
    size_t n = step->n;
    float *restrict w = step->parameters;      /* (n) */
    const float *restrict g = step->gradients; /* (n) */
    float *restrict s = step->slots[0];        /* (n) */
    float decay = options->weight_decay, eps = options->eps;
    float rate = step->learning_rate / (1.0 + (step->step - 1) * options->lr_decay);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        float gradient = g[i] + decay * w[i];
        s[i] += gradient * gradient;
        w[i] -= rate * gradient / (sqrtf(s[i]) + eps);
    }
}

static void adagrad_reference(const void *data, double learning_rate, guint64 step,
                              double *parameter, double gradient, double *slots) {
    const Options *options = data;
    gradient += options->weight_decay * *parameter;
    slots[0] += gradient * gradient;
    double rate = learning_rate / (1.0 + (step - 1) * options->lr_decay);
    *parameter -= rate * gradient / (sqrt(slots[0]) + options->eps);
}

static const FaltungOptionSpec options[] = {
    FALTUNG_LR_OPTION(Options, "0.01"),
    {
        .name = "lr_decay",
        .summary = "how fast the learning rate falls: it is divided by 1 + (step - 1) lr_decay",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, lr_decay),
        .fallback = "0",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {
        .name = "eps",
        .summary = "added to the root in the denominator",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, eps),
        .fallback = "1e-10",
        .minimum = 1e-20,
        .maximum = G_MAXDOUBLE,
    },
    FALTUNG_WEIGHT_DECAY_OPTION(Options),
    {0},
};

static const char *const slot_names[] = {"sum", NULL};

const FaltungOptimizer faltung_optimizer_adagrad = {
    .kind =
        {
            .name = "adagrad",
            .title = "AdaGrad",
            .summary = "a step of its own size for every weight, smaller the more it has moved",
            .options = options,
            .options_size = sizeof(Options),
        },
    .equation = "s \\leftarrow s + g^2, \\quad "
                "w \\leftarrow w - \\eta \\frac{g}{\\sqrt{s} + \\epsilon}",
    .n_slots = 1,
    .slot_names = slot_names,
    .learning_rate = adagrad_learning_rate,
    .update = adagrad_update,
    .reference = adagrad_reference,
};

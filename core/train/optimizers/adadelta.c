/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/train/optimizers/optimizer-private.h"

#include <math.h>

/*
 * AdaDelta (Zeiler, arXiv:1212.5701) with PyTorch's formulas: steps in the units of the weight,
 * from the sizes of the steps before
 *
 *   g = gradient + weight_decay w
 *   s = rho s + (1 - rho) g^2
 *   d = sqrt(u + eps) / sqrt(s + eps) g
 *   u = rho u + (1 - rho) d^2
 *   w = w - lr d
 */

typedef struct {
    double lr, rho, eps, weight_decay;
} Options;

FALTUNG_CLONES static void adadelta_update(const FaltungOptimizerStep *step) {
    const Options *options = step->options;
    size_t n = step->n;
    float *restrict w = step->parameters;      /* (n) */
    const float *restrict g = step->gradients; /* (n) */
    float *restrict s = step->slots[0];        /* (n) */
    float *restrict u = step->slots[1];        /* (n) */
    float lr = step->learning_rate, decay = options->weight_decay, eps = options->eps;
    float rho = options->rho, rest = 1.0 - options->rho;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        float gradient = g[i] + decay * w[i];
        s[i] = rho * s[i] + rest * gradient * gradient;
        float change = sqrtf((u[i] + eps) / (s[i] + eps)) * gradient;
        u[i] = rho * u[i] + rest * change * change;
        w[i] -= lr * change;
    }
}

static void adadelta_reference(const void *data, double learning_rate, guint64 step,
                               double *parameter, double gradient, double *slots,
                               GPtrArray *written) {
    const Options *options = data;
    double rho = options->rho, eps = options->eps;
    double old_s = slots[0], u = slots[1], before = *parameter;
    gradient = faltung_optimizer_decay(options->weight_decay, before, gradient, written);
    slots[0] = rho * old_s + (1.0 - rho) * gradient * gradient;
    double change = sqrt(u + eps) / sqrt(slots[0] + eps) * gradient;
    slots[1] = rho * u + (1.0 - rho) * change * change;
    *parameter -= learning_rate * change;
    faltung_optimizer_write(written, "s = $ \\cdot $ + $ \\cdot $^2 = $", rho, old_s, 1.0 - rho,
                            gradient, slots[0]);
    faltung_optimizer_write(written, "\\Delta = \\frac{\\sqrt{$ + $}}{\\sqrt{$ + $}} \\cdot $ = $",
                            u, eps, slots[0], eps, gradient, change);
    faltung_optimizer_write(written, "w = $ - $ \\cdot $ = $", before, learning_rate, change,
                            *parameter);
}

static const FaltungOptionSpec options[] = {
    FALTUNG_LR_OPTION(Options, "1"),
    FALTUNG_KEPT_OPTION(Options, rho, "0.9", "the running means of the squared gradient and step"),
    {
        .name = "eps",
        .summary = "added to both means under the root; the first steps are as small as its root",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, eps),
        .fallback = "1e-6",
        .minimum = 1e-20,
        .maximum = G_MAXDOUBLE,
    },
    FALTUNG_WEIGHT_DECAY_OPTION(Options),
    {0},
};

static const char *const slot_names[] = {"square_avg", "acc_delta", NULL};

const FaltungOptimizer faltung_optimizer_adadelta = {
    .kind =
        {
            .name = "adadelta",
            .title = "AdaDelta",
            .summary = "a step of its own size for every weight, from the sizes of the steps "
                       "before; it hardly needs a learning rate",
            .options = options,
            .options_size = sizeof(Options),
        },
    .equation = "\\Delta = \\frac{\\sqrt{u + \\epsilon}}{\\sqrt{s + \\epsilon}} g, \\quad "
                "w \\leftarrow w - \\eta \\Delta",
    .n_slots = 2,
    .slot_names = slot_names,
    .learning_rate = faltung_optimizer_rate,
    .update = adadelta_update,
    .reference = adadelta_reference,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/train/optimizers/optimizer-private.h"

/*
 * Stochastic gradient descent with PyTorch's formulas:
 *
 *   g = gradient + weight_decay w
 *   v = momentum v + (1 - dampening) g    (the first step: v = g)
 *   w = w - lr v                      (nesterov: w - lr (g + momentum v))
 *
 * The book multiplies by the learning rate on the way into the velocity instead: v = momentum v +
 * lr g, w = w - v. With a constant rate both give the same weights; with a falling one the book's
 * velocity still carries the larger, earlier rates, so its steps shrink a little later.
 */

typedef struct {
    double lr, momentum, dampening, weight_decay;
    gboolean nesterov;
} Options;

FALTUNG_CLONES static void sgd_update(const FaltungOptimizerStep *step) {
    const Options *options = step->options;
    size_t n = step->n;
    float *restrict w = step->parameters;      /* (n) */
    const float *restrict g = step->gradients; /* (n) */
    float lr = step->learning_rate, decay = options->weight_decay, momentum = options->momentum;
    if (momentum == 0.0f) {
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            w[i] -= lr * (g[i] + decay * w[i]);
        return;
    }
    float *restrict v = step->slots[0]; /* (n) */
    float fresh = step->step == 1 ? 1.0 : 1.0 - options->dampening;
    if (options->nesterov) {
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            float gradient = g[i] + decay * w[i];
            v[i] = momentum * v[i] + fresh * gradient;
            w[i] -= lr * (gradient + momentum * v[i]);
        }
    } else {
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            v[i] = momentum * v[i] + fresh * (g[i] + decay * w[i]);
            w[i] -= lr * v[i];
        }
    }
}

static void sgd_reference(const void *data, double learning_rate, guint64 step, double *parameter,
                          double gradient, double *slots, GPtrArray *written) {
    const Options *options = data;
    double momentum = options->momentum, before = *parameter;
    gradient = faltung_optimizer_decay(options->weight_decay, before, gradient, written);
    double change = gradient;
    if (momentum != 0.0) {
        double fresh = step == 1 ? 1.0 : 1.0 - options->dampening, old = slots[0];
        slots[0] = momentum * old + fresh * gradient;
        faltung_optimizer_write(written, "v = $ \\cdot $ + $ \\cdot $ = $", momentum, old, fresh,
                                gradient, slots[0]);
        change = options->nesterov ? gradient + momentum * slots[0] : slots[0];
        if (options->nesterov)
            faltung_optimizer_write(written, "g + \\mu v = $ + $ \\cdot $ = $", gradient, momentum,
                                    slots[0], change);
    }
    *parameter -= learning_rate * change;
    faltung_optimizer_write(written, "w = $ - $ \\cdot $ = $", before, learning_rate, change,
                            *parameter);
}

static gboolean sgd_uses_slot(const void *options, int slot) {
    return ((const Options *)options)->momentum != 0.0;
}

static const FaltungOptionSpec options[] = {
    FALTUNG_LR_OPTION(Options, "0.01"),
    {
        .name = "momentum",
        .summary = "how much of the last step's velocity is kept",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, momentum),
        .fallback = "0",
        .minimum = 0.0,
        .maximum = 1.0,
    },
    {
        .name = "dampening",
        .summary = "how much of each gradient is kept out of the velocity",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, dampening),
        .fallback = "0",
        .minimum = 0.0,
        .maximum = 1.0,
    },
    {
        .name = "nesterov",
        .summary = "look ahead: add the velocity of the next step",
        .type = FALTUNG_SWITCH,
        .offset = offsetof(Options, nesterov),
        .fallback = "false",
    },
    FALTUNG_WEIGHT_DECAY_OPTION(Options),
    {0},
};

static const char *const slot_names[] = {"momentum_buffer", NULL};

const FaltungOptimizer faltung_optimizer_sgd = {
    .kind =
        {
            .name = "sgd",
            .title = "Stochastic gradient descent",
            .summary = "a step against the gradient, with momentum where wanted",
            .options = options,
            .options_size = sizeof(Options),
        },
    .equation = "v \\leftarrow \\mu v + \\nabla L, \\quad w \\leftarrow w - \\eta v",
    .n_slots = 1,
    .slot_names = slot_names,
    .uses_slot = sgd_uses_slot,
    .learning_rate = faltung_optimizer_rate,
    .update = sgd_update,
    .reference = sgd_reference,
};

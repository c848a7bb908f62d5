/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/train/optimizers/optimizer-private.h"

#include <math.h>

/*
 * RMSProp (Tieleman and Hinton, Coursera, Neural Networks for Machine Learning, lecture 6.5,
 * 2012; centered: Graves, arXiv:1308.0850) with PyTorch's formulas:
 *
 *   g = gradient + weight_decay w
 *   s = alpha s + (1 - alpha) g^2
 *   a = alpha a + (1 - alpha) g                   (centered; else a = 0)
 *   d = g / (sqrt(s - a^2) + eps)
 *   b = momentum b + d                            (without momentum b = d)
 *   w = w - lr b
 */

typedef struct {
    double lr, alpha, eps, momentum, weight_decay;
    gboolean centered;
} Options;

enum { SQUARE, MOMENTUM, MEAN };

static inline __attribute__((always_inline)) void
rmsprop_loop(const FaltungOptimizerStep *step, gboolean centered, gboolean with_momentum) {
    const Options *options = step->options;
    size_t n = step->n;
    float *restrict w = step->parameters;                             /* (n) */
    const float *restrict g = step->gradients;                        /* (n) */
    float *restrict s = step->slots[SQUARE];                          /* (n) */
    float *restrict b = with_momentum ? step->slots[MOMENTUM] : NULL; /* (n) */
    float *restrict a = centered ? step->slots[MEAN] : NULL;          /* (n) */
    float lr = step->learning_rate, decay = options->weight_decay, eps = options->eps;
    float alpha = options->alpha, rest = 1.0 - options->alpha, momentum = options->momentum;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        float gradient = g[i] + decay * w[i];
        s[i] = alpha * s[i] + rest * gradient * gradient;
        float variance = s[i];
        if (centered) {
            a[i] = alpha * a[i] + rest * gradient;
            variance -= a[i] * a[i];
            variance = variance > 0.0f ? variance : 0.0f; /* rounding may leave less */
        }
        float change = gradient / (sqrtf(variance) + eps);
        if (with_momentum)
            b[i] = change = momentum * b[i] + change;
        w[i] -= lr * change;
    }
}

FALTUNG_CLONES static void rmsprop_update(const FaltungOptimizerStep *step) {
    const Options *options = step->options;
    gboolean momentum = options->momentum != 0.0;
    if (options->centered && momentum)
        rmsprop_loop(step, TRUE, TRUE);
    else if (options->centered)
        rmsprop_loop(step, TRUE, FALSE);
    else if (momentum)
        rmsprop_loop(step, FALSE, TRUE);
    else
        rmsprop_loop(step, FALSE, FALSE);
}

static void rmsprop_reference(const void *data, double learning_rate, guint64 step,
                              double *parameter, double gradient, double *slots,
                              GPtrArray *written) {
    const Options *options = data;
    double alpha = options->alpha, old_s = slots[SQUARE], before = *parameter;
    gradient = faltung_optimizer_decay(options->weight_decay, before, gradient, written);
    slots[SQUARE] = alpha * old_s + (1.0 - alpha) * gradient * gradient;
    faltung_optimizer_write(written, "s = $ \\cdot $ + $ \\cdot $^2 = $", alpha, old_s, 1.0 - alpha,
                            gradient, slots[SQUARE]);
    double variance = slots[SQUARE];
    if (options->centered) {
        slots[MEAN] = alpha * slots[MEAN] + (1.0 - alpha) * gradient;
        variance = fmax(0.0, variance - slots[MEAN] * slots[MEAN]);
        faltung_optimizer_write(written, "s - \\bar{g}^2 = $ - $^2 = $", slots[SQUARE], slots[MEAN],
                                variance);
    }
    double change = gradient / (sqrt(variance) + options->eps);
    faltung_optimizer_write(written, "\\Delta = \\frac{$}{\\sqrt{$} + $} = $", gradient, variance,
                            options->eps, change);
    if (options->momentum != 0.0) {
        double old = slots[MOMENTUM], new = change;
        change = slots[MOMENTUM] = options->momentum * old + new;
        faltung_optimizer_write(written, "v = $ \\cdot $ + $ = $", options->momentum, old, new,
                                change);
    }
    *parameter -= learning_rate * change;
    faltung_optimizer_write(written, "w = $ - $ \\cdot $ = $", before, learning_rate, change,
                            *parameter);
}

static gboolean rmsprop_uses_slot(const void *data, int slot) {
    const Options *options = data;
    return slot == SQUARE || (slot == MOMENTUM ? options->momentum != 0.0 : options->centered);
}

static const FaltungOptionSpec options[] = {
    FALTUNG_LR_OPTION(Options, "0.01"),
    FALTUNG_KEPT_OPTION(Options, alpha, "0.99", "the running mean of the squared gradient"),
    FALTUNG_EPS_OPTION(Options, "1e-8"),
    FALTUNG_KEPT_OPTION(Options, momentum, "0", "the last step's velocity"),
    {
        .name = "centered",
        .summary = "divide by the standard deviation of the gradient: its running mean is "
                   "taken out of the mean square",
        .type = FALTUNG_SWITCH,
        .offset = offsetof(Options, centered),
        .fallback = "false",
    },
    FALTUNG_WEIGHT_DECAY_OPTION(Options),
    {0},
};

static const char *const slot_names[] = {"square_avg", "momentum_buffer", "grad_avg", NULL};

const FaltungOptimizer faltung_optimizer_rmsprop = {
    .kind =
        {
            .name = "rmsprop",
            .title = "RMSProp",
            .summary = "a step of its own size for every weight, by the running mean of its "
                       "squared gradient",
            .options = options,
            .options_size = sizeof(Options),
        },
    .equation = "s \\leftarrow \\alpha s + (1 - \\alpha) g^2, \\quad "
                "w \\leftarrow w - \\eta \\frac{g}{\\sqrt{s} + \\epsilon}",
    .n_slots = 3,
    .slot_names = slot_names,
    .uses_slot = rmsprop_uses_slot,
    .learning_rate = faltung_optimizer_rate,
    .update = rmsprop_update,
    .reference = rmsprop_reference,
};

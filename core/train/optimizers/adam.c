/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/train/optimizers/optimizer-private.h"

#include <math.h>

/*
 * Adam (Kingma and Ba, arXiv:1412.6980) with PyTorch's formulas: at step t
 *
 *   g = gradient + weight_decay w               (adam)
 *   w = w - lr weight_decay w                   (adamw, instead: arXiv:1711.05101)
 *   m = beta1 m + (1 - beta1) g
 *   v = beta2 v + (1 - beta2) g^2
 *   x = max(x, v)                               (amsgrad: arXiv:1904.09237; else x = v)
 *   w = w - lr m / (1 - beta1^t) / (sqrt(x / (1 - beta2^t)) + eps)
 */

typedef struct {
    double lr, beta1, beta2, eps, weight_decay;
    gboolean amsgrad;
} Options;

/* @decay: what the gradient gets of the weight; @kept: the part of the weight that is left. */
static inline __attribute__((always_inline)) void
adam_loop(const FaltungOptimizerStep *step, float decay, float kept, gboolean amsgrad) {
    const Options *options = step->options;
    size_t n = step->n;
    float *restrict w = step->parameters;                /* (n) */
    const float *restrict g = step->gradients;           /* (n) */
    float *restrict m = step->slots[0];                  /* (n) */
    float *restrict v = step->slots[1];                  /* (n) */
    float *restrict x = amsgrad ? step->slots[2] : NULL; /* (n) */
    float eps = options->eps;
    float beta1 = options->beta1, rest1 = 1.0 - options->beta1;
    float beta2 = options->beta2, rest2 = 1.0 - options->beta2;
    float rate = step->learning_rate / (1.0 - pow(options->beta1, step->step));
    float scale = 1.0 / sqrt(1.0 - pow(options->beta2, step->step));
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        float gradient = g[i] + decay * w[i];
        m[i] = beta1 * m[i] + rest1 * gradient;
        v[i] = beta2 * v[i] + rest2 * gradient * gradient;
        float square = v[i];
        if (amsgrad)
            x[i] = square = x[i] > square ? x[i] : square;
        w[i] = kept * w[i] - rate * m[i] / (sqrtf(square) * scale + eps);
    }
}

/* One loop of each sort, so that what is not asked for costs nothing. */
FALTUNG_CLONES static void adam_update(const FaltungOptimizerStep *step) {
    const Options *options = step->options;
    if (options->amsgrad)
        adam_loop(step, options->weight_decay, 1.0f, TRUE);
    else
        adam_loop(step, options->weight_decay, 1.0f, FALSE);
}

FALTUNG_CLONES static void adamw_update(const FaltungOptimizerStep *step) {
    const Options *options = step->options;
    double kept = 1.0 - step->learning_rate * options->weight_decay;
    if (options->amsgrad)
        adam_loop(step, 0.0f, kept, TRUE);
    else
        adam_loop(step, 0.0f, kept, FALSE);
}

/* The step that both have in common, once @gradient is what it is to be. */
static void adam_step(const Options *options, double learning_rate, guint64 step, double *parameter,
                      double gradient, double *slots, GPtrArray *written) {
    double beta1 = options->beta1, beta2 = options->beta2;
    double old_m = slots[0], old_v = slots[1], before = *parameter;
    slots[0] = beta1 * old_m + (1.0 - beta1) * gradient;
    slots[1] = beta2 * old_v + (1.0 - beta2) * gradient * gradient;
    double square = slots[1];
    if (options->amsgrad)
        square = slots[2] = fmax(slots[2], square);
    double m = slots[0] / (1.0 - pow(beta1, step));
    double v = square / (1.0 - pow(beta2, step));
    *parameter -= learning_rate * m / (sqrt(v) + options->eps);
    faltung_optimizer_write(written, "m = $ \\cdot $ + $ \\cdot $ = $", beta1, old_m, 1.0 - beta1,
                            gradient, slots[0]);
    faltung_optimizer_write(written, "v = $ \\cdot $ + $ \\cdot $^2 = $", beta2, old_v, 1.0 - beta2,
                            gradient, slots[1]);
    if (options->amsgrad)
        faltung_optimizer_write(written, "v_{\\max} = $", square);
    faltung_optimizer_write(written, "\\hat{m} = \\frac{$}{1 - $^{$}} = $", slots[0], beta1,
                            (double)step, m);
    faltung_optimizer_write(written, "\\hat{v} = \\frac{$}{1 - $^{$}} = $", square, beta2,
                            (double)step, v);
    faltung_optimizer_write(written, "w = $ - $ \\cdot \\frac{$}{\\sqrt{$} + $} = $", before,
                            learning_rate, m, v, options->eps, *parameter);
}

static void adam_reference(const void *data, double learning_rate, guint64 step, double *parameter,
                           double gradient, double *slots, GPtrArray *written) {
    const Options *options = data;
    gradient = faltung_optimizer_decay(options->weight_decay, *parameter, gradient, written);
    adam_step(options, learning_rate, step, parameter, gradient, slots, written);
}

static void adamw_reference(const void *data, double learning_rate, guint64 step, double *parameter,
                            double gradient, double *slots, GPtrArray *written) {
    const Options *options = data;
    double before = *parameter;
    *parameter -= learning_rate * options->weight_decay * before;
    if (options->weight_decay != 0.0)
        faltung_optimizer_write(written, "w = (1 - $ \\cdot $) \\cdot $ = $", learning_rate,
                                options->weight_decay, before, *parameter);
    adam_step(options, learning_rate, step, parameter, gradient, slots, written);
}

static gboolean adam_uses_slot(const void *options, int slot) {
    return slot < 2 || ((const Options *)options)->amsgrad;
}

#define ADAM_OPTIONS(decay_option)                                                                 \
    {                                                                                              \
        FALTUNG_LR_OPTION(Options, "0.001"),                                                       \
            FALTUNG_KEPT_OPTION(Options, beta1, "0.9", "the running mean of the gradient"),        \
            FALTUNG_KEPT_OPTION(Options, beta2, "0.999",                                           \
                                "the running mean of the squared gradient"),                       \
            FALTUNG_EPS_OPTION(Options, "1e-8"), decay_option, FALTUNG_AMSGRAD_OPTION(Options),    \
            {0},                                                                                   \
    }

static const FaltungOptionSpec adam_options[] = ADAM_OPTIONS(FALTUNG_WEIGHT_DECAY_OPTION(Options));
static const FaltungOptionSpec adamw_options[] =
    ADAM_OPTIONS(FALTUNG_DECOUPLED_DECAY_OPTION(Options, "0.01"));

static const char *const slot_names[] = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq", NULL};

const FaltungOptimizer faltung_optimizer_adam = {
    .kind =
        {
            .name = "adam",
            .title = "Adam",
            .summary = "a step of its own size for every weight, from running means of the "
                       "gradient and its square",
            .options = adam_options,
            .options_size = sizeof(Options),
        },
    .equation = "w \\leftarrow w - \\eta \\frac{\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}",
    .n_slots = 3,
    .slot_names = slot_names,
    .uses_slot = adam_uses_slot,
    .learning_rate = faltung_optimizer_rate,
    .update = adam_update,
    .reference = adam_reference,
};

const FaltungOptimizer faltung_optimizer_adamw = {
    .kind =
        {
            .name = "adamw",
            .title = "AdamW",
            .summary = "Adam whose weight decay stays out of its running means, so that every "
                       "weight shrinks alike",
            .options = adamw_options,
            .options_size = sizeof(Options),
        },
    .equation = "w \\leftarrow (1 - \\eta \\lambda) w - "
                "\\eta \\frac{\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}",
    .n_slots = 3,
    .slot_names = slot_names,
    .uses_slot = adam_uses_slot,
    .learning_rate = faltung_optimizer_rate,
    .update = adamw_update,
    .reference = adamw_reference,
};

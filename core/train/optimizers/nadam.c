/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/train/optimizers/optimizer-private.h"

#include <math.h>

/*
 * NAdam (Dozat, Incorporating Nesterov Momentum into Adam, ICLR workshop 2016) with PyTorch's
 * formulas: at step t, with mu_t = beta1 (1 - 0.96^{t momentum_decay} / 2) and M_t = mu_1 ... mu_t
 *
 *   g = gradient + weight_decay w
 *   m = beta1 m + (1 - beta1) g
 *   v = beta2 v + (1 - beta2) g^2
 *   n = mu_{t+1} m / (1 - M_{t+1}) + (1 - mu_t) g / (1 - M_t)
 *   w = w - lr n / (sqrt(v / (1 - beta2^t)) + eps)
 */

typedef struct {
    double lr, beta1, beta2, eps, weight_decay, momentum_decay;
} Options;

/* What the mean and the gradient count for at @step. */
static void weights_of(const Options *options, guint64 step, double *mean, double *gradient) {
    double falls = pow(0.96, options->momentum_decay), power = falls; /* falls^t */
    double product = 1.0, mu = 0.0;
    for (guint64 t = 1; t <= step; t++) {
        mu = options->beta1 * (1.0 - 0.5 * power);
        product *= mu;
        power *= falls;
        if (product < 1e-20) { /* nothing beside 1; straight on to the last */
            product = 0.0;
            mu = options->beta1 * (1.0 - 0.5 * pow(falls, step));
            power = pow(falls, step + 1.0);
            break;
        }
    }
    double next = options->beta1 * (1.0 - 0.5 * power);
    *mean = next / (1.0 - product * next);
    *gradient = (1.0 - mu) / (1.0 - product);
}

FALTUNG_CLONES static void nadam_update(const FaltungOptimizerStep *step) {
    const Options *options = step->options;
    size_t n = step->n;
    float *restrict w = step->parameters;      /* (n) */
    const float *restrict g = step->gradients; /* (n) */
    float *restrict m = step->slots[0];        /* (n) */
    float *restrict v = step->slots[1];        /* (n) */
    double mean_counts, gradient_counts;
    weights_of(options, step->step, &mean_counts, &gradient_counts);
    float decay = options->weight_decay, eps = options->eps;
    float beta1 = options->beta1, rest1 = 1.0 - options->beta1;
    float beta2 = options->beta2, rest2 = 1.0 - options->beta2;
    float of_mean = step->learning_rate * mean_counts;
    float of_gradient = step->learning_rate * gradient_counts;
    float scale = 1.0 / sqrt(1.0 - pow(options->beta2, step->step));
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        float gradient = g[i] + decay * w[i];
        m[i] = beta1 * m[i] + rest1 * gradient;
        v[i] = beta2 * v[i] + rest2 * gradient * gradient;
        w[i] -= (of_mean * m[i] + of_gradient * gradient) / (sqrtf(v[i]) * scale + eps);
    }
}

static void nadam_reference(const void *data, double learning_rate, guint64 step, double *parameter,
                            double gradient, double *slots, GPtrArray *written) {
    const Options *options = data;
    double beta1 = options->beta1, beta2 = options->beta2;
    double product = 1.0, mu = 0.0, next = 0.0;
    for (guint64 t = 1; t <= step + 1; t++) {
        mu = next;
        next = beta1 * (1.0 - 0.5 * pow(0.96, t * options->momentum_decay));
        product *= next;
    }
    double before = next > 0.0 ? product / next : 0.0;
    double old_m = slots[0], old_v = slots[1], start = *parameter;
    gradient = faltung_optimizer_decay(options->weight_decay, start, gradient, written);
    slots[0] = beta1 * old_m + (1.0 - beta1) * gradient;
    slots[1] = beta2 * old_v + (1.0 - beta2) * gradient * gradient;
    double ahead = next * slots[0] / (1.0 - product) + (1.0 - mu) * gradient / (1.0 - before);
    double v = slots[1] / (1.0 - pow(beta2, step));
    *parameter -= learning_rate * ahead / (sqrt(v) + options->eps);
    faltung_optimizer_write(written, "m = $ \\cdot $ + $ \\cdot $ = $", beta1, old_m, 1.0 - beta1,
                            gradient, slots[0]);
    faltung_optimizer_write(written, "v = $ \\cdot $ + $ \\cdot $^2 = $", beta2, old_v, 1.0 - beta2,
                            gradient, slots[1]);
    faltung_optimizer_write(
        written, "\\mu_{t+1} \\hat{m} + (1 - \\mu_t) \\hat{g} = $ \\cdot $ + $ \\cdot $ = $", next,
        slots[0] / (1.0 - product), 1.0 - mu, gradient / (1.0 - before), ahead);
    faltung_optimizer_write(written, "\\hat{v} = \\frac{$}{1 - $^{$}} = $", slots[1], beta2,
                            (double)step, v);
    faltung_optimizer_write(written, "w = $ - $ \\cdot \\frac{$}{\\sqrt{$} + $} = $", start,
                            learning_rate, ahead, v, options->eps, *parameter);
}

static const FaltungOptionSpec options[] = {
    FALTUNG_LR_OPTION(Options, "0.002"),
    FALTUNG_KEPT_OPTION(Options, beta1, "0.9", "the running mean of the gradient"),
    FALTUNG_KEPT_OPTION(Options, beta2, "0.999", "the running mean of the squared gradient"),
    FALTUNG_EPS_OPTION(Options, "1e-8"),
    FALTUNG_WEIGHT_DECAY_OPTION(Options),
    {
        .name = "momentum_decay",
        .summary = "how soon the look ahead reaches its full length",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, momentum_decay),
        .fallback = "0.004",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {0},
};

static const char *const slot_names[] = {"exp_avg", "exp_avg_sq", NULL};

const FaltungOptimizer faltung_optimizer_nadam = {
    .kind =
        {
            .name = "nadam",
            .title = "NAdam",
            .summary = "Adam that looks ahead, as Nesterov's momentum does",
            .options = options,
            .options_size = sizeof(Options),
        },
    .equation = "w \\leftarrow w - \\eta \\frac{\\mu_{t+1} \\hat{m} + (1 - \\mu_t) \\hat{g}}"
                "{\\sqrt{\\hat{v}} + \\epsilon}",
    .n_slots = 2,
    .slot_names = slot_names,
    .learning_rate = faltung_optimizer_rate,
    .update = nadam_update,
    .reference = nadam_reference,
};

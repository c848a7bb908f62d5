/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/train/optimizers/optimizer-private.h"

#include <math.h>

/*
 * AdaGrad (Duchi, Hazan and Singer, JMLR 12, 2011) with PyTorch's formulas: at step t
 *
 *   g = gradient + weight_decay w
 *   s = s + g^2
 *   w = w - lr / (1 + (t - 1) lr_decay) g / (sqrt(start + s) + eps)
 *
 * The book adds eps to the sum at every step instead, so that it divides by sqrt(s + t eps) there.
 */

typedef struct {
    double lr, lr_decay, initial_accumulator_value, eps, weight_decay;
    int eps_in; /* EpsIn */
} Options;

typedef enum { EPS_IN_DENOMINATOR, EPS_IN_SUM } EpsIn;

/* What is added to the sum, and to its root, at @step. */
static void constants_of(const Options *options, guint64 step, double *in_sum, double *beside) {
    gboolean book = options->eps_in == EPS_IN_SUM;
    *in_sum = options->initial_accumulator_value + (book ? step * options->eps : 0.0);
    *beside = book ? 0.0 : options->eps;
}

FALTUNG_CLONES static void adagrad_update(const FaltungOptimizerStep *step) {
    const Options *options = step->options;
    size_t n = step->n;
    float *restrict w = step->parameters;      /* (n) */
    const float *restrict g = step->gradients; /* (n) */
    float *restrict s = step->slots[0];        /* (n) */
    double in_sum, beside;
    constants_of(options, step->step, &in_sum, &beside);
    float decay = options->weight_decay, start = in_sum, eps = beside;
    float rate = step->learning_rate / (1.0 + (step->step - 1) * options->lr_decay);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        float gradient = g[i] + decay * w[i];
        s[i] += gradient * gradient;
        w[i] -= rate * gradient / (sqrtf(s[i] + start) + eps);
    }
}

static void adagrad_reference(const void *data, double learning_rate, guint64 step,
                              double *parameter, double gradient, double *slots,
                              GPtrArray *written) {
    const Options *options = data;
    double in_sum, beside, old = slots[0], before = *parameter;
    constants_of(options, step, &in_sum, &beside);
    gradient = faltung_optimizer_decay(options->weight_decay, before, gradient, written);
    slots[0] += gradient * gradient;
    double rate = learning_rate / (1.0 + (step - 1) * options->lr_decay);
    *parameter -= rate * gradient / (sqrt(slots[0] + in_sum) + beside);
    faltung_optimizer_write(written, "s = $ + $^2 = $", old, gradient, slots[0]);
    faltung_optimizer_write(written, "w = $ - $ \\cdot \\frac{$}{\\sqrt{$} + $} = $", before, rate,
                            gradient, slots[0] + in_sum, beside, *parameter);
}

static const char *const places[] = {"denominator", "sum", NULL};

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
        .name = "initial_accumulator_value",
        .summary = "where the sum of squared gradients starts",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, initial_accumulator_value),
        .fallback = "0",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {
        .name = "eps",
        .summary = "keeps the denominator away from 0",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, eps),
        .fallback = "1e-10",
        .minimum = 1e-20,
        .maximum = G_MAXDOUBLE,
    },
    {
        .name = "eps_in",
        .summary = "where eps is added: once to the denominator (as PyTorch), or to the sum at "
                   "every step (as the book)",
        .type = FALTUNG_CHOICE,
        .offset = offsetof(Options, eps_in),
        .fallback = "denominator",
        .choices = places,
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
    .learning_rate = faltung_optimizer_rate,
    .update = adagrad_update,
    .reference = adagrad_reference,
};

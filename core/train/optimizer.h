/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/options.h"

#define FALTUNG_MAX_SLOTS 63

/* One step of an optimizer over part of the parameter block. Element-wise: any part may be done
   by any thread. Maps (0, gradient 0, slots 0) to 0, so padding stays zero. */
typedef struct {
    const void *options;
    double learning_rate; /* of this step: the schedule's */
    guint64 step;         /* 1 at the first */
    size_t n;
    float *parameters;
    const float *gradients;
    float *const *slots; /* n_slots blocks of n floats, zero at the start; NULL: not used */
    /* Of one that is `whole`: the loss that the gradients are of, and a function that sets the
       gradients to those of the parameters as they are now, and returns their loss (infinite where
       it is not finite). NULL: there is none. */
    double loss;
    double (*evaluate)(gpointer data);
    gpointer data;
} FaltungOptimizerStep;

typedef struct {
    FaltungKind kind;
    const char *equation;
    int n_slots;
    const char *const *slot_names; /* PyTorch's: momentum_buffer, exp_avg, ... */
    /* Whether @options need the slot; NULL: all are needed. */
    gboolean (*uses_slot)(const void *options, int slot);
    double (*learning_rate)(const void *options); /* the `lr` option */
    gboolean whole; /* update is given all parameters at once, and alone: it is not element-wise */
    /* Whether @options evaluate the loss again within a step. NULL: they do not. */
    gboolean (*searches)(const void *options);
    void (*update)(const FaltungOptimizerStep *step);
    /* The same in doubles, for one parameter value. NULL where it is not element-wise.
       @written: (nullable) (element-type utf8): gets the equations of the step in these numbers,
       TeX, in the order in which they are computed */
    void (*reference)(const void *options, double learning_rate, guint64 step, double *parameter,
                      double gradient, double *slots, GPtrArray *written);
} FaltungOptimizer;

/** faltung_optimizer_uses: Returns: whether @options need slot @slot. */
gboolean faltung_optimizer_uses(const FaltungOptimizer *optimizer, const void *options, int slot);

/** faltung_optimizers: sgd, adam, adamw, nadam, adagrad, rmsprop, adadelta, lion, lbfgs. */
const FaltungTable *faltung_optimizers(void);

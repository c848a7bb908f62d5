/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/optimizer.h"

extern const FaltungOptimizer faltung_optimizer_sgd;
extern const FaltungOptimizer faltung_optimizer_adam;
extern const FaltungOptimizer faltung_optimizer_adamw;
extern const FaltungOptimizer faltung_optimizer_nadam;
extern const FaltungOptimizer faltung_optimizer_adagrad;
extern const FaltungOptimizer faltung_optimizer_rmsprop;
extern const FaltungOptimizer faltung_optimizer_adadelta;
extern const FaltungOptimizer faltung_optimizer_lion;
extern const FaltungOptimizer faltung_optimizer_lbfgs;

/* The first member of every optimizer's options. */
typedef struct {
    double lr;
} FaltungRateOptions;

/** faltung_optimizer_rate: Returns: the `lr` that @options start with. */
double faltung_optimizer_rate(const void *options);

/** faltung_optimizer_write: adds @tex to @written (nullable), with the numbers behind it in the
 *  places of its `$`. */
void faltung_optimizer_write(GPtrArray *written, const char *tex, ...);
/** faltung_optimizer_decay: Returns: the @gradient with what a coupled weight decay adds to it. */
double faltung_optimizer_decay(double weight_decay, double parameter, double gradient,
                               GPtrArray *written);

/* Specs that optimizers share. */
#define FALTUNG_LR_OPTION(Options, default_rate)                                                   \
    {                                                                                              \
        .name = "lr", .summary = "learning rate", .type = FALTUNG_NUMBER,                          \
        .offset = offsetof(Options, lr), .fallback = default_rate, .minimum = 0.0,                 \
        .maximum = G_MAXDOUBLE,                                                                    \
    }
/* Coupled: part of the gradient, so it goes through the optimizer's running means. */
#define FALTUNG_WEIGHT_DECAY_OPTION(Options)                                                       \
    {                                                                                              \
        .name = "weight_decay",                                                                    \
        .summary = "what is added to the gradient for each unit of the weight",                    \
        .type = FALTUNG_NUMBER, .offset = offsetof(Options, weight_decay), .fallback = "0",        \
        .minimum = 0.0, .maximum = G_MAXDOUBLE,                                                    \
    }
/* Decoupled: beside the gradient (Loshchilov and Hutter, arXiv:1711.05101). */
#define FALTUNG_DECOUPLED_DECAY_OPTION(Options, default_decay)                                     \
    {                                                                                              \
        .name = "weight_decay",                                                                    \
        .summary = "the part of the weight, times the learning rate, that every step takes away",  \
        .type = FALTUNG_NUMBER, .offset = offsetof(Options, weight_decay),                         \
        .fallback = default_decay, .minimum = 0.0, .maximum = G_MAXDOUBLE,                         \
    }
#define FALTUNG_EPS_OPTION(Options, default_eps)                                                   \
    {                                                                                              \
        .name = "eps", .summary = "added to the root in the denominator", .type = FALTUNG_NUMBER,  \
        .offset = offsetof(Options, eps), .fallback = default_eps, .minimum = 1e-20,               \
        .maximum = G_MAXDOUBLE,                                                                    \
    }
/* Of a running mean: how much of it is kept at each step. */
#define FALTUNG_KEPT_OPTION(Options, member, default_part, of_what)                                \
    {                                                                                              \
        .name = #member, .summary = "how much of " of_what " is kept", .type = FALTUNG_NUMBER,     \
        .offset = offsetof(Options, member), .fallback = default_part, .minimum = 0.0,             \
        .maximum = 0.9999999,                                                                      \
    }
#define FALTUNG_AMSGRAD_OPTION(Options)                                                            \
    {                                                                                              \
        .name = "amsgrad",                                                                         \
        .summary = "divide by the largest mean square so far, so that steps never grow again",     \
        .type = FALTUNG_SWITCH, .offset = offsetof(Options, amsgrad), .fallback = "false",         \
    }

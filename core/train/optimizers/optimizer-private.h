/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/optimizer.h"

extern const FaltungOptimizer faltung_optimizer_sgd;
extern const FaltungOptimizer faltung_optimizer_adam;
extern const FaltungOptimizer faltung_optimizer_adagrad;

/* The specs that every optimizer has. */
#define FALTUNG_LR_OPTION(Options, default_rate)                                                   \
    {                                                                                              \
        .name = "lr", .summary = "learning rate", .type = FALTUNG_NUMBER,                          \
        .offset = offsetof(Options, lr), .fallback = default_rate, .minimum = 0.0,                 \
        .maximum = G_MAXDOUBLE,                                                                    \
    }
#define FALTUNG_WEIGHT_DECAY_OPTION(Options)                                                       \
    {                                                                                              \
        .name = "weight_decay",                                                                    \
        .summary = "what is added to the gradient for each unit of the weight",                    \
        .type = FALTUNG_NUMBER, .offset = offsetof(Options, weight_decay), .fallback = "0",        \
        .minimum = 0.0, .maximum = G_MAXDOUBLE,                                                    \
    }

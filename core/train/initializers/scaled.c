/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/initializers/initializer-private.h"

#include <math.h>

/*
 * Initializers whose variance follows from the layer's size, so that signals keep theirs on the
 * way through: Glorot and Bengio (2010) 2 / (in + out), He et al. (2015) 2 / in, LeCun et al.
 * (1998) 1 / in. A uniform distribution over +-a has the variance a^2 / 3. PyTorch's layers begin
 * uniform over +-1 / sqrt(in), weights and biases alike; its recurrent layers count the hidden
 * units as inputs everywhere.
 */

static double glorot_variance(const FaltungParameter *parameter) {
    return 2.0 / MAX(1, parameter->fan_in + parameter->fan_out);
}

static double he_variance(const FaltungParameter *parameter) {
    return 2.0 / MAX(1, parameter->fan_in);
}

static double lecun_variance(const FaltungParameter *parameter) {
    return 1.0 / MAX(1, parameter->fan_in);
}

static double torch_variance(const FaltungParameter *parameter) {
    int in = parameter->torch_fan_in > 0 ? parameter->torch_fan_in : parameter->fan_in;
    return 1.0 / (3.0 * MAX(1, in));
}

static void fill_uniform(const FaltungParameter *parameter, const FaltungRandom *random,
                         double variance, float *values) {
    double bound = sqrt(3.0 * variance);
    faltung_fill_uniform(parameter, random, -bound, bound, values);
}

static void fill_normal(const FaltungParameter *parameter, const FaltungRandom *random,
                        double variance, float *values) {
    faltung_fill_normal(parameter, random, 0.0, sqrt(variance), values);
}

#define SCALED(rule, distribution, title_text, summary_text, tex)                                  \
    static void rule##_##distribution##_fill(const void *options,                                  \
                                             const FaltungParameter *parameter,                    \
                                             const FaltungRandom *random, float *values) {         \
        fill_##distribution(parameter, random, rule##_variance(parameter), values);                \
    }                                                                                              \
    const FaltungInitializer faltung_initializer_##rule##_##distribution = {                       \
        .kind = {.name = #rule "_" #distribution, .title = title_text, .summary = summary_text},   \
        .equation = tex,                                                                           \
        .fill = rule##_##distribution##_fill,                                                      \
    }

SCALED(glorot, uniform, "Glorot, uniform",
       "uniform with variance 2 / (in + out), for tanh and sigmoid",
       "w \\sim U(-a, a), \\quad a = \\sqrt{\\frac{6}{n_{\\mathrm{in}} + n_{\\mathrm{out}}}}");
SCALED(glorot, normal, "Glorot, normal",
       "normal with variance 2 / (in + out), for tanh and sigmoid",
       "w \\sim N(0, \\sigma^2), \\quad \\sigma = \\sqrt{\\frac{2}{n_{\\mathrm{in}} + "
       "n_{\\mathrm{out}}}}");
SCALED(he, uniform, "He, uniform", "uniform with variance 2 / in, for relu",
       "w \\sim U(-a, a), \\quad a = \\sqrt{\\frac{6}{n_{\\mathrm{in}}}}");
SCALED(he, normal, "He, normal", "normal with variance 2 / in, for relu",
       "w \\sim N(0, \\sigma^2), \\quad \\sigma = \\sqrt{\\frac{2}{n_{\\mathrm{in}}}}");
SCALED(lecun, uniform, "LeCun, uniform", "uniform with variance 1 / in",
       "w \\sim U(-a, a), \\quad a = \\sqrt{\\frac{3}{n_{\\mathrm{in}}}}");
SCALED(lecun, normal, "LeCun, normal", "normal with variance 1 / in",
       "w \\sim N(0, \\sigma^2), \\quad \\sigma = \\sqrt{\\frac{1}{n_{\\mathrm{in}}}}");
SCALED(torch, uniform, "PyTorch's default, uniform", "uniform with variance 1 / (3 in)",
       "w \\sim U(-a, a), \\quad a = \\sqrt{\\frac{1}{n_{\\mathrm{in}}}}");

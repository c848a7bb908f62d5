/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/initializers/initializer-private.h"

/* Initializers that say the distribution or the value outright. */

typedef struct {
    double mean, std;
} NormalOptions;

static void normal_fill(const void *data, const FaltungParameter *parameter,
                        const FaltungRandom *random, float *values) {
    const NormalOptions *options = data;
    faltung_fill_normal(parameter, random, options->mean, options->std, values);
}

static const FaltungOptionSpec normal_options[] = {
    {
        .name = "mean",
        .summary = "mean",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(NormalOptions, mean),
        .fallback = "0",
    },
    {
        .name = "std",
        .summary = "standard deviation",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(NormalOptions, std),
        .fallback = "1",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {0},
};

const FaltungInitializer faltung_initializer_normal = {
    .kind =
        {
            .name = "normal",
            .title = "Normal",
            .summary = "normal with the given mean and standard deviation; as it stands, the "
                       "book's standard",
            .options = normal_options,
            .options_size = sizeof(NormalOptions),
        },
    .equation = "w \\sim N(\\mu, \\sigma^2)",
    .fill = normal_fill,
};

typedef struct {
    double low, high;
} UniformOptions;

static void uniform_fill(const void *data, const FaltungParameter *parameter,
                         const FaltungRandom *random, float *values) {
    const UniformOptions *options = data;
    faltung_fill_uniform(parameter, random, options->low, options->high, values);
}

static const FaltungOptionSpec uniform_options[] = {
    {
        .name = "low",
        .summary = "the smallest value",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(UniformOptions, low),
        .fallback = "-0.05",
    },
    {
        .name = "high",
        .summary = "the largest value",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(UniformOptions, high),
        .fallback = "0.05",
    },
    {0},
};

const FaltungInitializer faltung_initializer_uniform = {
    .kind =
        {
            .name = "uniform",
            .title = "Uniform",
            .summary = "uniform between the two given values",
            .options = uniform_options,
            .options_size = sizeof(UniformOptions),
        },
    .equation = "w \\sim U(a, b)",
    .fill = uniform_fill,
};

static void fill_constant(const FaltungParameter *parameter, float value, float *values) {
    size_t n = faltung_shape_size(&parameter->shape);
    for (size_t i = 0; i < n; i++)
        values[i] = value;
}

static void zeros_fill(const void *options, const FaltungParameter *parameter,
                       const FaltungRandom *random, float *values) {
    fill_constant(parameter, 0.0f, values);
}

static void ones_fill(const void *options, const FaltungParameter *parameter,
                      const FaltungRandom *random, float *values) {
    fill_constant(parameter, 1.0f, values);
}

const FaltungInitializer faltung_initializer_zeros = {
    .kind = {.name = "zeros", .title = "Zeros", .summary = "all 0, as is usual for biases"},
    .equation = "w = 0",
    .fill = zeros_fill,
};

const FaltungInitializer faltung_initializer_ones = {
    .kind = {.name = "ones", .title = "Ones", .summary = "all 1"},
    .equation = "w = 1",
    .fill = ones_fill,
};

typedef struct {
    double value;
} ConstantOptions;

static const FaltungOptionSpec constant_options[] = {
    {
        .name = "value",
        .summary = "the value; 0.25 is where the slopes of a PReLU begin",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(ConstantOptions, value),
        .fallback = "0.25",
        .minimum = -1e9,
        .maximum = 1e9,
    },
    {0},
};

static void constant_fill(const void *options, const FaltungParameter *parameter,
                          const FaltungRandom *random, float *values) {
    fill_constant(parameter, ((const ConstantOptions *)options)->value, values);
}

const FaltungInitializer faltung_initializer_constant = {
    .kind =
        {
            .name = "constant",
            .title = "Constant",
            .summary = "all the given value",
            .options = constant_options,
            .options_size = sizeof(ConstantOptions),
        },
    .equation = "w = v",
    .fill = constant_fill,
};

/* The book's "glorot": a standard deviation, not a variance, of 2 / (in + out), where in and out
   of a convolution are its channels, without the kernel's size. Biases have the fans alone. */
static void book_glorot_fill(const void *options, const FaltungParameter *parameter,
                             const FaltungRandom *random, float *values) {
    const FaltungShape *shape = &parameter->shape;
    int in_and_out =
        shape->rank >= 2 ? shape->dims[0] + shape->dims[1] : parameter->fan_in + parameter->fan_out;
    faltung_fill_normal(parameter, random, 0.0, 2.0 / MAX(1, in_and_out), values);
}

const FaltungInitializer faltung_initializer_book_glorot = {
    .kind =
        {
            .name = "book_glorot",
            .title = "Glorot, as in the book",
            .summary = "normal with standard deviation 2 / (in + out), counting channels only",
        },
    .equation =
        "w \\sim N(0, \\sigma^2), \\quad \\sigma = \\frac{2}{n_{\\mathrm{in}} + n_{\\mathrm{out}}}",
    .fill = book_glorot_fill,
};

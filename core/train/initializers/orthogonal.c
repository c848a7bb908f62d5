/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/initializers/initializer-private.h"

#include <math.h>

/*
 * Orthogonal (Saxe, McClelland and Ganguli, arXiv:1312.6120): the weights as a matrix out x rest
 * have orthonormal rows, or columns where there are fewer of those. Gram and Schmidt's process
 * on normal numbers gives every such matrix the same chance.
 */

typedef struct {
    double gain;
} Options;

static double dot(const double *a, const double *b, size_t n) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void orthogonal_fill(const void *options, const FaltungParameter *parameter,
                            const FaltungRandom *random, float *values) {
    double gain = ((const Options *)options)->gain;
    const FaltungShape *shape = &parameter->shape;
    size_t size = faltung_shape_size(shape);
    size_t rows = shape->rank >= 2 ? shape->dims[0] : 1, columns = size / rows;
    size_t n = MIN(rows, columns), length = MAX(rows, columns);

    g_autofree double *vectors = g_new(double, size); /* (n, length) */
    for (size_t i = 0; i < size; i++)
        vectors[i] = faltung_random_normal(random, i);
    for (size_t v = 0; v < n; v++) {
        double *vector = vectors + v * length;
        for (int pass = 0; pass < 2; pass++) { /* the second removes what rounding left */
            for (size_t u = 0; u < v; u++) {
                const double *other = vectors + u * length;
                double overlap = dot(vector, other, length);
#pragma omp simd
                for (size_t i = 0; i < length; i++)
                    vector[i] -= overlap * other[i];
            }
        }
        double norm = sqrt(dot(vector, vector, length));
        for (size_t i = 0; i < length; i++)
            vector[i] /= norm;
    }
    for (size_t row = 0; row < rows; row++)
        for (size_t column = 0; column < columns; column++)
            values[row * columns + column] =
                gain *
                (rows <= columns ? vectors[row * length + column] : vectors[column * length + row]);
}

static const FaltungOptionSpec options[] = {
    {
        .name = "gain",
        .summary = "the length of the rows",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, gain),
        .fallback = "1",
    },
    {0},
};

const FaltungInitializer faltung_initializer_orthogonal = {
    .kind =
        {
            .name = "orthogonal",
            .title = "Orthogonal",
            .summary = "rows (or columns) at right angles to each other, all of one length",
            .options = options,
            .options_size = sizeof(Options),
        },
    .equation = "W W^T = g^2 I",
    .fill = orthogonal_fill,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/initializers/initializer-private.h"

void faltung_fill_normal(const FaltungParameter *parameter, const FaltungRandom *random,
                         double mean, double deviation, float *values) {
    size_t n = faltung_shape_size(&parameter->shape);
    for (size_t i = 0; i < n; i++)
        values[i] = mean + deviation * faltung_random_normal(random, i);
}

void faltung_fill_uniform(const FaltungParameter *parameter, const FaltungRandom *random,
                          double low, double high, float *values) {
    size_t n = faltung_shape_size(&parameter->shape);
    for (size_t i = 0; i < n; i++)
        values[i] = low + (high - low) * faltung_random_uniform(random, i);
}

const FaltungTable *faltung_initializers(void) {
    static const FaltungKind *const kinds[] = {
        &faltung_initializer_glorot_uniform.kind, &faltung_initializer_glorot_normal.kind,
        &faltung_initializer_he_uniform.kind,     &faltung_initializer_he_normal.kind,
        &faltung_initializer_lecun_uniform.kind,  &faltung_initializer_lecun_normal.kind,
        &faltung_initializer_torch_uniform.kind,  &faltung_initializer_normal.kind,
        &faltung_initializer_uniform.kind,        &faltung_initializer_orthogonal.kind,
        &faltung_initializer_zeros.kind,          &faltung_initializer_ones.kind,
        &faltung_initializer_constant.kind,       &faltung_initializer_book_glorot.kind,
        &faltung_initializer_sinusoidal.kind,     NULL,
    };
    static const FaltungTable table = {.noun = "initializer", .kinds = kinds};
    return &table;
}

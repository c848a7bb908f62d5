/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

typedef struct {
    FaltungKind kind;
    const char *equation;
    /* Fills @values, of parameter->shape in the field's layout, from the stream @random. */
    void (*fill)(const void *options, const FaltungParameter *parameter,
                 const FaltungRandom *random, float *values);
} FaltungInitializer;

/** faltung_initializers: glorot_uniform, glorot_normal, he_uniform, he_normal, lecun_uniform,
 *  lecun_normal, torch_uniform (PyTorch's default), normal {mean, std}, uniform {low, high},
 *  orthogonal {gain}, zeros, ones, constant {value}, book_glorot (normal with
 *  standard deviation 2 / (in + out), as the book has it), sinusoidal (a positional encoding). */
const FaltungTable *faltung_initializers(void);

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/clipping.h"

#include "core/base/clones.h"

#include <math.h>

/*
 * By value, as the book does with recurrent networks (chapter 6): every gradient is put between
 * two limits. By norm (Pascanu, Mikolov and Bengio, arXiv:1211.5063): all are made smaller alike,
 * so that their direction stays.
 */

FALTUNG_CLONES static void clip_value(double limit, size_t n, float *gradients) {
    float most = limit;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        float g = gradients[i];
        g = g > most ? most : g;
        gradients[i] = g < -most ? -most : g;
    }
}

void faltung_clip_value(double limit, size_t n, float *gradients) {
    clip_value(limit, n, gradients);
}

double faltung_clip_norm_scale(double limit, double norm) {
    return fmin(1.0, limit / (norm + 1e-6));
}

FALTUNG_CLONES static void clip_scale(double scale, size_t n, float *gradients) {
    float factor = scale;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        gradients[i] *= factor;
}

void faltung_clip_scale(double scale, size_t n, float *gradients) {
    clip_scale(scale, n, gradients);
}

static const FaltungOptionSpec options[] = {
    {
        .name = "value",
        .summary = "the largest absolute value of a gradient that is let through; 0: any",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(FaltungClipping, value),
        .fallback = "0",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {
        .name = "norm",
        .summary = "the largest norm of all gradients together that is let through; 0: any",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(FaltungClipping, norm),
        .fallback = "0",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {0},
};

const FaltungKind faltung_clipping_kind = {
    .name = "clip",
    .title = "Clipping",
    .summary = "what is done to gradients that are too large",
    .options = options,
    .options_size = sizeof(FaltungClipping),
};

const char *const faltung_clipping_value_equation = "g_i \\leftarrow \\min(\\max(g_i, -c), c)";
const char *const faltung_clipping_norm_equation =
    "g \\leftarrow g \\min\\left(1, \\frac{c}{|g|}\\right)";

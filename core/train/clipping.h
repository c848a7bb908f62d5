/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/options.h"

/* `train: clip:`, what is done to gradients that are too large before the optimizer sees them. Of
   the two, by norm comes first. */
typedef struct {
    double value; /* the largest absolute value that is let through; 0: any */
    double norm;  /* the largest norm of all gradients that is let through; 0: any */
} FaltungClipping;

extern const FaltungKind faltung_clipping_kind;
extern const char *const faltung_clipping_value_equation, *const faltung_clipping_norm_equation;

/** faltung_clip_value: puts @n gradients between -@limit and @limit. */
void faltung_clip_value(double limit, size_t n, float *gradients);

/** faltung_clip_norm_scale: Returns: the factor, at most 1, that brings gradients whose norm is
 *  @norm to @limit; PyTorch's formula. */
double faltung_clip_norm_scale(double limit, double norm);

/** faltung_clip_scale: multiplies @n gradients by @scale. */
void faltung_clip_scale(double scale, size_t n, float *gradients);

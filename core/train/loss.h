/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/options.h"
#include "core/base/shape.h"

/* What a loss compares: the network's output, one row of @width values a sample. */
typedef struct {
    const void *options;
    int batch, width;
    const float *output;   /* batch x width */
    const float *targets;  /* batch x width; one-hot rows where the data has classes */
    const gint32 *classes; /* batch; NULL where the data has none */
    float *gradient;       /* batch x width, d loss / d output, overwritten; NULL: not wanted */
    int threads;
} FaltungLossStep;

typedef struct {
    FaltungKind kind;
    const char *equation; /* TeX */
    gboolean needs_classes;
    /* Returns: the loss of the batch, as its `reduction` says. */
    double (*compute)(const FaltungLossStep *step);
    /* The same in plain loops of doubles; @gradient (nullable) is overwritten. */
    double (*reference)(const void *options, int batch, int width, const double *output,
                        const double *targets, const gint32 *classes, double *gradient);
} FaltungLoss;

/** faltung_losses: mse, mae, softmax_cross_entropy. */
const FaltungTable *faltung_losses(void);

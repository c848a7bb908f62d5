/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/train/losses/loss-private.h"

#include <math.h>

/*
 * Huber (Robust Estimation of a Location Parameter, 1964): with d = y - t and D = delta
 *
 *   L = s sum (d^2 / 2 where |d| <= D, else D (|d| - D / 2))    dL/dy = s min(max(d, -D), D)
 */

typedef struct {
    FaltungReductionOptions reduction;
    double delta;
} Options;

FALTUNG_CLONES static double huber_part(const FaltungLossStep *step, int begin, int end,
                                        double scale) {
    size_t n = (size_t)(end - begin) * step->width, from = (size_t)begin * step->width;
    const float *output = step->output + from;   /* (n) */
    const float *targets = step->targets + from; /* (n) */
    float delta = ((const Options *)step->options)->delta;
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++) {
        float distance = fabsf(output[i] - targets[i]);
        float near = distance < delta ? distance : delta;
        sum += near * (distance - 0.5f * near);
    }
    if (step->gradient) {
        float *gradient = step->gradient + from; /* (n) */
        float factor = scale;
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            float difference = output[i] - targets[i];
            difference = difference > delta ? delta : difference;
            gradient[i] = factor * (difference < -delta ? -delta : difference);
        }
    }
    return sum;
}

static double huber_compute(const FaltungLossStep *step) {
    return faltung_loss_reduced(step, huber_part);
}

static double huber_reference(const void *options, int samples, int batch, int width,
                              const double *output, const double *targets, const gint32 *classes,
                              double *gradient) {
    double scale = faltung_reduction_scale(options, samples, batch, width);
    double delta = ((const Options *)options)->delta, loss = 0.0;
    for (int i = 0; i < batch * width; i++) {
        double difference = output[i] - targets[i], distance = fabs(difference);
        if (distance <= delta)
            loss += scale * 0.5 * difference * difference;
        else
            loss += scale * delta * (distance - 0.5 * delta);
        if (gradient)
            gradient[i] = scale * fmin(fmax(difference, -delta), delta);
    }
    return loss;
}

static const FaltungOptionSpec options[] = {
    FALTUNG_REDUCTION_OPTION,
    {
        .name = "delta",
        .summary = "the difference up to which the loss is quadratic; beyond it is linear",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, delta),
        .fallback = "1",
        .minimum = 1e-20,
        .maximum = G_MAXDOUBLE,
    },
    FALTUNG_IGNORE_OPTION,
    {0},
};

const FaltungLoss faltung_loss_huber = {
    .kind =
        {
            .name = "huber",
            .title = "Huber loss",
            .summary = "quadratic for small differences between output and target, linear for "
                       "large ones, so that outliers pull less",
            .options = options,
            .options_size = sizeof(Options),
        },
    .equation = "L = \\frac{1}{N K} \\sum_{n} \\sum_{k} m \\left(|d_{nk}| - \\frac{m}{2}\\right), "
                "\\quad m = \\min(|d_{nk}|, \\delta)",
    .ignored_values = faltung_ignored_values,
    .compute = huber_compute,
    .reference = huber_reference,
};

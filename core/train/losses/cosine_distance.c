/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/train/losses/loss-private.h"

#include <math.h>

/*
 * The angle between output and target (of each step, of each pixel), whatever their lengths;
 * PyTorch's CosineEmbeddingLoss of pairs that belong together:
 *
 *   c = y.t / sqrt((|y|^2 + e) (|t|^2 + e))    L = 1/N sum_n (1 - c)
 *   dL/dy = -1/N (t / sqrt(...) - c y / (|y|^2 + e))
 */

#define EPS 1e-12

FALTUNG_CLONES static double cosine_part(const FaltungLossStep *step, int begin, int end,
                                         double scale) {
    int width = step->width;
    double loss = 0.0;
    for (int row = begin; row < end; row++) {
        const float *y = step->output + (size_t)row * width;  /* (width) */
        const float *t = step->targets + (size_t)row * width; /* (width) */
        double yt = 0.0, yy = EPS, tt = EPS;
#pragma omp simd reduction(+ : yt, yy, tt)
        for (int k = 0; k < width; k++) {
            yt += (double)y[k] * t[k];
            yy += (double)y[k] * y[k];
            tt += (double)t[k] * t[k];
        }
        double length = sqrt(yy * tt), cosine = yt / length;
        loss += 1.0 - cosine;
        if (!step->gradient)
            continue;
        float *gradient = step->gradient + (size_t)row * width; /* (width) */
        double of_target = -scale / length, of_output = scale * cosine / yy;
#pragma omp simd
        for (int k = 0; k < width; k++)
            gradient[k] = of_target * t[k] + of_output * y[k];
    }
    return loss;
}

static double cosine_compute(const FaltungLossStep *step) {
    return faltung_loss_in_parts(step, faltung_loss_mean(step), cosine_part);
}

static double cosine_reference(const void *options, int samples, int batch, int width,
                               const double *output, const double *targets, const gint32 *classes,
                               double *gradient) {
    double loss = 0.0;
    for (int n = 0; n < batch; n++) {
        const double *y = output + (size_t)n * width;  /* (width) */
        const double *t = targets + (size_t)n * width; /* (width) */
        double yt = 0.0, yy = EPS, tt = EPS;
        for (int k = 0; k < width; k++) {
            yt += y[k] * t[k];
            yy += y[k] * y[k];
            tt += t[k] * t[k];
        }
        double cosine = yt / sqrt(yy * tt);
        loss += (1.0 - cosine) / batch;
        for (int k = 0; gradient && k < width; k++)
            gradient[(size_t)n * width + k] = (cosine * y[k] / yy - t[k] / sqrt(yy * tt)) / batch;
    }
    return loss;
}

const FaltungLoss faltung_loss_cosine_distance = {
    .kind =
        {
            .name = "cosine_distance",
            .title = "Cosine distance",
            .summary = "one minus the cosine of the angle between output and target; their lengths "
                       "do not count",
            .options = faltung_ignore_options,
            .options_size = sizeof(FaltungIgnoreOptions),
        },
    .equation = "L = \\frac{1}{N} \\sum_{n} \\left(1 - \\frac{y_n \\cdot t_n}{|y_n| |t_n|}\\right)",
    .ignored_values = faltung_ignored_values,
    .compute = cosine_compute,
    .reference = cosine_reference,
};

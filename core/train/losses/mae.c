/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/train/losses/loss-private.h"

#include <math.h>

/* L = s sum |y - t|    dL/dy = s sign(y - t), 0 where they are equal    s: the reduction's */
FALTUNG_CLONES static double mae_part(const FaltungLossStep *step, int begin, int end,
                                      double scale) {
    size_t n = (size_t)(end - begin) * step->width, from = (size_t)begin * step->width;
    const float *output = step->output + from;   /* (n) */
    const float *targets = step->targets + from; /* (n) */
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += fabsf(output[i] - targets[i]);
    if (step->gradient) {
        float *gradient = step->gradient + from; /* (n) */
        float factor = scale;
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            float difference = output[i] - targets[i];
            gradient[i] = factor * ((difference > 0.0f) - (difference < 0.0f));
        }
    }
    return sum;
}

static double mae_compute(const FaltungLossStep *step) {
    return faltung_loss_reduced(step, mae_part);
}

static double mae_reference(const void *options, int samples, int batch, int width,
                            const double *output, const double *targets, const gint32 *classes,
                            double *gradient) {
    double scale = faltung_reduction_scale(options, samples, batch, width);
    double loss = 0.0;
    for (int i = 0; i < batch * width; i++) {
        double difference = output[i] - targets[i];
        loss += scale * fabs(difference);
        if (gradient)
            gradient[i] = scale * ((difference > 0.0) - (difference < 0.0));
    }
    return loss;
}

const FaltungLoss faltung_loss_mae = {
    .kind =
        {
            .name = "mae",
            .title = "Mean absolute error",
            .summary = "the mean of the absolute differences between output and target",
            .options = faltung_reduction_options,
            .options_size = sizeof(FaltungReductionOptions),
        },
    .equation = "L = \\frac{1}{N K} \\sum_{n} \\sum_{k} |y_{nk} - t_{nk}|",
    .ignored_values = faltung_ignored_values,
    .compute = mae_compute,
    .reference = mae_reference,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/base/squares.h"
#include "core/train/losses/loss-private.h"

/* L = s sum (y - t)^2    dL/dy = 2 s (y - t)    s: the reduction's factor */

enum { PIECE = 2048 /* values that are still in the first cache for the second loop over them */ };

FALTUNG_CLONES static void scaled_differences(const float *restrict output,
                                              const float *restrict targets, size_t n, float factor,
                                              float *restrict gradient) {
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        gradient[i] = factor * (output[i] - targets[i]);
}

static double mse_part(const FaltungLossStep *step, int begin, int end, double scale) {
    size_t last = (size_t)end * step->width;
    double sum = 0.0;
    for (size_t at = (size_t)begin * step->width, n; at < last; at += n) {
        n = MIN(PIECE, last - at);
        sum += faltung_sum_of_squared_differences(step->output + at, step->targets + at, n);
        if (step->gradient)
            scaled_differences(step->output + at, step->targets + at, n, 2.0 * scale,
                               step->gradient + at);
    }
    return sum;
}

static double mse_compute(const FaltungLossStep *step) {
    return faltung_loss_reduced(step, mse_part);
}

static double mse_reference(const void *options, int samples, int batch, int width,
                            const double *output, const double *targets, const gint32 *classes,
                            double *gradient) {
    double scale = faltung_reduction_scale(options, samples, batch, width);
    double loss = 0.0;
    for (int i = 0; i < batch * width; i++) {
        double difference = output[i] - targets[i];
        loss += scale * difference * difference;
        if (gradient)
            gradient[i] = scale * 2.0 * difference;
    }
    return loss;
}

const FaltungLoss faltung_loss_mse = {
    .kind =
        {
            .name = "mse",
            .title = "Mean squared error",
            .summary = "the mean of the squared differences between output and target",
            .options = faltung_reduction_options,
            .options_size = sizeof(FaltungReductionOptions),
        },
    .equation = "L = \\frac{1}{N K} \\sum_{n} \\sum_{k} (y_{nk} - t_{nk})^2",
    .ignored_values = faltung_ignored_values,
    .compute = mse_compute,
    .reference = mse_reference,
};

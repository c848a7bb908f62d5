/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/kernels/kernels.h"
#include "core/train/losses/loss-private.h"

#include <math.h>

/*
 * Sigmoid and cross-entropy in one, for every output a question of its own that is answered by
 * yes or no: the network's last layer gives logits y, targets t are between 0 and 1
 *
 *   p = 1 / (1 + e^{-y})    L = -s sum (t log p + (1 - t) log (1 - p))    dL/dy = s (p - t)
 *
 * Each term is max(y, 0) - y t + log(1 + e^{-|y|}), which cannot overflow. The sum of logarithms
 * is the logarithm of a product of factors between 1 and 2.
 */

FALTUNG_CLONES static double tile_loss(size_t n, const float *y, const float *t,
                                       const float *powers) {
    double sum = 0.0, product = 1.0;
#pragma omp simd reduction(+ : sum) reduction(* : product)
    for (size_t i = 0; i < n; i++) {
        sum += (y[i] > 0.0f ? y[i] : 0.0f) - y[i] * t[i];
        product *= 1.0 + powers[i];
    }
    return sum + log(product);
}

FALTUNG_CLONES static void tile_gradient(size_t n, const float *y, const float *t,
                                         const float *powers, float scale, float *gradient) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        float p = (y[i] >= 0.0f ? 1.0f : powers[i]) / (1.0f + powers[i]);
        gradient[i] = scale * (p - t[i]);
    }
}

static double binary_part(const FaltungLossStep *step, int begin, int end, double scale) {
    size_t n = (size_t)(end - begin) * step->width, from = (size_t)begin * step->width;
    double sum = 0.0;
    float powers[FALTUNG_LOSS_TILE + FALTUNG_SLACK] = {0}; /* e^{-|y|} */
    for (size_t at = from; at < from + n; at += FALTUNG_LOSS_TILE) {
        size_t size = MIN(FALTUNG_LOSS_TILE, from + n - at);
        for (size_t i = 0; i < size; i++)
            powers[i] = -fabsf(step->output[at + i]);
        faltung_kernels()->exponential(size, powers, powers);
        sum += tile_loss(size, step->output + at, step->targets + at, powers);
        if (step->gradient)
            tile_gradient(size, step->output + at, step->targets + at, powers, scale,
                          step->gradient + at);
    }
    return sum;
}

static double binary_compute(const FaltungLossStep *step) {
    return faltung_loss_reduced(step, binary_part);
}

static double binary_reference(const void *options, int samples, int batch, int width,
                               const double *output, const double *targets, const gint32 *classes,
                               double *gradient) {
    double scale = faltung_reduction_scale(options, samples, batch, width);
    double loss = 0.0;
    for (int i = 0; i < batch * width; i++) {
        double y = output[i], t = targets[i];
        loss += scale * (fmax(y, 0.0) - y * t + log1p(exp(-fabs(y))));
        if (gradient)
            gradient[i] = scale * (1.0 / (1.0 + exp(-y)) - t);
    }
    return loss;
}

const FaltungLoss faltung_loss_binary_cross_entropy = {
    .kind =
        {
            .name = "binary_cross_entropy",
            .title = "Binary cross-entropy",
            .summary = "the negative logarithm of the probability that sigmoid over each output "
                       "gives to its target, which is between 0 and 1",
            .options = faltung_reduction_options,
            .options_size = sizeof(FaltungReductionOptions),
        },
    .equation = "L = -\\frac{1}{N K} \\sum_{n} \\sum_{k} \\left(t_{nk} \\log \\sigma(y_{nk}) + "
                "(1 - t_{nk}) \\log (1 - \\sigma(y_{nk}))\\right)",
    .targets = FALTUNG_TARGETS_PROBABILITIES,
    .ignored_values = faltung_ignored_values,
    .compute = binary_compute,
    .reference = binary_reference,
};

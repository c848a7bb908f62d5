/* SPDX-License-Identifier: Apache-2.0 */
#include "core/kernels/kernels.h"
#include "core/train/losses/loss-private.h"

#include <math.h>

/*
 * Kullback and Leibler's divergence (On Information and Sufficiency, 1951) of softmax over the
 * output from the target, both distributions over K values:
 *
 *   L = 1/N sum_n sum_k t_k (log t_k - log p_k)    dL/dy_k = (p_k sum_j t_j - t_k) / N
 *
 * where 0 log 0 = 0.
 */

static double divergence_part(const FaltungLossStep *step, int begin, int end, double scale) {
    int width = step->width;
    double loss = 0.0;
    for (int row = begin; row < end; row++) {
        size_t from = (size_t)row * width;
        const float *output = step->output + from, *targets = step->targets + from; /* (width) */
        float *gradient = step->gradient ? step->gradient + from : NULL;
        float max;
        double sum = faltung_kernels()->powers_of_row(width, output, gradient, &max);
        double total = 0.0, log_sum = log(sum);
        for (int k = 0; k < width; k++) {
            total += targets[k];
            loss -= targets[k] * ((double)output[k] - max - log_sum);
            loss += targets[k] > 0.0f ? targets[k] * log(targets[k]) : 0.0;
        }
        if (gradient) {
            float factor = scale * total / sum, each = scale;
            for (int k = 0; k < width; k++)
                gradient[k] = factor * gradient[k] - each * targets[k];
        }
    }
    return loss;
}

static double divergence_compute(const FaltungLossStep *step) {
    return faltung_loss_in_parts(step, faltung_loss_mean(step), divergence_part);
}

static double divergence_reference(const void *options, int samples, int batch, int width,
                                   const double *output, const double *targets,
                                   const gint32 *classes, double *gradient) {
    double loss = 0.0;
    for (int n = 0; n < batch; n++) {
        const double *y = output + (size_t)n * width;  /* (width) */
        const double *t = targets + (size_t)n * width; /* (width) */
        double max = y[0], sum = 0.0, total = 0.0;
        for (int k = 0; k < width; k++)
            max = fmax(max, y[k]);
        for (int k = 0; k < width; k++) {
            sum += exp(y[k] - max);
            total += t[k];
        }
        for (int k = 0; k < width; k++) {
            double log_p = y[k] - max - log(sum);
            loss += ((t[k] > 0.0 ? t[k] * log(t[k]) : 0.0) - t[k] * log_p) / batch;
            if (gradient)
                gradient[(size_t)n * width + k] = (total * exp(log_p) - t[k]) / batch;
        }
    }
    return loss;
}

const FaltungLoss faltung_loss_kl_divergence = {
    .kind =
        {
            .name = "kl_divergence",
            .title = "Kullback-Leibler divergence",
            .summary = "how far softmax over the output is from the target, a distribution",
            .options = faltung_ignore_options,
            .options_size = sizeof(FaltungIgnoreOptions),
        },
    .equation = "L = \\frac{1}{N} \\sum_{n} \\sum_{k} t_{nk} \\log \\frac{t_{nk}}{p_{nk}}, \\quad "
                "p_{nk} = \\frac{e^{y_{nk}}}{\\sum_{j} e^{y_{nj}}}",
    .targets = FALTUNG_TARGETS_DISTRIBUTION,
    .ignored_values = faltung_ignored_values,
    .compute = divergence_compute,
    .reference = divergence_reference,
};

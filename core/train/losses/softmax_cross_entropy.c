/* SPDX-License-Identifier: Apache-2.0 */
#include "core/kernels/kernels.h"
#include "core/train/losses/loss-private.h"

#include <math.h>
#include <string.h>

/*
 * Softmax and cross-entropy in one: the network's last layer gives logits y, the loss is
 *
 *   p_k = e^{y_k} / sum_j e^{y_j}    L = -1/N sum_n sum_k q_k log p_k    dL/dy_k = (p_k - q_k) / N
 *
 * with q_k = 1 for the sample's class, else 0; label smoothing e makes that (1 - e) q_k + e / K.
 * log p_k = y_k - max - log sum_j e^{y_j - max} cannot overflow.
 *
 * The book's loss of this name has this gradient; the figure it prints also counts the classes
 * that are not the sample's, -sum (1 - q_k) log (1 - p_k), and so is larger.
 */

typedef struct {
    double label_smoothing;
} Options;

enum { TILE = 256 };

/* Writes e^{y - max} for @n outputs to @powers (nullable). Returns: their sum.
   @tile: (TILE + FALTUNG_SLACK): scratch; the kernel reads beyond what it is given. */
static double sum_of_powers(const float *output, int n, float max, float *powers, float *tile) {
    double sum = 0.0;
    for (int begin = 0; begin < n; begin += TILE) {
        int size = MIN(TILE, n - begin);
        for (int k = 0; k < size; k++)
            tile[k] = output[begin + k] - max;
        faltung_kernels()->exponential(size, tile, tile);
        for (int k = 0; k < size; k++)
            sum += tile[k];
        if (powers)
            memcpy(powers + begin, tile, size * sizeof(float));
    }
    return sum;
}

static double cross_entropy_part(const FaltungLossStep *step, int begin, int end, double scale) {
    int width = step->width;
    double smoothing = ((const Options *)step->options)->label_smoothing;
    double loss = 0.0;
    float tile[TILE + FALTUNG_SLACK] = {0};
    for (int row = begin; row < end; row++) {
        const float *output = step->output + (size_t)row * width; /* (width) */
        float *gradient = step->gradient ? step->gradient + (size_t)row * width : NULL;
        int class = step->classes[row];
        float max = output[0];
        for (int k = 1; k < width; k++)
            max = output[k] > max ? output[k] : max;
        double sum = sum_of_powers(output, width, max, gradient, tile);
        if (gradient) {
            float factor = scale / sum, off = scale * smoothing / width;
            for (int k = 0; k < width; k++)
                gradient[k] = factor * gradient[k] - off;
            gradient[class] -= scale * (1.0 - smoothing);
        }
        double mean = 0.0;
        for (int k = 0; k < width && smoothing > 0.0; k++)
            mean += (output[k] - max) / width;
        loss += log(sum) - (1.0 - smoothing) * (output[class] - max) - smoothing * mean;
    }
    return loss;
}

static double cross_entropy_compute(const FaltungLossStep *step) {
    return faltung_loss_in_parts(step, 1.0 / step->batch, cross_entropy_part);
}

static double cross_entropy_reference(const void *options, int batch, int width,
                                      const double *output, const double *targets,
                                      const gint32 *classes, double *gradient) {
    double smoothing = ((const Options *)options)->label_smoothing;
    double loss = 0.0;
    for (int n = 0; n < batch; n++) {
        const double *y = output + (size_t)n * width; /* (width) */
        double max = y[0], sum = 0.0;
        for (int k = 0; k < width; k++)
            max = fmax(max, y[k]);
        for (int k = 0; k < width; k++)
            sum += exp(y[k] - max);
        for (int k = 0; k < width; k++) {
            double log_p = y[k] - max - log(sum);
            double q = (1.0 - smoothing) * (k == classes[n]) + smoothing / width;
            loss -= q * log_p / batch;
            if (gradient)
                gradient[(size_t)n * width + k] = (exp(log_p) - q) / batch;
        }
    }
    return loss;
}

static const FaltungOptionSpec options[] = {
    {
        .name = "label_smoothing",
        .summary = "the part of each target that is spread evenly over all classes",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, label_smoothing),
        .fallback = "0",
        .minimum = 0.0,
        .maximum = 1.0,
    },
    {0},
};

const FaltungLoss faltung_loss_softmax_cross_entropy = {
    .kind =
        {
            .name = "softmax_cross_entropy",
            .title = "Softmax cross-entropy",
            .summary = "the negative logarithm of the probability that softmax over the output "
                       "gives to the right class",
            .options = options,
            .options_size = sizeof(Options),
        },
    .equation = "L = -\\frac{1}{N} \\sum_{n} \\log \\frac{e^{y_{n c_n}}}{\\sum_{k} e^{y_{nk}}}",
    .needs_classes = TRUE,
    .compute = cross_entropy_compute,
    .reference = cross_entropy_reference,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/kernels/kernels.h"
#include "core/train/losses/loss-private.h"

#include <math.h>

/*
 * Softmax and cross-entropy in one: the network's last layer gives logits y, the loss is
 *
 *   p_k = e^{y_k} / sum_j e^{y_j}    L = -1/N sum_n sum_k q_k log p_k    dL/dy_k = (p_k - q_k) / N
 *
 * with q_k = 1 for the sample's class, else 0; label smoothing e makes that (1 - e) q_k + e / K.
 * Weights w of the classes make it q_k w_k, and the mean one over the sum of the samples' weights.
 * Rows of the class ignore_index (of padding, of blanks) are left out of the sum and of the mean.
 * log p_k = y_k - max - log sum_j e^{y_j - max} cannot overflow.
 *
 * The book's loss of this name has this gradient; the figure it prints also counts the classes
 * that are not the sample's, -sum (1 - q_k) log (1 - p_k), and so is larger.
 */

typedef struct {
    FaltungIgnoreClassOptions ignored;
    double label_smoothing;
    FaltungNumbers weights;
} Options;

/* What class @k counts for. */
static double weight_of(const Options *options, int k) {
    return k < options->weights.n ? options->weights.values[k] : 1.0;
}

static double sum_of_weights(const Options *options, int width) {
    double sum = 0.0;
    for (int k = 0; k < width; k++)
        sum += weight_of(options, k);
    return sum;
}

/* One over what all rows count for together. @counts: (nullable): as of a step */
static double scale_of(const Options *options, int batch, const gint32 *classes,
                       const guint8 *counts) {
    double sum = 0.0;
    for (int row = 0; row < batch; row++)
        sum += counts && !counts[row] ? 0.0 : weight_of(options, classes[row]);
    return sum > 0.0 ? 1.0 / sum : 0.0;
}

static double cross_entropy_part(const FaltungLossStep *step, int begin, int end, double scale) {
    const Options *options = step->options;
    int width = step->width;
    double smoothing = options->label_smoothing;
    double all = smoothing > 0.0 ? sum_of_weights(options, width) : 0.0;
    double loss = 0.0;
    for (int row = begin; row < end; row++) {
        const float *output = step->output + (size_t)row * width; /* (width) */
        float *gradient = step->gradient ? step->gradient + (size_t)row * width : NULL;
        int class = step->classes[row];
        double own = weight_of(options, class) * (1.0 - smoothing); /* of -log p_c */
        double each = smoothing / width;                            /* of w_k times -log p_k */
        float max;
        double sum = faltung_kernels()->powers_of_row(width, output, gradient, &max);
        double log_sum = log(sum);
        if (gradient) {
            float factor = scale * (own + each * all) / sum;
            for (int k = 0; k < width; k++)
                gradient[k] *= factor;
            for (int k = 0; k < width && smoothing > 0.0; k++)
                gradient[k] -= scale * each * weight_of(options, k);
            gradient[class] -= scale * own;
        }
        loss += own * (log_sum - (output[class] - max));
        for (int k = 0; k < width && smoothing > 0.0; k++)
            loss += each * weight_of(options, k) * (log_sum - (output[k] - max));
    }
    return loss;
}

static double cross_entropy_compute(const FaltungLossStep *step) {
    double scale = ((const Options *)step->options)->weights.n == 0
                       ? faltung_loss_mean(step)
                       : scale_of(step->options, step->batch, step->classes, step->counts);
    return faltung_loss_in_parts(step, scale, cross_entropy_part);
}

static double cross_entropy_reference(const void *data, int samples, int batch, int width,
                                      const double *output, const double *targets,
                                      const gint32 *classes, double *gradient) {
    const Options *options = data;
    double smoothing = options->label_smoothing, scale = scale_of(options, batch, classes, NULL);
    double loss = 0.0;
    for (int n = 0; n < batch; n++) {
        const double *y = output + (size_t)n * width; /* (width) */
        double max = y[0], sum = 0.0;
        for (int k = 0; k < width; k++)
            max = fmax(max, y[k]);
        for (int k = 0; k < width; k++)
            sum += exp(y[k] - max);
        double counts = 0.0; /* q_1 + ... + q_K */
        for (int k = 0; k < width; k++)
            counts +=
                weight_of(options, k) * ((1.0 - smoothing) * (k == classes[n]) + smoothing / width);
        for (int k = 0; k < width; k++) {
            double log_p = y[k] - max - log(sum);
            double q =
                weight_of(options, k) * ((1.0 - smoothing) * (k == classes[n]) + smoothing / width);
            loss -= scale * q * log_p;
            if (gradient)
                gradient[(size_t)n * width + k] = scale * (counts * exp(log_p) - q);
        }
    }
    return loss;
}

static gboolean cross_entropy_check(const void *data, int width, GError **error) {
    int n = ((const Options *)data)->weights.n;
    if (n == 0 || n == width)
        return TRUE;
    return faltung_fail(
        error, FALTUNG_ERROR_SHAPE,
        "softmax_cross_entropy has weights for %d classes, but the network tells %d apart; "
        "give %d weights, or none",
        n, width, width);
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
    {
        .name = "weights",
        .summary = "what each class counts for, as in [1, 5]; none: all the same",
        .type = FALTUNG_NUMBERS,
        .offset = offsetof(Options, weights),
        .fallback = "[]",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    FALTUNG_IGNORE_CLASS_OPTION,
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
    .takes_odds = TRUE,
    .check = cross_entropy_check,
    .ignored_class = faltung_ignored_class,
    .compute = cross_entropy_compute,
    .reference = cross_entropy_reference,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/losses/loss-private.h"

#include <math.h>

/*
 * Margins between classes (Weston and Watkins, Multi-class Support Vector Machines, 1998), as
 * PyTorch's MultiMarginLoss has them: with c the sample's class
 *
 *   L = 1/(N K) sum_n sum_{k != c} max(0, margin - y_c + y_k)^p,    p = 1, or 2 where squared
 */

typedef struct {
    FaltungIgnoreClassOptions ignored;
    double margin;
    gboolean squared;
} Options;

static double hinge_part(const FaltungLossStep *step, int begin, int end, double scale) {
    const Options *options = step->options;
    int width = step->width;
    float each = scale;
    double loss = 0.0;
    for (int row = begin; row < end; row++) {
        const float *output = step->output + (size_t)row * width; /* (width) */
        float *gradient = step->gradient ? step->gradient + (size_t)row * width : NULL;
        int class = step->classes[row];
        float base = options->margin - output[class];
        double sum = 0.0, pull = 0.0; /* the row's loss; what the others pull the class by */
        for (int k = 0; k < width; k++) {
            float over = base + output[k];
            over = over > 0.0f && k != class ? over : 0.0f;
            float slope = options->squared ? 2.0f * over : over > 0.0f;
            sum += options->squared ? over * over : over;
            pull += slope;
            if (gradient)
                gradient[k] = each * slope;
        }
        if (gradient)
            gradient[class] = -scale * pull;
        loss += sum;
    }
    return loss;
}

static double hinge_compute(const FaltungLossStep *step) {
    return faltung_loss_in_parts(step, faltung_loss_mean(step) / step->width, hinge_part);
}

static double hinge_reference(const void *data, int samples, int batch, int width,
                              const double *output, const double *targets, const gint32 *classes,
                              double *gradient) {
    const Options *options = data;
    double scale = 1.0 / ((double)batch * width), loss = 0.0;
    for (int i = 0; gradient && i < batch * width; i++)
        gradient[i] = 0.0;
    for (int n = 0; n < batch; n++) {
        const double *y = output + (size_t)n * width; /* (width) */
        for (int k = 0; k < width; k++) {
            double over = options->margin - y[classes[n]] + y[k];
            if (k == classes[n] || over <= 0.0)
                continue;
            loss += scale * (options->squared ? over * over : over);
            double slope = scale * (options->squared ? 2.0 * over : 1.0);
            if (gradient) {
                gradient[(size_t)n * width + k] += slope;
                gradient[(size_t)n * width + classes[n]] -= slope;
            }
        }
    }
    return loss;
}

static const FaltungOptionSpec options[] = {
    {
        .name = "margin",
        .summary = "by how much the right class's output is to be larger than every other",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(Options, margin),
        .fallback = "1",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {
        .name = "squared",
        .summary = "square what is missing",
        .type = FALTUNG_SWITCH,
        .offset = offsetof(Options, squared),
        .fallback = "false",
    },
    FALTUNG_IGNORE_CLASS_OPTION,
    {0},
};

const FaltungLoss faltung_loss_hinge = {
    .kind =
        {
            .name = "hinge",
            .title = "Hinge loss",
            .summary = "what the output of the right class lacks to be larger than every other by "
                       "a margin",
            .options = options,
            .options_size = sizeof(Options),
        },
    .equation = "L = \\frac{1}{N K} \\sum_{n} \\sum_{k \\ne c_n} "
                "\\max(0, \\delta - y_{n c_n} + y_{nk})",
    .needs_classes = TRUE,
    .ignored_class = faltung_ignored_class,
    .compute = hinge_compute,
    .reference = hinge_reference,
};

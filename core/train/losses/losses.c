/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/kernels/kernels.h"
#include "core/train/losses/loss-private.h"

#include <string.h>

const char *const faltung_reductions[] = {"mean", "batch_mean", "sum", NULL};

const FaltungOptionSpec faltung_ignore_options[] = {
    FALTUNG_IGNORE_OPTION,
    {0},
};

const FaltungOptionSpec faltung_reduction_options[] = {
    FALTUNG_REDUCTION_OPTION,
    FALTUNG_IGNORE_OPTION,
    {0},
};

double faltung_reduction_scale(const void *options, int samples, int rows, int width) {
    switch (((const FaltungReductionOptions *)options)->reduction) {
    case FALTUNG_REDUCTION_MEAN:
        return rows > 0 ? 1.0 / ((double)rows * width) : 0.0;
    case FALTUNG_REDUCTION_BATCH_MEAN:
        return 1.0 / samples;
    default:
        return 1.0;
    }
}

enum {
    MAX_PARTS = 16,           /* partial sums of a batch */
    PARALLEL_VALUES = 1 << 15 /* below this, a team of threads costs more than it saves */
};

static int rows_of(const FaltungLossStep *step) {
    return MAX(step->rows, 1);
}

/* What a row counts for. */
static double weight_of(const FaltungLossStep *step, int row) {
    if (step->counts && !step->counts[row])
        return 0.0;
    return step->weights ? step->weights[row / rows_of(step)] : 1.0;
}

/* By runs of rows that count for the same. What counts for nothing may be anything, even NaN. */
static double compute_weighted(const FaltungLossStep *step, int begin, int end, double scale,
                               FaltungLossPart compute) {
    double sum = 0.0;
    for (int row = begin, next; row < end; row = next) {
        double weight = weight_of(step, row);
        for (next = row + 1; next < end && weight_of(step, next) == weight;)
            next++;
        if (weight > 0.0)
            sum += weight * compute(step, row, next, scale * weight);
        else if (step->gradient)
            memset(step->gradient + (size_t)row * step->width, 0,
                   (size_t)(next - row) * step->width * sizeof(float));
    }
    return sum;
}

double faltung_loss_in_parts(const FaltungLossStep *step, double scale, FaltungLossPart compute) {
    int batch = step->batch;
    int parts = MIN(batch, MAX_PARTS);
    int threads = (size_t)batch * step->width < PARALLEL_VALUES ? 1 : MAX(1, step->threads);
    double sums[MAX_PARTS]; /* (parts) */
#pragma omp parallel num_threads(threads) if (threads > 1)
    {
        unsigned mode = faltung_denormals_flush();
#pragma omp for schedule(static) nowait
        for (int part = 0; part < parts; part++) {
            int begin = (gint64)batch * part / parts, end = (gint64)batch * (part + 1) / parts;
            sums[part] = step->weights || step->counts
                             ? compute_weighted(step, begin, end, scale, compute)
                             : compute(step, begin, end, scale);
        }
        faltung_denormals_restore(mode);
    }
    double sum = 0.0;
    for (int part = 0; part < parts; part++)
        sum += sums[part];
    return scale * sum;
}

double faltung_loss_reduced(const FaltungLossStep *step, FaltungLossPart compute) {
    double scale = faltung_reduction_scale(step->options, step->batch / rows_of(step),
                                           faltung_loss_counted(step), step->width);
    return faltung_loss_in_parts(step, scale, compute);
}

/* -- rows that count for nothing ------------------------------------------------------------ */

int faltung_ignored_class(const void *options) {
    return ((const FaltungIgnoreClassOptions *)options)->ignore_index;
}

const FaltungNumbers *faltung_ignored_values(const void *options) {
    return &((const FaltungIgnoreOptions *)options)->ignore_value;
}

gboolean faltung_loss_ignores(const FaltungLoss *loss, const void *options) {
    return (loss->ignored_class && loss->ignored_class(options) >= 0) ||
           (loss->ignored_values && loss->ignored_values(options)->n > 0);
}

static gboolean all_are(const float *targets, int width, float value) {
    int k = 0;
    while (k < width && targets[k] == value)
        k++;
    return k == width;
}

int faltung_loss_count(const FaltungLoss *loss, const void *options, int batch, int width,
                       const float *targets, const gint32 *classes, guint8 *counts) {
    int class = loss->ignored_class ? loss->ignored_class(options) : -1, counted = 0;
    const FaltungNumbers none = {0};
    const FaltungNumbers *values = loss->ignored_values ? loss->ignored_values(options) : &none;
    for (int row = 0; row < batch; row++) {
        counts[row] = class < 0 || classes[row] != class;
        for (int i = 0; i < values->n; i++)
            counts[row] &= !all_are(targets + (size_t)row * width, width, values->values[i]);
        counted += counts[row];
    }
    return counted;
}

double faltung_loss_reference(const FaltungLoss *loss, const void *options, int samples, int batch,
                              int width, const double *output, const double *targets,
                              const gint32 *classes, const guint8 *counts, double *gradient) {
    size_t n = (size_t)batch * width, row_size = width * sizeof(double);
    g_autofree double *outputs = g_new(double, n), *wanted = g_new(double, n);
    g_autofree double *slopes = g_new(double, n);
    g_autofree gint32 *own = g_new(gint32, batch);
    int counted = 0;
    for (int row = 0; row < batch; row++) {
        if (counts && !counts[row])
            continue;
        memcpy(outputs + (size_t)counted * width, output + (size_t)row * width, row_size);
        if (targets)
            memcpy(wanted + (size_t)counted * width, targets + (size_t)row * width, row_size);
        own[counted++] = classes ? classes[row] : 0;
    }
    double value = counted == 0 ? 0.0
                                : loss->reference(options, samples, counted, width, outputs, wanted,
                                                  own, slopes);
    for (int row = 0, at = 0; gradient && row < batch; row++) {
        gboolean counts_here = !counts || counts[row];
        for (int k = 0; k < width; k++)
            gradient[(size_t)row * width + k] = counts_here ? slopes[(size_t)at * width + k] : 0.0;
        at += counts_here;
    }
    return value;
}

const FaltungTable *faltung_losses(void) {
    static const FaltungKind *const kinds[] = {
        &faltung_loss_mse.kind,
        &faltung_loss_mae.kind,
        &faltung_loss_huber.kind,
        &faltung_loss_softmax_cross_entropy.kind,
        &faltung_loss_binary_cross_entropy.kind,
        &faltung_loss_kl_divergence.kind,
        &faltung_loss_hinge.kind,
        &faltung_loss_cosine_distance.kind,
        NULL,
    };
    static const FaltungTable table = {.noun = "loss", .kinds = kinds};
    return &table;
}

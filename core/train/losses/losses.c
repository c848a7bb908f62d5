/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/kernels/kernels.h"
#include "core/train/losses/loss-private.h"

#include <string.h>

const char *const faltung_reductions[] = {"mean", "batch_mean", "sum", NULL};

const FaltungOptionSpec faltung_reduction_options[] = {
    FALTUNG_REDUCTION_OPTION(FaltungReductionOptions),
    {0},
};

double faltung_reduction_scale(const void *options, int batch, int width) {
    switch (((const FaltungReductionOptions *)options)->reduction) {
    case FALTUNG_REDUCTION_MEAN:
        return 1.0 / ((double)batch * width);
    case FALTUNG_REDUCTION_BATCH_MEAN:
        return 1.0 / batch;
    default:
        return 1.0;
    }
}

enum {
    MAX_PARTS = 16,           /* partial sums of a batch */
    PARALLEL_VALUES = 1 << 15 /* below this, a team of threads costs more than it saves */
};

/* Row by row, because each has its factor. */
static double compute_weighted(const FaltungLossStep *step, int begin, int end, double scale,
                               FaltungLossPart compute) {
    double sum = 0.0;
    for (int row = begin; row < end; row++) {
        double weight = step->weights[row / step->rows];
        sum += weight * compute(step, row, row + 1, scale * weight);
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
#pragma omp for schedule(static)
        for (int part = 0; part < parts; part++) {
            int begin = (gint64)batch * part / parts, end = (gint64)batch * (part + 1) / parts;
            sums[part] = step->weights ? compute_weighted(step, begin, end, scale, compute)
                                       : compute(step, begin, end, scale);
        }
        faltung_denormals_restore(mode);
    }
    double sum = 0.0;
    for (int part = 0; part < parts; part++)
        sum += sums[part];
    return scale * sum;
}

FALTUNG_CLONES
static float largest_value(const float *values, int n) {
    float largest = values[0];
#pragma omp simd reduction(max : largest)
    for (int k = 1; k < n; k++)
        largest = values[k] > largest ? values[k] : largest;
    return largest;
}

FALTUNG_CLONES
static void subtract(const float *values, int n, float subtrahend, float *to) {
    for (int k = 0; k < n; k++)
        to[k] = values[k] - subtrahend;
}

FALTUNG_CLONES
static double sum_of_values(const float *values, int n) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (int k = 0; k < n; k++)
        sum += values[k];
    return sum;
}

double faltung_sum_of_powers(const float *output, int n, float *powers, float *tile, float *max) {
    double sum = 0.0;
    *max = largest_value(output, n);
    for (int begin = 0; begin < n; begin += FALTUNG_LOSS_TILE) {
        int size = MIN(FALTUNG_LOSS_TILE, n - begin);
        subtract(output + begin, size, *max, tile);
        faltung_kernels()->exponential(size, tile, tile);
        sum += sum_of_values(tile, size);
        if (powers)
            memcpy(powers + begin, tile, size * sizeof(float));
    }
    return sum;
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/kernels/kernels.h"
#include "core/train/losses/loss-private.h"

static const char *const reductions[] = {"mean", "batch_mean", "sum", NULL};

const FaltungOptionSpec faltung_reduction_options[] = {
    {
        .name = "reduction",
        .summary = "mean: over all values (as PyTorch); batch_mean: sum over a sample's values, "
                   "mean over the samples (as the book); sum",
        .type = FALTUNG_CHOICE,
        .offset = offsetof(FaltungReductionOptions, reduction),
        .fallback = "mean",
        .choices = reductions,
    },
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
            sums[part] = compute(step, begin, end, scale);
        }
        faltung_denormals_restore(mode);
    }
    double sum = 0.0;
    for (int part = 0; part < parts; part++)
        sum += sums[part];
    return scale * sum;
}

const FaltungTable *faltung_losses(void) {
    static const FaltungKind *const kinds[] = {
        &faltung_loss_mse.kind,
        &faltung_loss_mae.kind,
        &faltung_loss_softmax_cross_entropy.kind,
        NULL,
    };
    static const FaltungTable table = {.noun = "loss", .kinds = kinds};
    return &table;
}

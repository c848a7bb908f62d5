/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/averaging.h"

#include "core/base/clones.h"

static const FaltungOptionSpec options[] = {
    {
        .name = "decay",
        .summary = "how much of the mean is kept at each step, as in 0.999; 0: there is no mean",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(FaltungAveraging, decay),
        .fallback = "0",
        .minimum = 0.0,
        .maximum = 0.9999999,
    },
    {0},
};

const FaltungKind faltung_averaging_kind = {
    .name = "average",
    .title = "Averaged weights",
    .summary = "a running mean of the weights, which is what is validated and kept",
    .options = options,
    .options_size = sizeof(FaltungAveraging),
};

double faltung_averaging_kept(const FaltungAveraging *averaging, guint64 step) {
    return MIN(averaging->decay, (1.0 + step) / (10.0 + step));
}

FALTUNG_CLONES static void averaging_add(double kept, size_t n, const float *weights,
                                         float *average) {
    float rest = 1.0 - kept;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        average[i] += rest * (weights[i] - average[i]);
}

void faltung_averaging_add(double kept, size_t n, const float *weights, float *average) {
    averaging_add(kept, n, weights, average);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/drop.h"

#include "core/base/clones.h"
#include "core/ops/parallel.h"

#include <string.h>

/* Keeps those whose random word is not below @limit. */
FALTUNG_CLONES
static void drop(int n, const uint32_t *words, uint32_t limit, float factor, const float *x,
                 float *y, guint8 *kept) {
    for (int i = 0; i < n; i++)
        y[i] = words[i] >= limit ? factor * x[i] : 0;
    for (int i = 0; kept && i < n; i++)
        kept[i] = words[i] >= limit;
}

FALTUNG_CLONES
static void pass_back(int n, const guint8 *kept, float factor, const float *dy, float *dx,
                      gboolean overwrite) {
    if (overwrite) {
        for (int i = 0; i < n; i++)
            dx[i] = kept[i] ? factor * dy[i] : 0;
    } else {
        for (int i = 0; i < n; i++)
            dx[i] += kept[i] ? factor * dy[i] : 0;
    }
}

enum { GROUPS = 16, CHUNK = 64 * GROUPS }; /* random words come in groups of 64 */

void faltung_drop(const FaltungStep *step, guint64 first, size_t n, double rate, const float *x,
                  float *y, guint8 *kept) {
    if (!step->training) {
        memmove(y, x, n * sizeof(float));
        if (kept)
            memset(kept, 1, n);
        return;
    }
    const FaltungKernels *kernels = faltung_kernels();
    float factor = faltung_drop_factor(rate);
    uint32_t limit = rate * 0x1p32, key[2], counter[4];
    faltung_random_counter(&step->random, 0, key, counter);
    int threads = faltung_threads_for(step->threads, 20.0 * n);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t begin = 0; begin < n; begin += CHUNK) {
        uint32_t words[CHUNK];
        int length = MIN(CHUNK, n - begin);
        kernels->random_words(key, counter + 1, (first + begin) / 64, (length + 63) / 64, words);
        drop(length, words, limit, factor, x + begin, y + begin, kept ? kept + begin : NULL);
    }
}

void faltung_drop_back(const FaltungStep *step, size_t n, double rate, const guint8 *kept,
                       const float *dy, float *dx, gboolean overwrite) {
    float factor = step->training ? faltung_drop_factor(rate) : 1;
    int threads = faltung_threads_for(step->threads, 4.0 * n);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t begin = 0; begin < n; begin += CHUNK)
        pass_back(MIN(CHUNK, n - begin), kept + begin, factor, dy + begin, dx + begin, overwrite);
}

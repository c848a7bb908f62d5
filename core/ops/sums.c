/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/sums.h"

#include "core/base/clones.h"
#include "core/ops/parallel.h"

enum { RUN = 32, COLUMNS = 64, LINE = 16 /* floats of a cache line */ };

FALTUNG_CLONES
static void add_columns(size_t rows, int columns, ptrdiff_t stride, const float *values,
                        float *sums) {
    double totals[COLUMNS] = {0};
    for (size_t begin = 0; begin < rows; begin += RUN) {
        size_t end = rows - begin < RUN ? rows : begin + RUN;
        float run[COLUMNS] = {0};
        for (size_t row = begin; row < end; row++, values += stride)
            for (int c = 0; c < columns; c++)
                run[c] += values[c];
        for (int c = 0; c < columns; c++)
            totals[c] += run[c];
    }
    for (int c = 0; c < columns; c++)
        sums[c] += totals[c];
}

/* The columns from @begin to @end of @stride. */
static void add_range(size_t rows, int begin, int end, int stride, const float *values,
                      float *sums) {
    for (int c = begin; c < end; c += COLUMNS)
        add_columns(rows, end - c < COLUMNS ? end - c : COLUMNS, stride, values + c, sums + c);
}

void faltung_add_rows(size_t rows, int columns, const float *values, float *sums) {
    add_range(rows, 0, columns, columns, values, sums);
}

void faltung_add_rows_shared(int threads, size_t rows, int columns, const float *values,
                             float *sums) {
    int lines = faltung_n_blocks(columns, LINE);
    int shares = faltung_threads_for(threads, 4.0 * rows * columns);
    shares = shares < lines ? shares : lines;
#pragma omp parallel for num_threads(shares) schedule(static) if (shares > 1)
    for (int share = 0; share < shares; share++) {
        int end = LINE * faltung_block_begin(lines, share + 1, shares);
        add_range(rows, LINE * faltung_block_begin(lines, share, shares),
                  end < columns ? end : columns, columns, values, sums);
    }
}

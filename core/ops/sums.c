/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/sums.h"

#include "core/base/clones.h"

enum { RUN = 32, COLUMNS = 64 };

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

void faltung_add_rows(size_t rows, int columns, const float *values, float *sums) {
    for (int c = 0; c < columns; c += COLUMNS)
        add_columns(rows, columns - c < COLUMNS ? columns - c : COLUMNS, columns, values + c,
                    sums + c);
}

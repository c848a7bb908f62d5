/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/sums.h"

#include "core/base/clones.h"

enum { RUN = 32, COLUMNS = 64 };

FALTUNG_CLONES
static void add_run(size_t rows, int columns, ptrdiff_t stride, const float *values, float *sums) {
    float run[COLUMNS] = {0};
    for (size_t row = 0; row < rows; row++, values += stride)
        for (int c = 0; c < columns; c++)
            run[c] += values[c];
    for (int c = 0; c < columns; c++)
        sums[c] += run[c];
}

void faltung_add_rows(size_t rows, int columns, const float *values, float *sums) {
    for (size_t row = 0; row < rows; row += RUN) {
        size_t n = rows - row < RUN ? rows - row : RUN;
        for (int c = 0; c < columns; c += COLUMNS)
            add_run(n, columns - c < COLUMNS ? columns - c : COLUMNS, columns,
                    values + row * columns + c, sums + c);
    }
}

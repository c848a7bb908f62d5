/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/** faltung_add_rows: @sums[c] += sum over the rows of @values[row][c], in short runs and those in
 * doubles, so that the error does not grow with the number of rows. */
void faltung_add_rows(size_t rows, int columns, const float *values, float *sums);

/** faltung_add_rows_shared: the same, its columns shared out over threads: the same bits. */
void faltung_add_rows_shared(int threads, size_t rows, int columns, const float *values,
                             float *sums);

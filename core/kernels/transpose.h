/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

typedef float Quad __attribute__((vector_size(16)));
typedef float UnalignedQuad __attribute__((vector_size(16), aligned(4), may_alias));

/* b[j][i] = a[i][j] of a square of 4 x 4. */
static inline __attribute__((always_inline)) void transpose_4x4(const float *a, ptrdiff_t a_row,
                                                                float *b, ptrdiff_t b_row) {
    Quad r0 = *(const UnalignedQuad *)a, r1 = *(const UnalignedQuad *)(a + a_row);
    Quad r2 = *(const UnalignedQuad *)(a + 2 * a_row), r3 = *(const UnalignedQuad *)(a + 3 * a_row);
    Quad low01 = __builtin_shufflevector(r0, r1, 0, 4, 1, 5);
    Quad high01 = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);
    Quad low23 = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
    Quad high23 = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
    *(UnalignedQuad *)b = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
    *(UnalignedQuad *)(b + b_row) = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
    *(UnalignedQuad *)(b + 2 * b_row) = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
    *(UnalignedQuad *)(b + 3 * b_row) = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
}

/* Four rows of b at a time: they stay in the first cache while i runs along them. */
static void transpose(int rows, int columns, const float *a, ptrdiff_t a_row, float *b,
                      ptrdiff_t b_row) {
    int whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
    for (int j = 0; j < whole_columns; j += 4)
        for (int i = 0; i < whole_rows; i += 4)
            transpose_4x4(a + i * a_row + j, a_row, b + j * b_row + i, b_row);
    for (int j = 0; j < columns; j++)
        for (int i = j < whole_columns ? whole_rows : 0; i < rows; i++)
            b[j * b_row + i] = a[i * a_row + j];
}

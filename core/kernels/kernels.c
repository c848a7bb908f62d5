/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One instruction set's kernels. Compiled several times, with -march, LANES (floats in a vector),
 * ISA (an identifier) and ISA_NAME (its name) set by meson.build.
 */

#include "core/kernels/kernels.h"
#include "core/kernels/activation.h"
#include "core/kernels/gemm.h"
#include "core/kernels/philox.h"
#include "core/kernels/vector.h"

/* In blocks, so that both sides stay within a few cache lines. */
static void transpose(int rows, int columns, const float *a, ptrdiff_t a_row, float *b,
                      ptrdiff_t b_row) {
    for (int i0 = 0; i0 < rows; i0 += 16) {
        int i1 = i0 + 16 < rows ? i0 + 16 : rows;
        for (int j0 = 0; j0 < columns; j0 += 16) {
            int j1 = j0 + 16 < columns ? j0 + 16 : columns;
            for (int j = j0; j < j1; j++)
                for (int i = i0; i < i1; i++)
                    b[j * b_row + i] = a[i * a_row + j];
        }
    }
}

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

extern const FaltungKernels JOIN(faltung_kernels_, ISA);
const FaltungKernels JOIN(faltung_kernels_, ISA) = {
    .name = ISA_NAME,
    .lanes = LANES,
    .gemm = gemm,
    .activate = activate_all,
    .activate_backward = activate_backward_all,
    .exponential = exponential_all,
    .random_words = random_words,
    .transpose = transpose,
};

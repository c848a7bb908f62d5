/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One instruction set's kernels. Compiled several times, with -march, LANES (floats in a vector),
 * ISA (an identifier) and ISA_NAME (its name) set by meson.build.
 */

#include "core/kernels/kernels.h"
#include "core/kernels/activation.h"
#include "core/kernels/depthwise.h"
#include "core/kernels/gemm.h"
#include "core/kernels/normalize-row.h"
#include "core/kernels/normalize.h"
#include "core/kernels/peak.h"
#include "core/kernels/philox.h"
#include "core/kernels/pool.h"
#include "core/kernels/recurrent.h"
#include "core/kernels/softmax.h"
#include "core/kernels/transpose.h"
#include "core/kernels/vector.h"
#include "core/kernels/winograd.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

extern const FaltungKernels JOIN(faltung_kernels_, ISA);
const FaltungKernels JOIN(faltung_kernels_, ISA) = {
    .name = ISA_NAME,
    .lanes = LANES,
    .cells = FALTUNG_CELL_KERNELS,
    .gemm = gemm,
    .activate = activate_all,
    .activate_backward = activate_backward_all,
    .exponential = exponential_all,
    .powers_of_row = powers_of_row,
    .softmax = softmax,
    .softmax_backward = softmax_backward,
    .multiply_add = multiply_add,
    .random_words = random_words,
    .transpose = transpose,
    .winograd_input = winograd_input,
    .winograd_output_gradient = winograd_output_gradient,
    .winograd_output = winograd_output,
    .winograd_weights = winograd_weights,
    .winograd_weight_gradient = winograd_weight_gradient,
    .normalize_moments = normalize_moments,
    .normalize = normalize,
    .normalize_gradients = normalize_gradients,
    .normalize_mix = normalize_mix,
    .normalize_row = normalize_row,
    .normalize_row_backward = normalize_row_backward,
    .depthwise = depthwise,
    .depthwise_sum = depthwise_sum,
    .depthwise_gradient = depthwise_gradient,
    .max_pool = max_pool,
    .max_pool_backward = max_pool_backward,
    .largest_of_rows = largest_of_rows,
};

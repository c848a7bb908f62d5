/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/** faltung_sum_of_squares: Returns: the sum over i < @n of @a[i]^2. */
double faltung_sum_of_squares(const float *a, size_t n);

/** faltung_sum_of_squared_differences: Returns: the sum over i < @n of (@a[i] - @b[i])^2. */
double faltung_sum_of_squared_differences(const float *a, const float *b, size_t n);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/**
 * faltung_peak: measures how many fp32 multiply-adds the chosen kernels' instruction set gets
 * through on @threads threads that wait for nothing. Takes about a tenth of a second.
 *
 * Returns: floating-point operations a second, two a multiply-add: the best of several rounds.
 */
double faltung_peak(int threads);

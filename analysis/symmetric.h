/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/**
 * faltung_symmetric_eigen: eigenvalues and eigenvectors of a small symmetric matrix by cyclic
 * Jacobi rotations (Golub and Van Loan, Matrix Computations, section 8.5).
 * @matrix: (n, n); destroyed
 * @values: (out): (n), falling
 * @vectors: (out): (n, n), a row each, of norm 1
 */
void faltung_symmetric_eigen(int n, double *matrix, double *values, double *vectors);

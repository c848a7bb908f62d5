/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/symmetric.h"

#include <glib.h>
#include <math.h>
#include <string.h>

enum { MOST_SWEEPS = 60 };

static double off_diagonal(int n, const double *a) {
    double sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            sum += a[i * n + j] * a[i * n + j];
    return sum;
}

static void rotate_rows(int n, double *a, int p, int q, double c, double s) {
    double *row = a + p * n, *other = a + q * n;
    for (int k = 0; k < n; k++) {
        double x = row[k], y = other[k];
        row[k] = c * x - s * y;
        other[k] = s * x + c * y;
    }
}

static void rotate_columns(int n, double *a, int p, int q, double c, double s) {
    for (int k = 0; k < n; k++) {
        double x = a[k * n + p], y = a[k * n + q];
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
}

/* Makes the elements (p, q) and (q, p) zero. */
static void annihilate(int n, double *a, double *vectors, int p, int q) {
    double element = a[p * n + q];
    if (element == 0)
        return;
    double theta = (a[q * n + q] - a[p * n + p]) / (2 * element);
    double t = copysign(1, theta) / (fabs(theta) + sqrt(theta * theta + 1));
    double c = 1 / sqrt(t * t + 1);
    rotate_rows(n, a, p, q, c, t * c);
    rotate_columns(n, a, p, q, c, t * c);
    rotate_rows(n, vectors, p, q, c, t * c);
}

static void sort_falling(int n, double *values, double *vectors) {
    for (int i = 0; i < n; i++) {
        int largest = i;
        for (int j = i + 1; j < n; j++)
            largest = values[j] > values[largest] ? j : largest;
        double value = values[i];
        values[i] = values[largest];
        values[largest] = value;
        for (int k = 0; k < n && largest != i; k++) {
            double x = vectors[i * n + k];
            vectors[i * n + k] = vectors[largest * n + k];
            vectors[largest * n + k] = x;
        }
    }
}

void faltung_symmetric_eigen(int n, double *matrix, double *values, double *vectors) {
    double norm = 0;
    memset(vectors, 0, sizeof(double) * n * n);
    for (int i = 0; i < n; i++) {
        vectors[i * n + i] = 1;
        for (int j = 0; j < n; j++)
            norm += matrix[i * n + j] * matrix[i * n + j];
    }
    for (int sweep = 0; sweep < MOST_SWEEPS && off_diagonal(n, matrix) > 1e-30 * norm; sweep++)
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++)
                annihilate(n, matrix, vectors, p, q);
    for (int i = 0; i < n; i++)
        values[i] = matrix[i * n + i];
    sort_falling(n, values, vectors);
}

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdlib.h>
#include <time.h>

/*
 * The kernels against the libraries of the field, on one thread: a problem, and contestants that
 * solve it, each with memory of its own in the layout that suits it best.
 */

typedef enum { TILE, DENSE, CONVOLUTION } Kind;
typedef enum { FORWARD, INPUT_GRADIENT, WEIGHT_GRADIENT, N_PRODUCTS } Product;

typedef struct {
    Kind kind;
    const char *name; /* of the workload that has it */
    int batch;        /* of dense and convolution */

    int inputs, units; /* dense */

    int channels, size, filters, kernel, stride, padding; /* convolution of square images */

    /* tile: C[m][n] = sum_r sum_k A[r][m][k] B[r][k][n], one call of the micro-kernel; transposed:
       A[r][k][m] */
    int rows, columns, depth, reduce, transposed;
} Problem;

static inline int output_size(const Problem *problem) {
    return (problem->size + 2 * problem->padding - problem->kernel) / problem->stride + 1;
}

/* A contestant's work on a problem; the first member of its own struct. */
typedef struct Job {
    double (*run)(struct Job *job); /* Returns: seconds that the product took, once */
    void (*free)(struct Job *job);
} Job;

typedef struct {
    const char *name;
    /* Returns: NULL where it does not take part in this. */
    Job *(*enter)(const Problem *problem, Product product);
} Contestant;

extern const Contestant contestant_faltung, contestant_openblas, contestant_onednn,
    contestant_libxsmm;

static inline double seconds_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static inline void fill(float *values, size_t n) {
    for (size_t i = 0; i < n; i++)
        values[i] = (int)(i * 37 % 101 - 50) * 0.01f;
}

/* Returns: aligned, filled floats with room behind them that may be read. */
static inline float *filled(size_t n) {
    enum { ALIGNMENT = 64, ROOM = 64 };
    size_t bytes = (n + ROOM) * sizeof(float);
    float *values = aligned_alloc(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    if (!values)
        abort();
    fill(values, n + ROOM);
    return values;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/kernels/contest.h"

#include <cblas.h>

typedef struct {
    Job job;
    Problem problem;
    Product product;
    float *x, *w, *y; /* (batch, inputs), (units, inputs), (batch, units), or their gradients */
} DenseJob;

static double run(Job *job) {
    DenseJob *dense = (DenseJob *)job;
    int batch = dense->problem.batch, inputs = dense->problem.inputs;
    int units = dense->problem.units;
    double start = seconds_now();
    switch (dense->product) {
    case FORWARD:
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, batch, units, inputs, 1, dense->x,
                    inputs, dense->w, inputs, 0, dense->y, units);
        break;
    case INPUT_GRADIENT:
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, batch, inputs, units, 1, dense->y,
                    units, dense->w, inputs, 0, dense->x, inputs);
        break;
    default:
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, units, inputs, batch, 1, dense->y,
                    units, dense->x, inputs, 0, dense->w, inputs);
    }
    return seconds_now() - start;
}

static void free_job(Job *job) {
    DenseJob *dense = (DenseJob *)job;
    free(dense->x);
    free(dense->w);
    free(dense->y);
    free(dense);
}

static Job *enter(const Problem *p, Product product) {
    if (p->kind != DENSE)
        return NULL;
    openblas_set_num_threads(1);
    DenseJob *dense = malloc(sizeof *dense);
    *dense = (DenseJob){
        .job = {run, free_job},
        .problem = *p,
        .product = product,
        .x = filled((size_t)p->batch * p->inputs),
        .w = filled((size_t)p->units * p->inputs),
        .y = filled((size_t)p->batch * p->units),
    };
    return &dense->job;
}

const Contestant contestant_openblas = {"OpenBLAS", enter};

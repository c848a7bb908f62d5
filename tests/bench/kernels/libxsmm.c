/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/kernels/contest.h"

#include <libxsmm.h>

typedef struct {
    Job job;
    libxsmm_smmfunction_reducebatch_strd kernel;
    unsigned long long reduce;
    float *a, *b, *c;
} TileJob;

/* Its matrices lie column by column: C^T = B^T A^T. */
static double run(Job *job) {
    TileJob *tile = (TileJob *)job;
    double start = seconds_now();
    tile->kernel(tile->b, tile->a, tile->c, &tile->reduce);
    return seconds_now() - start;
}

static void free_job(Job *job) {
    TileJob *tile = (TileJob *)job;
    free(tile->a);
    free(tile->b);
    free(tile->c);
    free(tile);
}

static Job *enter(const Problem *p, Product product) {
    if (p->kind != TILE)
        return NULL;
    libxsmm_blasint lda = p->columns, ldb = p->transposed ? p->rows : p->depth, ldc = p->columns;
    int a_bytes = p->rows * p->depth * sizeof(float);
    int b_bytes = p->columns * p->depth * sizeof(float);
    float one = 1, zero = 0;
    int flags = p->transposed ? LIBXSMM_GEMM_FLAG_TRANS_B : LIBXSMM_GEMM_FLAG_NONE;
    int prefetch = LIBXSMM_GEMM_PREFETCH_NONE;
    libxsmm_smmfunction_reducebatch_strd kernel =
        libxsmm_smmdispatch_reducebatch_strd(p->columns, p->rows, p->depth, b_bytes, a_bytes, &lda,
                                             &ldb, &ldc, &one, &zero, &flags, &prefetch);
    if (!kernel)
        return NULL;
    TileJob *tile = malloc(sizeof *tile);
    *tile = (TileJob){
        .job = {run, free_job},
        .kernel = kernel,
        .reduce = p->reduce,
        .a = filled((size_t)p->rows * p->depth * p->reduce),
        .b = filled((size_t)p->columns * p->depth * p->reduce),
        .c = filled((size_t)p->rows * p->columns),
    };
    return &tile->job;
}

const Contestant contestant_libxsmm = {"libxsmm", enter};
